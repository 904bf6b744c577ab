// The calendar answers 503 to everything for a minute, in real durations on the model's clock: afterwards everything is
// synced without a person, and the calendar was asked little more than it had to be.
import t, { type Test } from 'tap'
import { openGround } from './ground.ts'
import { type Outcome, simulate } from './run.ts'
import type { Scenario } from './scenario.ts'

t.setTimeout(600_000)
const database = await openGround(t)
const outage = 60_000

/** So many bookings, one every so many milliseconds, from the moment at which the calendar goes down. */
function down(requests: number, everyMs: number): Scenario {
  const calendar = { moves: 'new_id', listLagMs: 0, hooks: 'named' } as const
  const operations = Array.from({ length: requests }, (_, n) => ({
    at: n * everyMs,
    does: 'book' as const,
    whom: 0,
    slot: n,
  }))
  return { shape: 'single', calendars: [calendar, calendar], operations, faults: [], outage, dice: 7 }
}

function isWell(t: Test, { violations, tables, calls, tookMs }: Outcome, requests: number): void {
  t.comment(`${calls} calls for ${requests} appointments, at rest after ${Math.round(tookMs / 1_000)} s`)
  t.same(violations, [])
  t.equal(tables.appointments.filter(({ sync_status }) => sync_status === 'synced').length, requests)
  t.same(
    tables.reviews.map(({ code }) => code),
    [],
    'nobody was asked',
  )
  t.ok(calls <= 2 * requests, `${calls} calls, at most ${2 * requests}`)
}

t.test('twenty requests a second', async (t) => {
  isWell(t, await simulate(database, down(1_200, 50)), 1_200)
})

t.test('one request a minute', async (t) => {
  isWell(t, await simulate(database, down(10, 60_000)), 10)
})
