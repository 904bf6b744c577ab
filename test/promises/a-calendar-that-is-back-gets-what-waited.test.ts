import t from 'tap'
import { testGateway, until } from '../helper/gateway.ts'
import { book, type Salon, synced } from '../helper/salon.ts'

// No turn of the sweep comes while these tests last.
const settings = { input: { sync: { sweepEvery: '10m' } } }

t.test('when a calendar that was left alone answers again, what waited for it is sent at once', async (t) => {
  const salon = await testGateway(t, settings)
  await write(salon, 'open_until', '1 hour')
  const booked = await bookThatWait(salon, 12)
  await write(salon, 'open_until', '-1 second')
  for (const { id } of booked) await synced(salon, id)
  t.equal(salon.twin.counts.createBooking, booked.length)
})

t.test('and so is what waited for the end of a limit', async (t) => {
  const salon = await testGateway(t, settings)
  await write(salon, 'limited_until', '5 seconds')
  const booked = await bookThatWait(salon, 12)
  t.equal(salon.twin.counts.createBooking, undefined)
  for (const { id } of booked) await synced(salon, id)
  t.equal(salon.twin.counts.createBooking, booked.length)
})

/** Books, and waits until a worker has let each be. */
async function bookThatWait(salon: Salon, count: number) {
  const booked = await Promise.all(Array.from({ length: count }, () => book(salon)))
  await until(
    () => salon.db.query(`select from pgboss.job where name = 'sync' and state = 'completed'`),
    (ended) => ended.length >= count,
  )
  return booked
}

/** Writes until when the calendar is left alone, or takes no calls, as a gateway does. */
async function write({ db, tenant, connection }: Salon, column: 'open_until' | 'limited_until', interval: string) {
  await db.query(
    `with written as (
       insert into kalends.circuits (tenant_id, connection_id, ${column}) values ($1, $2, now() + $3::interval)
       on conflict (tenant_id, connection_id) do update set ${column} = excluded.${column}
       returning connection_id
     )
     select pg_notify('kalends_circuits', connection_id::text) from written`,
    [tenant.id, connection.id, interval],
  )
}
