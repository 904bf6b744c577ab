import t from 'tap'
import { neighbour } from '../helper/gateway.ts'
import { listening } from '../helper/heard.ts'
import { book, verified } from '../helper/salon.ts'

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
