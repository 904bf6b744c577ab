import t from 'tap'
import { createReviews } from '../../../core/flow/resolve.ts'
import { healNow, openReview } from '../../../core/flow/review.ts'
import { testDatabase } from '../../helper/database.ts'
import { addAppointment, addTenant, journalOf } from '../../helper/house.ts'
import { addService } from './service.ts'

const { db } = await testDatabase(t)
const retried: string[] = []
const link = () => Promise.reject(new Error('nothing is linked here'))
const reviews = createReviews({
  db,
  link,
  retry: async (_tenant, id, connection) => void retried.push(`${id} ${connection}`),
})

/** An open review of a fresh tenant's appointment. */
async function opened(code = 'HTTP_422') {
  const author = await addTenant(db)
  const { tenantId } = author
  const appointmentId = await addAppointment(db, tenantId, await addService(db, tenantId))
  const subject = { kind: 'appointment', id: appointmentId } as const
  const question = { tenantId, code, subject, appointmentId, fingerprint: 'seen' }
  const review = await openReview(db, question)
  return { author, tenantId, appointmentId, question, id: review?.id as string }
}

const flagged = async (id: string) =>
  (await db.query('select from kalends.appointments where id = $1 and requires_manual_review', [id])).length > 0

t.test('retry nudges the appointment, closes the review and clears the flag', async (t) => {
  const { author, tenantId, appointmentId, id } = await opened()
  t.match(await reviews.get(tenantId, id), {
    code: 'HTTP_422',
    state: 'open',
    version: 1,
    resolutions: ['retry', 'dismiss'],
    appointmentId,
    closedAt: null,
  })
  const note = 'Zoë Canary called'
  const done = await reviews.resolve(author, id, { resolution: 'retry', version: 1, note })
  t.match(done, {
    state: 'resolved',
    resolution: 'retry',
    resolvedBy: 'Ana',
    note,
    version: 2,
    resolutions: [],
    closedAt: /Z$/,
  })
  t.ok(retried.includes(`${appointmentId} null`))
  t.notOk(await flagged(appointmentId))
  t.strictSame(await journalOf(db, tenantId), ['review.opened', 'review.closed'])
  const journal = await db.query('select message, data from kalends.events where tenant_id = $1', [tenantId])
  t.notMatch(JSON.stringify(journal), /Canary/, 'a note stays with its review')
})

t.test('dismiss closes it without touching anything, and the same finding stays away', async (t) => {
  const { author, appointmentId, question, id } = await opened()
  const before = retried.length
  t.match(await reviews.resolve(author, id, { resolution: 'dismiss', version: 1 }), { state: 'dismissed', note: null })
  t.equal(retried.length, before)
  t.equal(await openReview(db, question), null)
  t.notOk(await flagged(appointmentId))
})

t.test('only what fits is taken: without an appointment there is nothing to retry', async (t) => {
  const { author, tenantId, id } = await opened()
  for (const resolution of ['keep_local', 'import'] as const) {
    await t.rejects(reviews.resolve(author, id, { resolution, version: 1 }), {
      code: 'KAL_REVIEW_RESOLUTION',
      message: /HTTP_422 choose one of: retry, dismiss/,
    })
  }
  const about = await openReview(db, { tenantId, code: 'UNKNOWN_EVENT_TYPE', subject: { kind: 'event_type', id: '7' } })
  const other = about?.id as string
  await t.rejects(reviews.resolve(author, other, { resolution: 'retry', version: 1 }), {
    code: 'KAL_REVIEW_RESOLUTION',
  })
  t.match(await reviews.resolve(author, other, { resolution: 'dismiss', version: 1 }), { state: 'dismissed' })
  await t.rejects(reviews.resolve(author, id, { resolution: 'nonsense', version: 1 } as never), {
    code: 'KAL_VALIDATION',
  })
})

t.test('what is owed to a caller ends with a call, and is not tried again', async (t) => {
  const { author, tenantId, id } = await opened('CALL_BACK')
  t.match(await reviews.get(tenantId, id), { resolutions: ['called_back', 'dismiss'] })
  await t.rejects(reviews.resolve(author, id, { resolution: 'retry', version: 1 }), { code: 'KAL_REVIEW_RESOLUTION' })
  const called = { state: 'resolved', resolution: 'called_back', resolvedBy: 'Ana' }
  t.match(await reviews.resolve(author, id, { resolution: 'called_back', version: 1 }), called)
  const call = { kind: 'call', id: 'call_1' } as const
  const said = await openReview(db, { tenantId, code: 'CALL_SAYS_BOOKED', subject: call })
  t.match(await reviews.resolve(author, said?.id ?? '', { resolution: 'called_back', version: 1 }), called)
  const other = await opened()
  await t.rejects(reviews.resolve(other.author, other.id, { resolution: 'called_back', version: 1 }), {
    code: 'KAL_REVIEW_RESOLUTION',
  })
})

t.test('what answered itself closes with its reason, and only as it was read', async (t) => {
  const { author, tenantId, question, id } = await opened('CALL_BACK')
  await openReview(db, { ...question, details: { told: 'NOT_BOOKED' } })
  const reason = 'It came true after all.'
  t.notOk(await reviews.heal(author, id, { version: 1, reason }), 'it says something else now')
  t.match(await reviews.get(tenantId, id), { state: 'open' })
  t.ok(await reviews.heal(author, id, { version: 2, reason }))
  t.match(await reviews.get(tenantId, id), { state: 'healed', note: reason, resolvedBy: null })
  t.notOk(await reviews.heal(author, id, { version: 3, reason }))
})

t.test('who decides on an older state is asked to look again', async (t) => {
  const { author, question, id } = await opened()
  await openReview(db, { ...question, details: { theirs: 'moved' } })
  await t.rejects(reviews.resolve(author, id, { resolution: 'dismiss', version: 1 }), { code: 'KAL_VERSION_CONFLICT' })
  t.match(await reviews.resolve(author, id, { resolution: 'dismiss', version: 2 }), { state: 'dismissed' })
  await t.rejects(reviews.resolve(author, id, { resolution: 'dismiss', version: 3 }), { code: 'KAL_REVIEW_CLOSED' })
})

t.test('of two who resolve at once one is told that the other was faster', async (t) => {
  for (let round = 0; round < 8; round++) {
    const { author, tenantId, id } = await opened()
    const ends = await Promise.allSettled([
      reviews.resolve(author, id, { resolution: 'dismiss', version: 1 }),
      reviews.resolve(author, id, { resolution: 'retry', version: 1 }),
    ])
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    t.match(refused, [{ status: 409, code: /^KAL_(REVIEW_CLOSED|VERSION_CONFLICT)$/ }])
    t.equal(refused.length, 1)
    t.equal((await reviews.get(tenantId, id)).version, 2)
    t.strictSame(await journalOf(db, tenantId), ['review.opened', 'review.closed'])
  }
})

t.test('a retry that heals the review at once is no conflict', async (t) => {
  const { author, tenantId, appointmentId, id } = await opened()
  const swift = createReviews({
    db,
    link,
    retry: async () => void (await healNow(db, { tenantId, appointmentId }, 'Booked.')),
  })
  t.match(await swift.resolve(author, id, { resolution: 'retry', version: 1 }), { state: 'healed', note: 'Booked.' })
})

t.test('a retry that could not be sent leaves the question open', async (t) => {
  const { author, tenantId, id } = await opened()
  const down = createReviews({ db, link, retry: () => Promise.reject(new Error('no queue')) })
  await t.rejects(down.resolve(author, id, { resolution: 'retry', version: 1 }), { message: 'no queue' })
  t.match(await reviews.get(tenantId, id), { state: 'open', version: 1 })
})

t.test('the list goes from the newest, by state, code and appointment', async (t) => {
  const { author, tenantId, appointmentId, question, id } = await opened()
  const second = await openReview(db, { ...question, code: 'TIMEOUT' })
  await reviews.resolve(author, id, { resolution: 'dismiss', version: 1 })
  const ids = async (query: Parameters<typeof reviews.list>[1]) =>
    (await reviews.list(tenantId, query)).items.map((r) => r.id)
  t.strictSame(await ids({}), [second?.id, id])
  t.strictSame(await ids({ state: 'open' }), [second?.id])
  t.strictSame(await ids({ state: 'dismissed', code: 'HTTP_422', appointmentId }), [id])
  t.strictSame(await ids({ appointmentId: 'none' }), [])
  const page = await reviews.list(tenantId, { limit: 1 })
  t.strictSame(await ids({ cursor: page.nextCursor ?? '' }), [id])
  await t.rejects(reviews.list(tenantId, { cursor: 'x' }), { code: 'KAL_VALIDATION' })
})

t.test("another tenant's review is not there", async (t) => {
  const { tenantId, id } = await opened()
  const stranger = await addTenant(db)
  for (const foreign of [id, 'x']) {
    await t.rejects(reviews.get(stranger.tenantId, foreign), { code: 'KAL_NOT_FOUND' })
    await t.rejects(reviews.resolve(stranger, foreign, { resolution: 'dismiss', version: 1 }), {
      code: 'KAL_NOT_FOUND',
    })
  }
  t.strictSame((await reviews.list(stranger.tenantId, {})).items, [])
  t.match(await reviews.get(tenantId, id), { state: 'open' })
})
