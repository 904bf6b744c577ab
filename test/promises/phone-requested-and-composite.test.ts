import t from 'tap'
import { addPerm, stretches } from '../helper/dauerwelle.ts'
import { until } from '../helper/gateway.ts'
import { appointments, calling, dayAhead, phoneGateway, taken } from '../helper/phone.ts'
import { addService } from '../helper/services.ts'

t.test('what the business must confirm is requested, and never called booked', async (t) => {
  const salon = await phoneGateway(t)
  await addService(salon, { slug: 'advice', name: 'Advice', minutes: 30 }, { requiresConfirmation: true })
  const { ask } = calling(salon)
  const args = { service: 'Advice', start: `${dayAhead(3)}T10:00`, customer_name: 'Max Muster' }
  const answer = await ask('book_appointment', args)
  t.match(answer, { success: true, code: 'REQUESTED' })
  t.match(answer.message, /angefragt/)
  t.notMatch(answer.message, /gebucht/)
  t.equal((await ask('book_appointment', args)).code, 'REQUESTED')
  t.equal(taken(salon).length, 1)
  t.equal(
    (await ask('book_appointment', { ...args, service: undefined })).code,
    'SERVICE_NEEDED',
    'two services: which?',
  )
})

t.test('a service of several parts is offered where all fit, and booked as one or not at all', async (t) => {
  const salon = await phoneGateway(t)
  const { twin } = salon
  await addPerm(salon)
  const date = dayAhead(3)
  const { ask } = calling(salon)
  const free = await ask('check_availability', { service: 'Dauerwelle', date })
  t.match(free, { code: 'AVAILABLE' })
  const start = free.options[0].start
  const booked = await ask('book_appointment', { service: 'Dauerwelle', start, customer_name: 'Max Muster' })
  t.match(booked, { success: true, code: 'BOOKED', start })
  t.equal(taken(salon).length, stretches.length)
  // The last part of the next one is refused: nothing of it stays, and nobody is told that it was booked.
  const offered = await ask('check_availability', { service: 'Dauerwelle', date: dayAhead(5) })
  const next = offered.options[0].start
  twin.faults.add({
    operation: 'createBooking',
    kind: 'status',
    status: 400,
    message: 'User either already has booking at this time or is not available',
    match: { 'body.start': partAt(next, 3) },
  })
  const refused = await ask('book_appointment', { service: 'Dauerwelle', start: next, customer_name: 'Eva Muster' })
  t.match(refused, { success: false, code: 'SLOT_TAKEN' })
  t.notMatch(refused.message, /ist gebucht/)
  await until(
    () => taken(salon),
    (all) => all.length === stretches.length,
  )
  const [last] = (await appointments(salon)).filter(({ customer }) => customer.name === 'Eva Muster')
  t.match(last, { status: 'cancelled' }, 'nothing waits for a time that is somebody else’s')
})

const partAt = (start: string, part: number) =>
  new Date(Date.parse(start) + (stretches[part]?.offsetMinutes ?? 0) * 60_000).toISOString().replace('.000Z', 'Z')
