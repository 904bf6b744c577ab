import t from 'tap'
import { advise } from '../../../core/domain/explain.ts'
import { closeReviews, healNow, healReviews, openReview, type Question } from '../../../core/flow/review.ts'
import { testDatabase } from '../../helper/database.ts'
import { addAppointment, addTenant, journalOf } from '../../helper/house.ts'
import { addService } from './service.ts'

const { db } = await testDatabase(t)

/** An appointment of a fresh tenant, and a question about it. */
async function asked(fields: Partial<Question> = {}) {
  const { tenantId } = await addTenant(db)
  const appointmentId = await addAppointment(db, tenantId, await addService(db, tenantId))
  const question: Question = {
    tenantId,
    code: 'HTTP_422',
    subject: { kind: 'appointment', id: appointmentId },
    appointmentId,
    ...fields,
  }
  return { tenantId, appointmentId, question }
}

async function flagOf(id: string) {
  const [row] = await db.query<{ flagged: boolean; since: string | null }>(
    'select requires_manual_review as flagged, manual_review_flagged_at as since from kalends.appointments where id = $1',
    [id],
  )
  return row
}

const reviewsOf = (tenantId: string) =>
  db.query(
    'select code, state, version, message, details, note from kalends.reviews where tenant_id = $1 order by id',
    [tenantId],
  )

t.test('a question opens one review, flags the appointment, and stands in the journal', async (t) => {
  const { tenantId, appointmentId, question } = await asked({ details: { phase: 0 } })
  const first = await openReview(db, question)
  t.match(first, { opened: true })
  t.match(await reviewsOf(tenantId), [
    { state: 'open', version: 1, message: advise('HTTP_422'), details: { phase: 0 } },
  ])
  const flag = await flagOf(appointmentId)
  t.match(flag, { flagged: true, since: /Z$/ })
  t.strictSame(await openReview(db, question), { id: first?.id, opened: false })
  t.match(await reviewsOf(tenantId), [{ version: 1 }], 'said again, it is the same question')
  await openReview(db, { ...question, details: { phase: 1 } })
  t.match(await reviewsOf(tenantId), [{ version: 2, details: { phase: 1 } }], 'new findings move the version')
  t.strictSame(await flagOf(appointmentId), flag)
  t.strictSame(await journalOf(db, tenantId), ['review.opened'])
  const [event] = await db.query(`select appointment_id, data, origin from kalends.events where tenant_id = $1`, [
    tenantId,
  ])
  t.match(event, { appointment_id: appointmentId, origin: 'system', data: { reviewId: first?.id, code: 'HTTP_422' } })
})

t.test('opened inside a transaction it comes and goes with it', async (t) => {
  const { tenantId, appointmentId, question } = await asked()
  const failing = db.transaction(async (tx) => {
    await openReview(tx, question)
    throw new Error('thought better of it')
  })
  await t.rejects(failing)
  t.strictSame(await reviewsOf(tenantId), [])
  t.match(await flagOf(appointmentId), { flagged: false })
})

t.test('many who find the same at once ask once', async (t) => {
  const { tenantId, question } = await asked()
  const answers = await Promise.all(Array.from({ length: 8 }, () => openReview(db, question)))
  t.equal(answers.filter((answer) => answer?.opened).length, 1)
  t.equal(new Set(answers.map((answer) => answer?.id)).size, 1)
  t.equal((await reviewsOf(tenantId)).length, 1)
  t.strictSame(await journalOf(db, tenantId), ['review.opened'])
})

t.test('other connection, phase, code or subject is another question', async (t) => {
  const { tenantId, question } = await asked()
  await openReview(db, question)
  await openReview(db, { ...question, phase: 0 })
  await openReview(db, { ...question, phase: 1 })
  await openReview(db, { ...question, code: 'TIMEOUT' })
  await openReview(db, { ...question, subject: { kind: 'event_type', id: '77' }, appointmentId: null })
  t.equal((await reviewsOf(tenantId)).length, 5)
})

t.test('healed, it closes itself with the reason; the flag goes with the last', async (t) => {
  const { tenantId, appointmentId, question } = await asked()
  await openReview(db, question)
  await openReview(db, { ...question, code: 'TIMEOUT' })
  t.equal(await healNow(db, { tenantId, appointmentId, codes: ['TIMEOUT'] }, 'It is booked now.'), 1)
  t.match(await flagOf(appointmentId), { flagged: true })
  t.equal(await healNow(db, { tenantId, appointmentId, phase: 3 }, 'It is booked now.'), 0)
  t.equal(await healNow(db, { tenantId, appointmentId }, 'It is booked now.'), 1)
  t.match(await flagOf(appointmentId), { flagged: false, since: null })
  t.match(await reviewsOf(tenantId), [{ state: 'healed', note: 'It is booked now.' }, { state: 'healed' }])
  t.equal(await healNow(db, { tenantId, appointmentId }, 'again'), 0)
  t.strictSame((await journalOf(db, tenantId)).slice(2), ['review.closed', 'review.closed'])
  t.match(await openReview(db, question), { opened: true }, 'what comes back is asked anew')
  t.match(await flagOf(appointmentId), { flagged: true })
})

t.test('a finding that was dismissed is not raised again; another one is', async (t) => {
  const { tenantId, appointmentId, question } = await asked({ fingerprint: 'ours: 10:00, theirs: 11:00' })
  await openReview(db, question)
  const who = { origin: { name: 'admin' }, cause: { causalId: appointmentId, hops: 0 } }
  const dismissed = { state: 'dismissed', resolution: 'dismiss', note: null, by: 'Ana' } as const
  await db.transaction((tx) => closeReviews(tx, { tenantId, appointmentId }, dismissed, who))
  t.equal(await openReview(db, question), null)
  t.match(await flagOf(appointmentId), { flagged: false })
  t.match(await openReview(db, { ...question, fingerprint: 'ours: 10:00, theirs: 12:00' }), { opened: true })
  const blank = await asked()
  await openReview(db, blank.question)
  await db.transaction((tx) => closeReviews(tx, { tenantId: blank.tenantId }, dismissed, who))
  t.match(
    await openReview(db, blank.question),
    { opened: true },
    'without a fingerprint nothing is known to be the same',
  )
})

t.test('opening and healing at once never lose the flag', async (t) => {
  for (let round = 0; round < 40; round++) {
    const { tenantId, appointmentId, question } = await asked()
    await openReview(db, question)
    await Promise.all([
      healNow(db, { tenantId, appointmentId, codes: ['HTTP_422'] }, 'healed'),
      openReview(db, { ...question, code: 'TIMEOUT' }),
      openReview(db, question),
      db.transaction((tx) => healReviews(tx, { tenantId, appointmentId, codes: ['TIMEOUT'] }, 'healed')),
    ])
    const open = (await reviewsOf(tenantId)).filter((review) => (review as { state: string }).state === 'open')
    t.equal((await flagOf(appointmentId))?.flagged, open.length > 0, `${open.length} open`)
  }
})

t.test("another tenant's reviews are not healed, and its appointments not flagged", async (t) => {
  const mine = await asked()
  const theirs = await asked()
  await openReview(db, theirs.question)
  t.equal(await healNow(db, { tenantId: mine.tenantId, appointmentId: theirs.appointmentId }, 'x'), 0)
  t.match(await flagOf(theirs.appointmentId), { flagged: true })
  const stolen = { ...mine.question, appointmentId: theirs.appointmentId }
  await t.rejects(openReview(db, stolen), { code: '23503' }, 'such a reference cannot be stored')
})

t.test('every code has a sentence', (t) => {
  for (const code of ['HTTP_401', 'SLOT_TAKEN', 'ORPHANED_LOCAL', 'NEVER_HEARD_OF', 'constructor', '__proto__']) {
    t.match(advise(code), /^[A-Z].+\. [A-Z].+\.$/)
  }
  t.end()
})
