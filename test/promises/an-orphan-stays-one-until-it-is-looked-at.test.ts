import t from 'tap'
import { testGateway, until } from '../helper/gateway.ts'
import { book, openReviews, type Salon, seen, verified } from '../helper/salon.ts'

t.test('neither a retry nor a note makes an orphan synced', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, twin } = salon
  const ids = [(await book(salon)).id, (await book(salon)).id] as const
  for (const id of ids) await verified(salon, id)
  twin.reset()
  for (const id of ids) {
    await gateway.appointments.verify(author, id)
    await seen(salon, id, ({ sync }) => sync.status === 'orphaned_local')
  }
  const [retried, edited] = ids
  const asked = ids.map((id) => ({ code: 'ORPHANED_LOCAL', subject: 'appointment', id }))

  await gateway.appointments.retrySync(author, retried)
  await gateway.appointments.edit(author, edited, { notes: 'hello' })
  for (const [id, by] of [
    [retried, 'retry-sync'],
    [edited, 'a note'],
  ] as const) {
    await atRest(salon, id)
    const { sync } = await gateway.appointments.get(salon.tenant.id, id)
    t.match(sync, { status: 'orphaned_local', errorCode: 'ORPHANED_LOCAL', requiresManualReview: true }, by)
  }
  t.same(sorted(await openReviews(salon)), sorted(asked), 'both questions stay open')
  t.same(twin.bookings(), [], 'nothing was made anew')

  for (const id of ids) {
    await gateway.appointments.cancel(author, id, {})
    await seen(salon, id, ({ status, sync }) => status === 'cancelled' && sync.status === 'synced')
  }
  t.same(await openReviews(salon), [], 'what is to be gone and is gone asks nobody')
})

t.test('a visit that is over and was never booked stays a failure', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, twin, db } = salon
  twin.faults.add({ operation: 'createBooking', kind: 'status', status: 422, message: 'event type has no hosts' })
  const { id } = await book(salon)
  await seen(salon, id, ({ sync }) => sync.status === 'failed')
  const asked = await openReviews(salon)
  t.match(asked, [{ code: 'NO_HOSTS', id }])
  await db.query(
    `update kalends.appointments set starts_at = now() - interval '2 hours', ends_at = now() - interval '90 minutes'
     where id = $1`,
    [id],
  )
  await gateway.appointments.edit(author, id, { status: 'completed' })
  await atRest(salon, id)
  const over = await gateway.appointments.get(salon.tenant.id, id)
  t.match(over, { status: 'completed', sync: { status: 'failed', requiresManualReview: true } })
  t.equal(over.sync.errorCode, 'NEVER_BOOKED')
  t.same(await openReviews(salon), asked, 'the question asked before stays')
})

/** Waits until nothing is left to do for an appointment, whatever came of it. */
async function atRest({ db }: Salon, id: string): Promise<void> {
  const look = () => db.query<{ state: string }>(`select state from kalends.syncs where appointment_id = $1`, [id])
  await until(look, (rows) => rows.length > 0 && rows.every(({ state }) => state === 'settled' || state === 'failed'))
}

const sorted = (reviews: Awaited<ReturnType<typeof openReviews>>) => reviews.sort((a, b) => a.id.localeCompare(b.id))
