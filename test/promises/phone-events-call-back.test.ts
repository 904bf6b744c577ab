import t from 'tap'
import { until } from '../helper/gateway.ts'
import { appointments, calling, dayAhead, phoneGateway, taken } from '../helper/phone.ts'
import { callObject, retellEvent } from '../helper/retell.ts'
import { story } from '../helper/salon.ts'

const salon = await phoneGateway(
  t,
  { changeWithin: '700ms' },
  { input: { sync: { retryDelays: ['400ms', '400ms', '400ms'] } } },
)
const { gateway, twin, tenant, line } = salon

t.test('who was told that it goes on is called back where it fails, also when they have hung up', async (t) => {
  const { ask, call } = calling(salon)
  const down = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, when: 'before-commit' })
  const args = { service: 'Haircut', start: `${dayAhead(3)}T10:00`, customer_name: 'Kanari Vogel' }
  const answer = await ask('book_appointment', args)
  t.match(answer, { success: false, code: 'PENDING' })
  t.notMatch(answer.message, /gebucht|SMS|E-Mail|Nachricht/, 'nothing is promised that nobody can keep')
  await retellEvent(line, 'call_ended', callObject({ ...call, disconnection_reason: 'user_hangup' }))
  const asked = () => gateway.reviews.list(tenant.id, { code: 'CALL_BACK', state: 'open' })
  const { items } = await until(asked, ({ items }) => items.length > 0)
  const [appointment] = await appointments(salon)
  t.match(items, [
    {
      appointmentId: appointment?.id,
      details: { urgent: true, operation: 'book', callId: call.call_id },
      resolutions: ['called_back', 'dismiss'],
    },
  ])
  t.notMatch(JSON.stringify(items), /Kanari|Vogel|\+4915/, 'who it was is in the appointment, for those who may see it')
  const id = appointment?.id ?? ''
  await until(
    () => story(salon, id),
    (kinds) => ['call.promised', 'appointment.sync_failed', 'call.ended'].every((kind) => kinds.includes(kind)),
  )
  down.remove()
  await gateway.appointments.retrySync(salon.author, id)
  await until(asked, ({ items }) => items.length === 0)
  const { items: closed } = await gateway.reviews.list(tenant.id, { code: 'CALL_BACK', appointmentId: id })
  t.match(closed, [{ state: 'healed' }], 'they have what they were told goes on')
  t.equal(taken(salon).length, 1)
  t.equal((await ask('book_appointment', args)).code, 'BOOKED', 'the same words say how it stands now')
})

const refusal = { kind: 'status', status: 422, message: 'event type has no hosts' } as const
/** The questions to call somebody back about an appointment, newest first. */
const callBacks = async (appointmentId: string, { gateway, tenant } = salon) =>
  (await gateway.reviews.list(tenant.id, { code: 'CALL_BACK', appointmentId })).items
const newest = async (id: string, house = salon) => (await callBacks(id, house))[0]
const idOf = async (name: string, house = salon) =>
  (await appointments(house)).find(({ customer }) => customer.name === name)?.id ?? ''

/** As a person at the desk does it: over the API, with a key. */
async function desk(method: string, path: string, body?: object) {
  const reply = await fetch(`${line.address}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${salon.key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
}

t.test('who is told that it did not work and that the team sees to it is called by a person', async (t) => {
  const { ask, call } = calling(salon, { from_number: '+4915110000011' })
  twin.faults.add({ operation: 'createBooking', ...refusal, times: 1 })
  const args = { service: 'Haircut', start: `${dayAhead(4)}T10:00`, customer_name: 'Kim Refused' }
  t.match(await ask('book_appointment', args), { success: false, code: 'NOT_BOOKED', message: /Unser Team/ })
  const id = await idOf('Kim Refused')
  const review = await until(
    () => newest(id),
    (one) => one !== undefined,
  )
  const details = { urgent: true, callId: call.call_id, operation: 'book', told: 'NOT_BOOKED', code: 'NO_HOSTS' }
  t.match(review, { state: 'open', details, resolutions: ['called_back', 'dismiss'], message: /called_back/ })
  t.notMatch(JSON.stringify(review), /Kim|Refused|\+4915/, 'the question holds nobody’s name')
  const answers = await Promise.all(Array.from({ length: 4 }, () => ask('book_appointment', args)))
  for (const { code } of answers) t.equal(code, 'NOT_BOOKED')
  t.equal((await callBacks(id)).length, 1, 'asked again, it is the same call to make')
  // What the desk sees, and that it can say what it did.
  const { body: shown } = await desk('GET', `reviews/${review?.id}`)
  const { body: visit } = await desk('GET', `appointments/${shown.appointmentId}`)
  t.match(visit, { customer: { name: 'Kim Refused', phone: '+4915110000011' } })
  const refused = await desk('POST', `reviews/${review?.id}/resolve`, { resolution: 'retry', version: shown.version })
  t.match(refused, { status: 422, body: { code: 'KAL_REVIEW_RESOLUTION', detail: /called_back, dismiss/ } })
  // A later success is none that the caller knows of.
  await gateway.appointments.retrySync(salon.author, id)
  await until(
    () => gateway.appointments.get(tenant.id, id),
    ({ sync }) => sync.status === 'synced',
  )
  t.match(await newest(id), { state: 'open' }, 'nobody has told the caller')
  const done = await desk('POST', `reviews/${review?.id}/resolve`, {
    resolution: 'called_back',
    version: shown.version,
  })
  t.match(done, { status: 200, body: { state: 'resolved', resolution: 'called_back' } })
  t.same((await story(salon, id)).filter((kind) => kind === 'call.refused').length, 1)
})

t.test('a move and a cancel that are refused for good are seen to as well', async (t) => {
  const patient = await phoneGateway(t)
  const { gateway, twin, author } = patient
  const { ask } = calling(patient, { from_number: '+4915110000012' })
  const name = { customer_name: 'Mo Moved' }
  const booked = await ask('book_appointment', { start: `${dayAhead(5)}T10:00`, ...name })
  t.equal(booked.code, 'BOOKED')
  const id = await idOf('Mo Moved', patient)
  const ref = { appointment_ref: booked.appointment_ref }
  const stuck = twin.faults.add({ operation: 'rescheduleBooking', ...refusal })
  const moved = await ask('reschedule_appointment', { ...ref, new_start: `${dayAhead(6)}T10:00` })
  t.match(moved, { success: false, code: 'NOT_MOVED' })
  await until(
    () => newest(id, patient),
    (one) => one?.details.told === 'NOT_MOVED',
  )
  stuck.remove()
  twin.faults.add({ operation: 'cancelBooking', ...refusal, times: 1 })
  t.match(await ask('cancel_appointment', ref), { success: false, code: 'NOT_CANCELLED' })
  const review = await until(
    () => newest(id, patient),
    (one) => one?.details.told === 'NOT_CANCELLED',
  )
  t.equal((await callBacks(id, patient)).length, 1, 'one call, with what was told last')
  t.match(review, { state: 'open', details: { operation: 'cancel' } })
  // The caller tries again and hears that it is done.
  await gateway.appointments.retrySync(author, id)
  t.match(await ask('cancel_appointment', ref), { success: true, code: 'CANCELLED' })
  await until(
    () => newest(id, patient),
    (one) => one?.state === 'dismissed',
  )
})

t.test('who was told first that it goes on and then that it did not work is one call to make', async (t) => {
  const { ask } = calling(salon, { from_number: '+4915110000013' })
  const down = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, when: 'before-commit' })
  const args = { service: 'Haircut', start: `${dayAhead(7)}T10:00`, customer_name: 'Pat Pending' }
  t.equal((await ask('book_appointment', args)).code, 'PENDING')
  const id = await idOf('Pat Pending')
  await until(
    () => newest(id),
    (one) => one?.details.told === 'PENDING',
  )
  t.equal((await ask('book_appointment', args)).code, 'NOT_BOOKED')
  const all = await until(
    () => callBacks(id),
    (reviews) => reviews.length === 2 && reviews.some(({ state }) => state === 'dismissed'),
  )
  const open = all.filter(({ state }) => state === 'open')
  t.match(open, [{ details: { told: 'NOT_BOOKED' } }])
  down.remove()
  await gateway.appointments.retrySync(salon.author, id)
  await until(
    () => gateway.appointments.get(tenant.id, id),
    ({ sync }) => sync.status === 'synced',
  )
  t.equal((await callBacks(id)).filter(({ state }) => state === 'open').length, 1)
  t.equal((await ask('book_appointment', args)).code, 'BOOKED')
  await until(
    () => callBacks(id),
    (reviews) => reviews.every(({ state }) => state !== 'open'),
  )
})

t.test('who calls again and hears what became of it need not be called', async (t) => {
  const caller = { from_number: '+4915110000015' }
  const { ask } = calling(salon, caller)
  const down = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, when: 'before-commit' })
  const start = `${dayAhead(10)}T10:00`
  const args = { service: 'Haircut', start, customer_name: 'Lea Later' }
  t.equal((await ask('book_appointment', args)).code, 'PENDING')
  const id = await idOf('Lea Later')
  await until(
    () => newest(id),
    (one) => one?.details.told === 'PENDING',
  )
  down.remove()
  const { startsAt } = await gateway.appointments.get(tenant.id, id)
  const moved = new Date(Date.parse(startsAt) + 86_400_000).toISOString()
  await gateway.appointments.reschedule(salon.author, id, { startsAt: moved })
  await until(
    () => gateway.appointments.get(tenant.id, id),
    ({ sync }) => sync.status === 'synced',
  )
  t.match(await newest(id), { state: 'open' }, 'the desk moved it, and the caller does not know')
  const next = calling(salon, caller)
  await until(
    () => next.ask('find_appointments', { customer_name: 'Lea Later' }),
    ({ code }) => code === 'FOUND',
  )
  await until(
    () => newest(id),
    (one) => one?.state === 'dismissed',
  )
})

t.test('who hears on the same line that the time was taken is offered others, and not called as well', async (t) => {
  const { ask } = calling(salon, { from_number: '+4915110000016' })
  const down = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, when: 'before-commit' })
  const args = { service: 'Haircut', start: `${dayAhead(8)}T10:00`, customer_name: 'Tia Taken' }
  t.equal((await ask('book_appointment', args)).code, 'PENDING')
  const id = await idOf('Tia Taken')
  await until(
    () => newest(id),
    (one) => one?.state === 'open',
  )
  const message = 'User either already has booking at this time or is not available'
  const taken = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 400, message })
  down.remove()
  await gateway.appointments.retrySync(salon.author, id)
  // "Taken" may be by our own first try: the calendar is looked at before it is believed.
  await until(
    () => ask('book_appointment', args),
    ({ code }) => code === 'SLOT_TAKEN',
  )
  taken.remove()
  await until(
    () => callBacks(id),
    (reviews) => reviews.every(({ state }) => state === 'dismissed'),
  )
})

t.test('others are offered where the time was taken, and nobody is asked to call', async (t) => {
  const patient = await phoneGateway(t)
  const { ask } = calling(patient, { from_number: '+4915110000014' })
  const message = 'User either already has booking at this time or is not available'
  patient.twin.faults.add({ operation: 'createBooking', kind: 'status', status: 400, message, times: 1 })
  const args = { start: `${dayAhead(9)}T10:00`, customer_name: 'Sam Taken' }
  t.match(await ask('book_appointment', args), { code: 'SLOT_TAKEN' })
  const id = await idOf('Sam Taken', patient)
  t.same(
    (await story(patient, id)).filter((kind) => kind === 'call.refused'),
    [],
  )
})
