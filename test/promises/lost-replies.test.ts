import t, { type Test } from 'tap'
import type { AppointmentView } from '../../core/contract/appointments.ts'
import type { FaultScript } from '../../plugins/calcom/twin/index.ts'
import { nextSlot, testGateway } from '../helper/gateway.ts'
import { book, held, live, openReviews, type Salon, seen, story, synced } from '../helper/salon.ts'

const sync = { attemptTimeout: '400ms' }
const verbs = { book: 'createBooking', reschedule: 'rescheduleBooking', cancel: 'cancelBooking' } as const
type Verb = keyof typeof verbs
const faults: Pick<FaultScript, 'kind' | 'status'>[] = [
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'malformed' },
  { kind: 'empty' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 520 },
  { kind: 'status', status: 524 },
  { kind: 'html' },
]
// Words that are not known for a refusal: after the commit they hide a success. Before it they are a refusal indeed.
const odd: typeof faults = [400, 409, 422].map((status) => ({ kind: 'status', status }))

t.test(
  'a reply that is lost is settled by looking: every change is made once, and nothing is called a failure',
  async (t) => {
    const salon = await testGateway(t, { input: { sync } })
    for (const verb of Object.keys(verbs) as Verb[]) {
      for (const when of ['after-commit', 'before-commit'] as const) {
        const name = `${verb}, ${when}`
        await t.test(name, async (t) => {
          const struck = when === 'after-commit' ? [...faults, ...odd] : faults
          const cases = struck.map((fault) => lose(t, salon, verb, when, fault))
          await Promise.all(cases)
        })
      }
    }
    t.same(await openReviews(salon), [])
  },
)

async function lose(
  t: Test,
  salon: Salon,
  verb: Verb,
  when: 'after-commit' | 'before-commit',
  fault: (typeof faults)[number],
) {
  const { gateway, author, twin } = salon
  const label = `${fault.kind} ${fault.status ?? ''}`
  const name = `${verb} ${when} ${label}`
  const startsAt = nextSlot()
  const known = verb === 'book' ? null : await synced(salon, (await book(salon)).id)
  const match = known ? { 'params.uid': known.bookings[0]?.externalId } : { 'body.start': startsAt }
  const added = twin.faults.add({ operation: verbs[verb], times: 1, when, match, ...fault })
  const { id } = known ?? (await book(salon, startsAt, name))
  if (verb === 'reschedule') await gateway.appointments.reschedule(author, id, { startsAt })
  if (verb === 'cancel') await gateway.appointments.cancel(author, id, {})
  const end = await synced(salon, id)
  t.equal(added.used, 1, `${label} struck`)
  const stands = live(salon, end)
  t.equal(stands.length, verb === 'cancel' ? 0 : 1, `${label}: what is live`)
  if (verb !== 'cancel') t.equal(Date.parse(String(stands[0]?.start)), Date.parse(startsAt), `${label}: at its time`)
  t.equal(held(salon, end).length, verb === 'reschedule' ? 2 : 1, `${label}: written once`)
  t.match(end.sync, { errorCode: null, errorMessage: null, requiresManualReview: false })
  t.equal(end.sync.attemptCount, when === 'after-commit' ? 1 : 2, `${label}: looking is no attempt`)
  t.notOk((await story(salon, id)).includes('appointment.sync_failed'), `${label}: no false failure`)
}

t.test('a refusal after which the booking exists is no refusal', async (t) => {
  const salon = await testGateway(t, { input: { sync } })
  const messages = ['User either already has booking at this time or is not available', 'Bad Request', undefined]
  for (const message of messages) {
    salon.twin.faults.add({
      operation: 'createBooking',
      times: 1,
      when: 'after-commit',
      kind: 'status',
      status: 400,
      ...(message === undefined ? {} : { message }),
    })
    const { id } = await book(salon)
    const end = await synced(salon, id)
    t.equal(live(salon, end).length, 1)
    t.ok((await story(salon, id)).includes('booking.adopted'))
  }
  t.equal(salon.twin.counts.createBooking, messages.length, 'nothing was sent twice')
  t.same(await openReviews(salon), [])
})

t.test('a time that somebody else has is a failure for a person, and is not tried again', async (t) => {
  const salon = await testGateway(t, { input: { sync } })
  const { twin, eventType } = salon
  const startsAt = nextSlot()
  const attendee = { name: 'Faster', email: 'faster@example.org', timeZone: 'Europe/Berlin' }
  await twin.calendar.book({ start: startsAt, eventTypeId: eventType.id, attendee })
  const { id } = await book(salon, startsAt)
  const end: AppointmentView = await seen(salon, id, ({ sync }) => sync.status === 'failed')
  t.match(end.sync, { errorCode: 'SLOT_TAKEN', attemptCount: 1, requiresManualReview: true })
  t.same(await openReviews(salon), [{ code: 'SLOT_TAKEN', subject: 'appointment', id }])
  t.equal(live(salon, end).length, 0)
  t.equal(twin.counts.createBooking, 1, 'asked once')
})
