import t from 'tap'
import { neighbour, until } from '../helper/gateway.ts'
import { bookThere, listening } from '../helper/heard.ts'
import { book, verified } from '../helper/salon.ts'

t.setTimeout(90_000)

/** More than the inbox has places for, and each of them asks the calendar for this long. */
const many = 40
const slowMs = 4_000

t.test('what a slow calendar tells does not hold up what the others tell', async (t) => {
  const salon = await listening(t)
  const { gateway, twin, db } = salon
  const other = { ...salon, ...(await neighbour(gateway, twin)) }
  await until(
    () => db.query('select from kalends.connections where subscribed_at is null or polled_at is null'),
    (rows) => rows.length === 0,
  )
  twin.faults.add({ operation: 'getBooking', kind: 'delay', ms: slowMs, match: { connectionKey: 'ana' } })
  await Promise.all(Array.from({ length: many }, () => bookThere(salon)))
  const uid = await bookThere(other)
  await until(
    () => gateway.appointments.list(other.tenant.id, {}),
    ({ items }) => items.some(({ bookings }) => bookings[0]?.externalId === uid),
  )
  const waiting = await db.query(`select from kalends.inbox where state = 'pending' and tenant_id = $1`, [
    salon.tenant.id,
  ])
  t.ok(waiting.length > many / 2, `${waiting.length} of the slow one wait still`)
})

t.test('a calendar that may not be called takes nobody’s place among those to be confirmed', async (t) => {
  const salon = await listening(t)
  const { gateway, twin, db, tenant } = salon
  const other = { ...salon, ...(await neighbour(gateway, twin)) }
  const { id } = await verified(salon, (await book(salon)).id)
  await db.query(
    `insert into kalends.circuits (tenant_id, connection_id, open_until)
     values ($1, $2, now() + interval '1 hour')
     on conflict (tenant_id, connection_id) do update set open_until = excluded.open_until`,
    [tenant.id, salon.connection.id],
  )
  const longAgo = new Date(Date.now() - 3_600_000).toISOString()
  await db.query('update kalends.bookings set confirm_due_at = $1 where appointment_id = $2', [longAgo, id])
  await verified(other, (await book(other)).id)
  const [row] = await db.query<{ at: string }>(
    'select confirm_due_at as at from kalends.bookings where appointment_id = $1',
    [id],
  )
  t.same(row?.at, longAgo, 'it was not even taken')
})
