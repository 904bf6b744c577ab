import t from 'tap'
import { until } from '../../helper/gateway.ts'
import { appointments, calling, dayAhead, phoneGateway } from '../../helper/phone.ts'
import { story } from '../../helper/salon.ts'

const salon = await phoneGateway(t, { changeWithin: '700ms' })
const { gateway, tenant, twin, account, author } = salon
const refusal = { operation: 'createBooking', kind: 'status', status: 422, message: 'event type has no hosts' } as const
const idOf = async (name: string) =>
  (await appointments(salon)).find(({ customer }) => customer.name === name)?.id ?? ''

t.test('an appointment that the calendar has not confirmed is told as one that is not', async (t) => {
  const caller = { from_number: '+4915110000041' }
  const { ask } = calling(salon, caller)
  const slow = twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 4_000, times: 1 })
  const args = { service: 'Haircut', start: `${dayAhead(3)}T10:00`, customer_name: 'Pia Pending' }
  t.equal((await ask('book_appointment', args)).code, 'PENDING')
  // In another call too: whoever proves that it is theirs.
  for (const other of [ask, calling(salon, caller).ask]) {
    const found = await other('find_appointments', { customer_name: 'Pia Pending' })
    t.match(found, { success: true, code: 'FOUND_UNCONFIRMED', count: 1, appointment_ref: /^\d{5}$/ })
    t.match(found.message, /^Ich sehe: Haircut, .*10 Uhr, noch nicht bestätigt\.$/)
    t.match(found.options, [{ say: /10 Uhr, noch nicht bestätigt$/ }])
    t.match(found.instruction, /Never say "booked"/)
  }
  const elsewhen = await ask('book_appointment', { ...args, start: `${dayAhead(3)}T14:00` })
  t.match(elsewhen, { code: 'MOVE_OR_ADD', message: /10 Uhr, noch nicht bestätigt\./ })
  const misheard = await ask('book_appointment', { ...args, customer_name: 'Pia Pendink' })
  t.match(misheard, { success: false, code: 'SAME_OR_OTHER' })
  t.notMatch(misheard.message, /gibt es|gebucht|steht/, 'that it is there is not said')
  await until(
    () => ask('find_appointments', { customer_name: 'Pia Pending' }),
    ({ code, message }) => code === 'FOUND' && !/bestätigt/.test(message),
  )
  slow.remove()
})

t.test('one that the calendar refused for good is told as none, and somebody calls', async (t) => {
  const caller = { from_number: '+4915110000042' }
  const { ask } = calling(salon, caller)
  twin.faults.add({ ...refusal, times: 1 })
  const args = { service: 'Haircut', start: `${dayAhead(4)}T10:00`, customer_name: 'Rea Refused' }
  await ask('book_appointment', args)
  const id = await idOf('Rea Refused')
  await until(
    () => gateway.appointments.get(tenant.id, id),
    ({ sync }) => sync.status === 'failed',
  )
  const next = calling(salon, caller)
  const found = await next.ask('find_appointments', { customer_name: 'Rea Refused' })
  t.match(found, { success: false, code: 'FOUND_FAILED', count: 0 })
  t.match(found.message, /^So steht es leider nicht im Kalender: Haircut, .*10 Uhr\. Unser Team kümmert sich darum\.$/)
  t.notOk('options' in found, 'it is nothing to choose')
  const review = await until(
    async () => (await gateway.reviews.list(tenant.id, { code: 'CALL_BACK', appointmentId: id, state: 'open' })).items,
    ([one]) => one?.details.told === 'FOUND_FAILED',
  )
  t.match(review, [{ details: { urgent: true, callId: next.call.call_id, operation: 'find' } }])
  t.equal(review.length, 1)
  const lines = async () => (await story(salon, id)).filter((kind) => kind === 'call.refused').length
  const before = await lines()
  t.same(await next.ask('find_appointments', { customer_name: 'Rea Refused' }), found)
  t.equal(await lines(), before, 'said again in the same call, it is the same debt')
  // The desk books it after all, and the caller hears of it.
  await gateway.appointments.retrySync(author, id)
  await until(
    () => next.ask('find_appointments', { customer_name: 'Rea Refused' }),
    ({ code }) => code === 'FOUND',
  )
  await until(
    async () => (await gateway.reviews.list(tenant.id, { code: 'CALL_BACK', appointmentId: id, state: 'open' })).items,
    ({ length }) => length === 0,
  )
})

t.test(
  'of several each is told as it stands, three at the most, in two sentences below 2,000 characters',
  async (t) => {
    const type = twin.addEventType(account, {
      title: 'Advice',
      slug: 'advice',
      lengthInMinutes: 30,
      requiresConfirmation: true,
    })
    const links = [{ connection: 'calendar', target: { eventTypeId: type.id } }]
    const long = `Advice ${'und noch ein Wort '.repeat(10)}`
    await gateway.services.create(author, { slug: 'advice', name: long, durationMinutes: 30, links })
    const { ask } = calling(salon, { from_number: '+4915110000043' })
    const book = (service: string, day: number) =>
      ask('book_appointment', {
        service,
        start: `${dayAhead(day)}T10:00`,
        customer_name: 'Ute Muster',
        additional: true,
      })
    twin.faults.add({ ...refusal, times: 1 })
    await book('Haircut', 5)
    for (const day of [6, 7, 8]) {
      await until(
        () => book('Haircut', day),
        ({ code }) => code === 'BOOKED',
      )
    }
    const requested = await until(
      () => book('advice', 9),
      ({ code }) => code !== 'PENDING',
    )
    t.equal(requested.code, 'REQUESTED')
    const all = await ask('find_appointments', { customer_name: 'Ute Muster' })
    t.match(all, { success: true, code: 'FOUND_FAILED', count: 4 })
    t.same(
      all.options.map(({ start }: { start: string }) => start.slice(0, 10)),
      [6, 7, 8].map(dayAhead),
      'the refused one is none of them',
    )
    t.match(all.message, /^Ich sehe: .* und .*\. So steht es leider nicht im Kalender: Haircut, .*\. Unser Team/)
    t.notMatch(all.message, / oder /, 'nothing is to be chosen')
    t.ok(JSON.stringify(all).length < 2_000)
    const one = await ask('find_appointments', { customer_name: 'Ute Muster', service: 'advice' })
    t.match(one, { code: 'FOUND_UNCONFIRMED', options: [{ say: /angefragt und noch nicht bestätigt$/ }] })
    t.notMatch(one.message, /gebucht/)
  },
)
