import t from 'tap'
import { deferHeld, takeOverdue } from '../../../core/store/deferral.ts'
import { testGateway } from '../../helper/gateway.ts'
import { book, type Salon, synced } from '../../helper/salon.ts'

const quarter = 15 * 60_000
const messages = { BREAKER_OPEN: 'left alone', RATE_LIMITED: 'at its limit' }

const salon = await testGateway(t, { input: { sync: { sweepEvery: '10m' } } })
const { db } = salon
const { id } = await book(salon)
await synced(salon, id)

t.test('a person is told after a quarter of an hour, and while there is still time', async (t) => {
  // Minutes until the start, for how many the calendar is held, and after how many a person is told.
  const cases = [
    { starts: 600, held: 1, told: 15 },
    { starts: 31, held: 1, told: 15 },
    { starts: 20, held: 1, told: 10 },
    { starts: 4, held: 1, told: 2 },
    { starts: 4, held: 5, told: 0 },
    { starts: 600, held: 601, told: 0 },
    { starts: -10, held: 60, told: 15 },
  ]
  for (const { starts, held, told } of cases) {
    await stage(salon, { starts, held })
    await defer()
    const [row] = await db.query<{ minutes: number }>(
      'select (extract(epoch from tell_at - deferred_since) / 60)::float8 as minutes from kalends.syncs',
    )
    t.ok(Math.abs((row?.minutes ?? -1) - told) < 0.1, `${JSON.stringify({ starts, held, told })}: ${row?.minutes}`)
  }
})

t.test('it is deferred once and told once, and what may be called is left alone', async (t) => {
  await stage(salon, { starts: 600, held: 60 })
  const [one] = (await defer()).deferred
  t.match(one, { appointmentId: id, code: 'BREAKER_OPEN', isPressing: false })
  t.same((await defer()).deferred, [])
  t.same((await tell()).overdue, [], 'not yet')
  await db.query(`update kalends.syncs set tell_at = now()`)
  await db.query(`update kalends.circuits set open_until = now() - interval '1 second'`)
  t.same((await tell()).overdue, [], 'it is on its way')
  await db.query(`update kalends.circuits set limited_until = now() + interval '1 hour'`)
  t.match((await tell()).overdue, [{ appointmentId: id, code: 'RATE_LIMITED' }])
  t.same((await tell()).overdue, [])
  const shown = await salon.gateway.appointments.get(salon.tenant.id, id)
  t.match(shown.sync, { status: 'failed', errorCode: 'BREAKER_OPEN', errorMessage: messages.BREAKER_OPEN })
})

t.test('what somebody works on is not deferred', async (t) => {
  await stage(salon, { starts: 600, held: 60 })
  await db.query(`update kalends.syncs set lease_until = now() + interval '1 minute'`)
  t.same((await defer()).deferred, [])
})

const defer = () => db.transaction((tx) => deferHeld(tx, { graceMs: 0, deferAtMostMs: quarter }, messages, 10))
const tell = () => db.transaction((tx) => takeOverdue(tx, quarter, 10))

/** The appointment waits to be booked, and its calendar may not be called. In minutes from now. */
async function stage({ db, tenant, connection }: Salon, { starts, held }: { starts: number; held: number }) {
  await db.query(
    `update kalends.appointments set starts_at = now() + $1 * interval '1 minute', ends_at = now() + interval '1 day'`,
    [starts],
  )
  await db.query(`update kalends.bookings set sync_status = 'pending', error_code = null`)
  await db.query(
    `update kalends.syncs set state = 'waiting', due_at = now() - interval '1 minute', deferred_since = null, tell_at = null,
       lease_until = null`,
  )
  await db.query(
    `insert into kalends.circuits (tenant_id, connection_id, open_until)
     values ($1, $2, now() + $3 * interval '1 minute')
     on conflict (tenant_id, connection_id) do update set open_until = excluded.open_until, limited_until = null`,
    [tenant.id, connection.id, held],
  )
}
