import type { ImportPreview } from '../contract/catalogue.ts'
import type { CalendarProvider } from '../contract/provider.ts'
import { ProviderError } from '../contract/provider-error.ts'
import { explain } from '../domain/explain.ts'
import { KalendsError } from '../errors.ts'
import type { CallableConnection } from '../store/connections.ts'
import { firstSpan, listWindow, type Place } from './calendar-window.ts'
import { groundsOf, type Sorted, sortBookings } from './import-sort.ts'
import type { Ports } from './ports.ts'

/**
 * Counts what an import of a connection would take in, and what it leaves alone with the reason.
 * @throws KalendsError KAL_CALENDAR_FAILED
 */
export async function previewImport(
  ports: Ports,
  provider: CalendarProvider,
  source: CallableConnection,
): Promise<ImportPreview> {
  const began = ports.clock.now()
  const grounds = groundsOf(ports.store.db, source)
  const count = createCount()
  const seen = new Set<string>()
  let place: Place | null = { listedTo: began, spanDays: firstSpan }
  while (place) {
    const { bookings, next } = await listOrThrow(ports, provider, source, place, began)
    const fresh = bookings.filter(({ externalId }) => !seen.has(externalId))
    for (const { externalId } of fresh) seen.add(externalId)
    for (const sorted of await sortBookings(ports.store.db, source, fresh, grounds, began)) count.add(sorted)
    place = next
  }
  return count.preview()
}

async function listOrThrow(...where: Parameters<typeof listWindow>): ReturnType<typeof listWindow> {
  try {
    return await listWindow(...where)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    const { code } = error.outcome
    throw new KalendsError('KAL_CALENDAR_FAILED', { problem: explain(code), code }, { cause: error })
  }
}

function createCount() {
  const services = new Map<string, ImportPreview['services'][number]>()
  const left = new Map<string, ImportPreview['leftAlone'][number]>()
  let known = 0
  return {
    add(sorted: Sorted): void {
      if (sorted.is === 'known') known++
      else if (sorted.is === 'new') bump(services, sorted.service.id, ofService(sorted.service))
      else {
        const { reason, eventType } = sorted
        bump(left, `${reason} ${eventType}`, { reason, eventType, count: 0 })
      }
    },
    preview(): ImportPreview {
      const counted = [...services.values()]
      const total = counted.reduce((sum, { count }) => sum + count, 0)
      return { total, services: counted, known, leftAlone: [...left.values()] }
    },
  }
}

function ofService({ id, slug }: { id: string; slug: string }): ImportPreview['services'][number] {
  return { serviceId: id, slug, count: 0 }
}

function bump<T extends { count: number }>(counts: Map<string, T>, key: string, first: T): void {
  const entry = counts.get(key) ?? first
  entry.count++
  counts.set(key, entry)
}
