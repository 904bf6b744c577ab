import fc from 'fast-check'
import t from 'tap'
import type { CallEvent, Reached } from '../../../core/contract/phone.ts'
import { definePlugin, type Gateway } from '../../../core/index.ts'
import admin from '../../../plugins/admin/index.ts'
import calcom from '../../../plugins/calcom/index.ts'
import { editNotes, withAppointment } from '../../../plugins/phone/call-notes.ts'
import { watchPromises } from '../../../plugins/phone/events/call-back.ts'
import { findsBooked, saysBooked } from '../../../plugins/phone/events/claims.ts'
import { greetCall } from '../../../plugins/phone/events/greet.ts'
import { hearCall } from '../../../plugins/phone/events/hear.ts'
import { promiseKey } from '../../../plugins/phone/functions/owed-call.ts'
import retell from '../../../plugins/retell/index.ts'
import { nextSlot, until } from '../../helper/gateway.ts'
import { callerNumber, retellGateway } from '../../helper/retell.ts'
import { book, openReviews, story, synced } from '../../helper/salon.ts'

t.setTimeout(60_000)

let port: Gateway | undefined
/** How often promises were looked at by their job. */
let watched = 0
const quickly = { firstMs: 100, longestMs: 300 }
/** The receptionist's ears without its functions: what was done in a call is told by the test. */
const ears = definePlugin({
  name: 'phone',
  version: '1.0.0',
  api: 1,
  setup(gateway) {
    port = gateway
    gateway.receptionist({
      answer: async () => ({ success: true, code: 'DONE', message: 'Done.' }),
      hear: (reached, event) => hearCall(gateway, reached, event),
      greet: (reached, lookup) => greetCall(gateway, reached, lookup, { greetKnownCallers: false, language: 'en' }),
    })
    const { appointments, bus, clock, connections, jobs, reviews } = gateway
    const state = (of: Parameters<Gateway['state']>[0]) => gateway.state(of)
    const follow: Gateway['appointments']['follow'] = (...asked) => {
      watched++
      return appointments.follow(...asked)
    }
    const looked = { ...appointments, follow }
    watchPromises({ appointments: looked, bus, clock, connections, jobs, reviews, state }, quickly)
  },
})
const salon = await retellGateway(t, null, { input: { plugins: [calcom(), admin(), retell(), ears()] } })
const { gateway, tenant, phone, twin, db } = salon
const desk = port as unknown as Gateway
const reached: Reached = { tenantId: tenant.id, connectionId: phone.id, vendor: 'retell', language: 'de' }
const state = desk.state(phone as never) && desk.state({ tenantId: tenant.id, id: phone.id })

let calls = 0
const newCall = () => `call_events_${++calls}`
function eventOf(callId: string, means: CallEvent['means'], more: Partial<CallEvent> = {}): CallEvent {
  const context = { callId, agentId: null, channel: 'phone', direction: 'inbound', callerNumber, businessNumber: null }
  const call = { ...context, metadata: {}, variables: {} } as CallEvent['call']
  const times = { startedAt: '2026-09-21T14:13:20Z', endedAt: '2026-09-21T14:14:55Z', endReason: 'user_hangup' }
  return {
    name: `call_${means}`,
    means,
    once: true,
    call,
    ...times,
    summary: null,
    findings: {},
    transcript: null,
    ...more,
  }
}
/** Notes that an appointment was booked in a call. */
const noteBooked = (callId: string, id: string) =>
  editNotes(state, callId, desk.clock.now(), (notes) => withAppointment(notes, id))

const booked = 'The agent booked a haircut for Tuesday.'

t.test('what counts as "says booked"', async (t) => {
  for (const summary of [
    'Booked a haircut.',
    'The user wanted a haircut, and the agent booked it for Monday at 3 PM.',
    'An appointment was scheduled for May 5th at half past two.',
    'The appointment has been confirmed for Tuesday at 2:30 PM.',
    'The caller successfully booked an appointment for a haircut.',
    'The agent scheduled the appointment and thanked the caller.',
    'Booking confirmed.',
    'The customer called to ask for a slot. It was booked for 14:30.',
    'Der Termin wurde für Montag um 15 Uhr gebucht.',
    'Die Anruferin wollte einen Haarschnitt, und der Agent hat den Termin vereinbart.',
    'Ein Termin für Dienstag von 14 bis 15 Uhr ist eingetragen.',
    'Der Agent buchte einen Termin für Freitag.',
    'Der Kunde hat erfolgreich einen Termin vereinbart.',
    'Es wurde ein Termin am 6. Oktober reserviert; der Kunde bedankte sich.',
  ]) {
    t.ok(saysBooked(summary), summary)
  }
  for (const summary of [
    '',
    'The user asked about opening hours.',
    'The user wanted to book an appointment but hung up.',
    'The appointment could not be booked.',
    'No appointment was booked.',
    "The agent didn't book the appointment because nothing was booked on Monday.",
    'The agent was unable to confirm that the appointment was booked.',
    'The caller asked whether the appointment was booked.',
    'The appointment will be confirmed by the salon.',
    'The existing appointment was confirmed.',
    'The appointment was rescheduled and cancelled.',
    'The caller had already booked an appointment online.',
    'The caller cancelled the appointment that was booked for Monday.',
    'The caller requested that an appointment be booked.',
    'They discussed a table that was booked at a restaurant.',
    'Der Termin konnte nicht gebucht werden.',
    'Es wurde kein Termin vereinbart.',
    'Der Anrufer wollte einen Termin vereinbaren.',
    'Der Kunde fragte, ob der Termin gebucht ist.',
    'Der bestehende Termin wurde bestätigt.',
    'Der Termin, der gebucht war, wurde abgesagt.',
    'Die Kundin möchte, dass ein Termin eingetragen wird.',
    'Der Termin wird vom Salon noch bestätigt.',
    'Sie versuchte, einen Termin zu vereinbaren.',
  ]) {
    t.notOk(saysBooked(summary), summary)
  }
})

t.test('what a model was set to find out counts where its name and answer are plain', async (t) => {
  const plain: CallEvent['findings'][] = [
    { appointment_booked: true },
    { AppointmentBooked: 'yes' },
    { is_booked: 'true' },
    { termin_gebucht: 'Ja' },
    { 'Termin vereinbart': true },
    { other: 1, booking_confirmed: true },
  ]
  for (const findings of plain) t.ok(findsBooked(findings), JSON.stringify(findings))
  const others: CallEvent['findings'][] = [
    {},
    { appointment_booked: false },
    { appointment_booked: 'no' },
    { booked_by: 'yes' },
    { wants_appointment: true },
    { not_booked: true },
    { appointment_booked: 'tried, but the line broke off' },
    { wants_callback: true },
  ]
  for (const findings of others) t.notOk(findsBooked(findings), JSON.stringify(findings))
  const callId = newCall()
  await hearCall(desk, reached, eventOf(callId, 'analyzed', { findings: { appointment_booked: true } }))
  t.ok((await openReviews(salon)).some(({ id }) => id === callId))
})

t.test('no text takes long to judge', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.constantFrom(' termin ', ' it ', ' was '),
      (a, b) => {
        const since = performance.now()
        saysBooked((a + b).repeat(400))
        return performance.now() - since < 500
      },
    ),
    { numRuns: 100 },
  )
})

t.test('the end of a call: what it held is free again, and its appointments name it', async (t) => {
  const callId = newCall()
  const { id } = await book(salon)
  await synced(salon, id)
  await noteBooked(callId, id)
  const startsAt = nextSlot()
  await desk.availability.hold(tenant.id, { serviceId: 'cut', startsAt, holder: `call:${callId}` })
  const holds = () => db.query('select from kalends.holds where holder = $1', [`call:${callId}`])
  t.equal((await holds()).length, 1)
  await hearCall(desk, reached, eventOf(callId, 'started'))
  t.equal((await holds()).length, 1, 'the beginning gives nothing back')
  await hearCall(desk, reached, eventOf(callId, 'ended'))
  t.equal((await holds()).length, 0)
  const { items } = await gateway.appointments.timeline(tenant.id, id)
  t.match(
    items.filter(({ kind }) => kind === 'call.ended'),
    [{ origin: { name: 'retell', connectionId: phone.id }, data: { callId, endReason: 'user_hangup' } }],
  )
})

t.test('any order and number of events comes to the same', async (t) => {
  const summary = { summary: booked }
  const kinds = ['started', 'ended', 'analyzed', 'other'] as const
  const order = fc
    .shuffledSubarray(kinds.flatMap((kind) => [kind, kind]))
    .filter((events) => events.includes('analyzed'))
  await fc.assert(
    fc.asyncProperty(order, fc.boolean(), fc.boolean(), async (events, hasBooking, atOnce) => {
      const callId = newCall()
      const { id } = await book(salon)
      if (hasBooking) await noteBooked(callId, id)
      const before = (await gateway.appointments.get(tenant.id, id)).version
      const hear = (means: CallEvent['means']) => hearCall(desk, reached, eventOf(callId, means, summary))
      if (atOnce) await Promise.all(events.map(hear))
      else for (const means of events) await hear(means)
      const ends = (await story(salon, id)).filter((kind) => kind === 'call.ended').length
      const asked = (await openReviews(salon)).filter((review) => review.id === callId).map(({ code }) => code)
      t.same([ends, asked], hasBooking ? [1, []] : [0, ['CALL_SAYS_BOOKED']], `${events} ${hasBooking} ${atOnce}`)
      t.equal((await gateway.appointments.get(tenant.id, id)).version, before)
    }),
    { numRuns: 25 },
  )
})

t.test('what was said is in no question', async (t) => {
  const callId = newCall()
  const secret = 'Kanari Vogel'
  const said = { summary: `${booked} Her name is ${secret}.`, transcript: `User: I am ${secret}` }
  await hearCall(desk, reached, eventOf(callId, 'analyzed', said))
  const { items } = await gateway.reviews.list(tenant.id, { code: 'CALL_SAYS_BOOKED' })
  const review = items.find(({ subject }) => subject.id === callId)
  t.match(review, { connectionId: phone.id, subject: { kind: 'call' }, resolutions: ['called_back', 'dismiss'] })
  t.match(review?.message, /none was\. Listen to the call/)
  t.notMatch(JSON.stringify(review), /Kanari|Vogel|\+4915/)
})

t.test('a booking that is asked for, and one that was cancelled since', async (t) => {
  const askedFor = newCall()
  const entry = {
    key: 'k',
    person: 'p',
    serviceId: 's',
    startsAt: nextSlot(),
    appointmentId: null,
    at: desk.clock.now(),
  }
  await editNotes(state, askedFor, desk.clock.now(), (notes) => ({ ...notes, asked: [entry] }))
  await hearCall(desk, reached, eventOf(askedFor, 'analyzed', { summary: booked }))
  const cancelled = newCall()
  const { id } = await book(salon)
  await noteBooked(cancelled, id)
  await gateway.appointments.cancel(salon.author, id, {})
  await hearCall(desk, reached, eventOf(cancelled, 'analyzed', { summary: booked }))
  const ids = (await openReviews(salon)).map(({ id }) => id)
  t.notOk(ids.includes(askedFor), 'what is being booked has its own ways to fail')
  t.ok(ids.includes(cancelled), 'a call that only cancelled booked nothing')
})

/** Records a promise as the functions do. */
async function promise(id: string, operation: 'book' | 'move' | 'cancel' = 'book') {
  const { startsAt: start } = await gateway.appointments.get(tenant.id, id)
  const startsAt = operation === 'cancel' ? null : start
  await state.put(promiseKey(id), { callId: 'call_promise', operation, startsAt, at: desk.clock.now() })
  const author = { tenantId: tenant.id, origin: { name: 'retell', connectionId: phone.id } }
  await desk.appointments.remark(author, id, { kind: 'call.promised', message: 'The caller was told.' })
}
const promised = async (id: string) => (await state.get(promiseKey(id))) !== null

t.test('a promise that is kept is forgotten', async (t) => {
  const slow = twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 800, times: 1 })
  const { id } = await book(salon)
  await promise(id)
  await synced(salon, id)
  await until(
    () => promised(id),
    (is) => !is,
  )
  t.same(
    (await openReviews(salon)).filter((review) => review.id === id),
    [],
  )
  slow.remove()
})

t.test('one that is broken is asked about at once, and the question ends when it is booked after all', async (t) => {
  const startsAt = nextSlot()
  const down = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, when: 'before-commit' })
  const { id } = await book(salon, startsAt)
  await promise(id)
  const callBack = async () =>
    (await gateway.reviews.list(tenant.id, { code: 'CALL_BACK', appointmentId: id })).items.map(({ state }) => state)
  await until(callBack, ([first]) => first === 'open')
  const { items } = await gateway.reviews.list(tenant.id, { code: 'CALL_BACK', appointmentId: id })
  t.match(items, [{ details: { urgent: true, operation: 'book', callId: 'call_promise', told: 'PENDING' } }])
  t.match(items[0]?.message, /Call them back today/)
  down.remove()
  await gateway.appointments.retrySync(salon.author, id)
  await synced(salon, id)
  await until(callBack, (states) => states.length === 1 && states[0] === 'healed')
  await until(
    () => promised(id),
    (is) => !is,
  )
})

const refusal = { kind: 'status', status: 422, message: 'event type has no hosts' } as const
const callBacks = async (id: string) =>
  (await gateway.reviews.list(tenant.id, { code: 'CALL_BACK', appointmentId: id })).items
const openCall = (id: string) =>
  until(
    () => callBacks(id),
    ([first]) => first?.state === 'open',
  )

/** Everything that was announced until now was heard by those who see to promises: they hear in order. */
async function heardAll() {
  const { id } = await book(salon)
  const author = { tenantId: tenant.id, origin: { name: 'retell', connectionId: phone.id } }
  const data = { callId: 'call_last', operation: 'book', told: 'NOT_BOOKED', code: null }
  await desk.appointments.remark(author, id, { kind: 'call.refused', message: 'The caller was told.', data })
  await openCall(id)
}

/** All the same, a look of the job that watches over a promise. */
async function lookedAgain(id: string) {
  const key = promiseKey(id)
  await heardAll()
  for (const _ of [1, 2]) {
    const before = watched
    await until(
      async () => watched,
      (now) => now > before,
    )
  }
  return (await state.get(key)) !== null
}

t.test('what the desk makes of a failed booking ends no call: nobody has told the caller', async (t) => {
  const stuck = twin.faults.add({ operation: 'createBooking', ...refusal })
  const { id, startsAt } = await book(salon)
  await promise(id)
  await openCall(id)
  stuck.remove()
  const later = nextSlot()
  await gateway.appointments.reschedule(salon.author, id, { startsAt: later })
  await synced(salon, id)
  t.ok(await lookedAgain(id))
  t.match(await callBacks(id), [{ state: 'open' }], 'it is there at another time than they asked for')
  await gateway.appointments.cancel(salon.author, id, {})
  await synced(salon, id)
  t.ok(await lookedAgain(id))
  t.match(await callBacks(id), [{ state: 'open' }], 'it was cancelled at the desk')
  t.not(startsAt, later)
  const [review] = await callBacks(id)
  const answer = { resolution: 'called_back', version: review?.version ?? 0 } as const
  await gateway.reviews.resolve(salon.author, review?.id ?? '', answer)
  await until(
    () => promised(id),
    (is) => !is,
  )
  t.match(await callBacks(id), [{ state: 'resolved' }], 'who was called is not to be called again')
})

t.test('a move that failed: back at the old time is none, at the new one it is what they were told', async (t) => {
  const { id, startsAt } = await book(salon)
  await synced(salon, id)
  const stuck = twin.faults.add({ operation: 'rescheduleBooking', ...refusal })
  const wanted = nextSlot()
  await gateway.appointments.reschedule(salon.author, id, { startsAt: wanted })
  await promise(id, 'move')
  await openCall(id)
  await gateway.appointments.reschedule(salon.author, id, { startsAt })
  await synced(salon, id)
  t.ok(await lookedAgain(id))
  t.match(await callBacks(id), [{ state: 'open', details: { operation: 'move', told: 'PENDING' } }])
  stuck.remove()
  await gateway.appointments.reschedule(salon.author, id, { startsAt: wanted })
  await until(
    () => callBacks(id),
    ([first]) => first?.state === 'healed',
  )
})

t.test('a cancel that failed, and is done after all', async () => {
  const { id } = await book(salon)
  await synced(salon, id)
  const stuck = twin.faults.add({ operation: 'cancelBooking', ...refusal })
  await gateway.appointments.cancel(salon.author, id, {})
  await promise(id, 'cancel')
  await openCall(id)
  stuck.remove()
  await gateway.appointments.retrySync(salon.author, id)
  await until(
    () => callBacks(id),
    ([first]) => first?.state === 'healed',
  )
})

t.test('a booking that is cancelled at the desk before the calendar has answered is a call to make', async (t) => {
  const down = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, when: 'before-commit' })
  const { id } = await book(salon)
  await gateway.appointments.cancel(salon.author, id, {})
  await promise(id)
  t.match(await openCall(id), [{ details: { told: 'PENDING' } }])
  down.remove()
})

t.test('a failure that nobody was promised anything about asks nobody to call', async (t) => {
  const down = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, when: 'before-commit' })
  const { id } = await book(salon)
  await until(
    () => gateway.appointments.get(tenant.id, id),
    ({ sync }) => sync.status === 'failed',
  )
  down.remove()
  const last = await book(salon)
  await promise(last.id)
  await until(
    () => promised(last.id),
    (is) => !is,
  )
  t.same((await gateway.reviews.list(tenant.id, { code: 'CALL_BACK', appointmentId: id })).items, [])
})

t.test('the greeting', async (t) => {
  const lookup = { agentId: null, callerNumber, businessNumber: null, callId: null }
  const nobody = { ...lookup, callerNumber: null }
  await book(salon)
  const greet = (given: typeof lookup | typeof nobody, tells: boolean) =>
    greetCall(desk, reached, given, { greetKnownCallers: tells, language: 'en' })
  const plain = await greet(lookup, false)
  t.match(plain, { language: 'de', business: 'Salon', time_zone: 'Europe/Berlin', caller_number: 'shown' })
  t.match(plain.now, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00$/)
  t.notOk('caller_known' in plain)
  t.notMatch(JSON.stringify(plain), /Muster|example\.org|\+49/)
  t.match(await greet(nobody, true), { caller_number: 'withheld' })
  t.notOk('caller_known' in (await greet(nobody, true)))
  t.equal((await greet(lookup, true)).caller_known, 'yes')
  t.equal((await greet({ ...lookup, callerNumber: '+4915199999999' }, true)).caller_known, 'no')
  t.ok(Object.values(await greet(lookup, true)).every((value) => typeof value === 'string'))
})
