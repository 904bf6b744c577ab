import pino from 'pino'
import t from 'tap'
import { testGateway } from '../helper/gateway.ts'
import { book, live, openReviews, seen, story, synced } from '../helper/salon.ts'

t.test('what a calendar could not do for a while is tried again slowly, and its review closes itself', async (t) => {
  const lines: string[] = []
  const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
  const sync = { slowRetryDelays: ['300ms', '300ms'] }
  const salon = await testGateway(t, { input: { sync }, options: { logger } })
  const fault = salon.twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503 })
  const { id } = await book(salon)
  const failed = await seen(salon, id, ({ sync }) => sync.status === 'failed')
  t.match(failed.sync, { errorCode: 'HTTP_503', attemptCount: 4 })
  // Two slow retries find it still down.
  await seen(salon, id, ({ sync }) => sync.attemptCount >= 6)
  t.same(await openReviews(salon), [{ code: 'HTTP_503', subject: 'appointment', id }], 'one question')
  t.equal((await story(salon, id)).filter((kind) => kind === 'appointment.sync_failed').length, 1, 'told once')
  t.equal(lines.filter((line) => line.includes('could not be synced')).length, 1, 'and logged once')

  fault.remove()
  const end = await synced(salon, id)
  t.match(end.sync, { errorCode: null, errorMessage: null, requiresManualReview: false })
  t.equal(live(salon, end).length, 1)
  t.same(await openReviews(salon), [])
  const { items } = await salon.gateway.reviews.list(salon.tenant.id, { state: 'healed' })
  t.match(items, [{ code: 'HTTP_503', note: /agrees/ }])
})

t.test('a review that a person dismissed is not opened again by the next slow retry', async (t) => {
  const salon = await testGateway(t, { input: { sync: { slowRetryDelays: ['200ms'] } } })
  const { gateway, author, tenant, twin } = salon
  const fault = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503 })
  const { id } = await book(salon)
  await seen(salon, id, ({ sync }) => sync.requiresManualReview)
  const [review] = (await gateway.reviews.list(tenant.id, { state: 'open' })).items
  await gateway.reviews.resolve(author, review?.id ?? '', { resolution: 'dismiss', version: review?.version ?? 0 })
  const { sync } = await gateway.appointments.get(tenant.id, id)
  await seen(salon, id, (now) => now.sync.attemptCount >= sync.attemptCount + 2)
  t.same(await openReviews(salon), [])
  fault.remove()
  t.equal((await synced(salon, id)).sync.requiresManualReview, false)
})

t.test('a refusal for good is not tried again by itself', async (t) => {
  const salon = await testGateway(t, { input: { sync: { slowRetryDelays: ['100ms'] } } })
  const { twin, db } = salon
  twin.faults.add({ operation: 'createBooking', kind: 'status', status: 422, message: 'event type has no hosts' })
  const { id } = await book(salon)
  await seen(salon, id, ({ sync }) => sync.status === 'failed')
  t.match(await db.query('select state from kalends.syncs where appointment_id = $1', [id]), [{ state: 'failed' }])
  t.equal(twin.counts.createBooking, 1)
})
