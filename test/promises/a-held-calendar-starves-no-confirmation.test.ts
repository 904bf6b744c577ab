import t from 'tap'
import { neighbour } from '../helper/gateway.ts'
import { listening, quiet } from '../helper/heard.ts'
import { book, verified } from '../helper/salon.ts'

t.test('a calendar that may not be called takes nobody’s place among those to be confirmed', async (t) => {
  const salon = await listening(t)
  const { gateway, twin, db, tenant } = salon
  const other = { ...salon, ...(await neighbour(gateway, twin)) }
  const { id } = await verified(salon, (await book(salon)).id)
  // Its webhook would confirm it too.
  await quiet(salon)
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

t.test('nor does one that has no calls left for looking', async (t) => {
  // Half of the limit is kept from those who only compare.
  const perMinute = 60
  const salon = await listening(t, { twin: { rateLimit: { perMinute, blockMs: 60_000 } } })
  const { gateway, twin, db, tenant } = salon
  const other = { ...salon, ...(await neighbour(gateway, twin)) }
  const { id } = await verified(salon, (await book(salon)).id)
  // Its webhook would confirm it too.
  await quiet(salon)
  const dueOf = async () => {
    const [row] = await db.query<{ at: string | null }>(
      'select confirm_due_at as at from kalends.bookings where appointment_id = $1',
      [id],
    )
    return row?.at
  }
  const called = () => twin.calls.filter(({ connectionKey }) => connectionKey === 'ana').length
  for (let day = 1; called() <= perMinute / 2; day++) {
    const from = new Date(Date.now() + day * 86_400_000).toISOString()
    const to = new Date(Date.now() + day * 86_400_000 + 60_000).toISOString()
    await gateway.availability.find(tenant.id, { serviceId: 'cut', from, to })
  }
  const longAgo = new Date(Date.now() - 3_600_000).toISOString()
  await db.query('update kalends.bookings set confirm_due_at = $1 where appointment_id = $2', [longAgo, id])
  await verified(other, (await book(other)).id)
  t.same(await dueOf(), longAgo, 'it was not even taken')
})
