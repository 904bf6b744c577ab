import t from 'tap'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'

t.test('work survives the loss of the whole queue: the sweep makes it anew', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, connection, twin, db, start } = salon
  await gateway.connections.pause(author, connection.id, { scope: 'outbound' })
  const ids = await bookSome(salon, 5)
  await gateway.close()
  // Resumed behind the gateway's back, so that nothing is released; and the queue is gone.
  await db.query('update kalends.connections set paused = null')
  await db.query(`update kalends.syncs set state = 'waiting'`)
  await db.query('drop schema pgboss cascade')
  const again = await start()
  for (const id of ids) {
    await until(
      () => again.appointments.get(tenant.id, id),
      (seen) => seen.sync.status === 'synced',
    )
  }
  t.equal(twin.counts.createBooking, ids.length)
})

t.test('a row that is due again although its job has ended is nudged again', async (t) => {
  const salon = await testGateway(t)
  const { gateway, tenant, twin, db } = salon
  const [id = ''] = await bookSome(salon, 1)
  const look = () => gateway.appointments.get(tenant.id, id)
  await until(look, (seen) => seen.sync.status === 'synced')
  const jobOf = async () => {
    const [row] = await db.query<{ state: string; job_id: string; job: string | null; attempts: number }>(
      `select s.state, s.job_id, s.attempts, j.state::text as job
       from kalends.syncs s left join pgboss.job j on j.name = 'sync' and j.id = s.job_id where s.appointment_id = $1`,
      [id],
    )
    return row
  }
  const ended = await until(jobOf, (row) => row?.state === 'settled' && row.job === 'completed')
  // As a lost wake-up leaves it: the row wants something, and nobody will come for it.
  await db.query(`update kalends.appointments set sync_status = 'pending' where id = $1`, [id])
  await db.query(`update kalends.bookings set sync_status = 'pending' where appointment_id = $1`, [id])
  await db.query(`update kalends.syncs set state = 'waiting', due_at = now() where appointment_id = $1`, [id])
  const after = await until(jobOf, (row) => row?.state === 'settled' && row.job === 'completed')
  t.not(after?.job_id, ended?.job_id, 'under another job, since the queue drops the id of an ended one')
  t.equal((await look()).sync.status, 'synced')
  t.equal(twin.counts.createBooking, 1, 'and nothing was written twice')
})

async function bookSome({ gateway, author }: Awaited<ReturnType<typeof testGateway>>, count: number) {
  const booked = Array.from({ length: count }, () =>
    gateway.appointments.book(author, { serviceId: 'cut', startsAt: nextSlot(), customer: customer() }),
  )
  return (await Promise.all(booked)).map(({ appointment }) => appointment.id)
}
