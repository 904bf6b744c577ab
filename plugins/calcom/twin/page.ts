import type { TwinBooking } from './calendar.ts'

/** The sandbox's calendar as a page that renews itself: bookings in order of time. Everything from outside is escaped. */
export function page(bookings: TwinBooking[]): string {
  const rows = bookings
    .toSorted((a, b) => a.start.localeCompare(b.start))
    .map(row)
    .join('\n')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2"><meta name="viewport" content="width=device-width">
<title>Cal.com sandbox</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8884 }
.cancelled, .rejected { opacity: .55 } .cancelled td:first-child, .rejected td:first-child { text-decoration: line-through } code { font-size: .85em }
</style></head><body>
<h1>Cal.com sandbox</h1>
<p>This calendar stands in for Cal.com. It speaks the same API; nothing leaves this machine.</p>
<table><thead><tr><th>When</th><th>What</th><th>Who</th><th>Status</th><th>Id</th></tr></thead>
<tbody>${rows || '<tr><td colspan="5">No bookings yet.</td></tr>'}</tbody></table>
</body></html>`
}

type Person = { name: string; timeZone: string }

function row(booking: TwinBooking): string {
  const host = (booking.hosts as Person[])[0]
  const booker = (booking.attendees as Person[])[0]
  const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', ...zoneOf(host) })
  const cells = [when.format(new Date(booking.start)), booking.title, booker?.name ?? '', booking.status]
  const uid = `<code>${escapeHtml(booking.uid)}</code>`
  return `<tr class="${booking.status}"><td>${cells.map((cell) => escapeHtml(String(cell))).join('</td><td>')}</td><td>${uid}</td></tr>`
}

function zoneOf(host: Person | undefined): { timeZone?: string } {
  return host && host.timeZone !== 'unknown' ? { timeZone: host.timeZone } : {}
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text made safe for HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string)
}
