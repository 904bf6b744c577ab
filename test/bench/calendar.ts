// The calendar that both systems call: Cal.com's twin, without its rate limit, in a process of its own. It answers 15,000
// and more bookings a second on one core, so it is not what is measured.
import { roundTheClock, startTwin } from '../../plugins/calcom/twin/index.ts'
import { serveParent } from './child.ts'

/** `[customer's address, when the booking was made there]` in the order of arrival; monotonic nanoseconds as text. */
export type Arrivals = [string, string][]

/** What the calendar says when it is ready. */
export type CalendarReady = { url: string; apiKey: string; eventTypeId: number }

const twin = await startTwin({ rateLimit: false })
const apiKey = 'cal_live_bench_0123456789'
const account = twin.addAccount({
  username: 'ana',
  email: 'ana@salon.example',
  name: 'Ana',
  timeZone: 'UTC',
  apiKey,
  availability: roundTheClock,
})
// Thousands book at once: what is measured is the way, not who was first.
const type = twin.addEventType(account, { title: 'Cut', slug: 'cut', lengthInMinutes: 30, allowDoubleBooking: true })

let made: { uid: string; at: bigint }[] = []
twin.on('commit', ({ uids }) => {
  const at = process.hrtime.bigint()
  for (const uid of uids) made.push({ uid, at })
})

function arrivals(): Arrivals {
  const since = made
  made = []
  return since.map(({ uid, at }) => [emailOf(uid), String(at)])
}

function emailOf(uid: string): string {
  const [booker] = (twin.bookings({ uid })[0]?.attendees ?? []) as { email?: string }[]
  return booker?.email ?? ''
}

const calls = () => Object.values(twin.counts).reduce<number>((sum, count) => sum + Number(count), 0)

serveParent(
  { url: twin.url, apiKey, eventTypeId: type.id } satisfies CalendarReady,
  { arrivals, arrived: () => made.length, calls },
  () => twin.close(),
)
