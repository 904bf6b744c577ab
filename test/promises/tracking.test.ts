import t from 'tap'
import type { AppointmentView } from '../../core/contract/appointments.ts'
import { nextSlot, testGateway, until } from '../helper/gateway.ts'
import { book, intent, openReviews, type Salon, seen, synced, verified } from '../helper/salon.ts'

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/
const uuid = /^[0-9a-f-]{36}$/
const quiet = { errorCode: null, errorMessage: null, requiresManualReview: false, manualReviewFlaggedAt: null }

t.test('at every step an appointment says where its sync stands', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant } = salon

  const booked = await book(salon)
  t.strictSame(Object.keys(booked.sync).sort(), fields, 'all fields, always')
  t.match(booked.sync, {
    ...quiet,
    status: 'pending',
    origin: 'api',
    initiatedAt: instant,
    jobId: uuid,
    attemptCount: 0,
  })
  t.match(booked.sync, { lastAttemptAt: null, verifiedAt: null })
  t.ok(await jobExists(salon, booked), 'the job is one of the queue')

  const made = await verified(salon, booked.id)
  t.match(made.sync, { ...quiet, origin: 'api', initiatedAt: booked.sync.initiatedAt, jobId: booked.sync.jobId })
  t.match(made.sync, { attemptCount: 1, lastAttemptAt: instant, verifiedAt: instant })
  t.ok(made.sync.initiatedAt <= String(made.sync.lastAttemptAt))

  const desk = { ...author, origin: { name: 'admin' } }
  const moved = await gateway.appointments.reschedule(desk, booked.id, { startsAt: nextSlot() })
  t.match(moved.sync, {
    ...quiet,
    status: 'pending',
    origin: 'admin',
    attemptCount: 0,
    verifiedAt: made.sync.verifiedAt,
  })
  t.not(moved.sync.jobId, booked.sync.jobId)
  t.ok(moved.sync.initiatedAt >= String(made.sync.verifiedAt))
  t.equal(moved.origin, 'api', 'who made it stays')
  const there = await until(
    () => verified(salon, booked.id),
    ({ sync }) => sync.verifiedAt !== made.sync.verifiedAt,
  )
  t.match(there.sync, { ...quiet, origin: 'admin', attemptCount: 1, jobId: moved.sync.jobId })
  t.ok(String(there.sync.verifiedAt) > String(made.sync.verifiedAt))

  const dropped = await gateway.appointments.cancel(author, booked.id, {})
  t.match(dropped.sync, { ...quiet, status: 'pending', origin: 'api', attemptCount: 0 })
  const gone = await synced(salon, booked.id)
  t.match(gone.sync, { ...quiet, attemptCount: 1, lastAttemptAt: instant, verifiedAt: instant })
  t.same(await gateway.appointments.get(tenant.id, booked.id), gone)
})

t.test(
  'a sync that fails says how often it was tried, why it failed, and that a person is asked; a retry heals it',
  async (t) => {
    const salon = await testGateway(t)
    const { gateway, author, twin } = salon
    const fault = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503 })
    const booked = await book(salon)
    await intent(salon, booked.id, 'unknown')
    const first = await seen(salon, booked.id, ({ sync }) => sync.errorCode !== null)
    t.match(first.sync, { status: 'pending', errorCode: 'HTTP_503', errorMessage: String, requiresManualReview: false })
    const failed = await seen(salon, booked.id, ({ sync }) => sync.status === 'failed')
    t.match(failed.sync, { errorCode: 'HTTP_503', attemptCount: 4, lastAttemptAt: instant, verifiedAt: null })
    t.match(failed.sync, { requiresManualReview: true, manualReviewFlaggedAt: instant })
    t.notMatch(failed.sync.errorMessage, /503|Service/, 'our own sentence, and not the reply of the calendar')
    t.equal(failed.status, 'pending')
    t.same(await openReviews(salon), [{ code: 'HTTP_503', subject: 'appointment', id: booked.id }])

    fault.remove()
    await gateway.appointments.retrySync(author, booked.id)
    const healed = await until(
      () => verified(salon, booked.id),
      ({ sync }) => !sync.requiresManualReview,
    )
    t.match(healed.sync, { ...quiet, status: 'synced', verifiedAt: instant })
    t.same(await openReviews(salon), [])
    t.equal(twin.bookings({ status: 'accepted' }).length, 1)
  },
)

const fields = [
  'attemptCount',
  'errorCode',
  'errorMessage',
  'initiatedAt',
  'jobId',
  'lastAttemptAt',
  'manualReviewFlaggedAt',
  'origin',
  'requiresManualReview',
  'status',
  'verifiedAt',
]

async function jobExists({ db }: Salon, { sync }: AppointmentView): Promise<boolean> {
  const rows = await db.query(`select from pgboss.job where name = 'sync' and id = $1`, [sync.jobId])
  return rows.length === 1
}
