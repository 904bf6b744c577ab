import t from 'tap'
import { calling, dayAhead, type PhoneSalon, phoneGateway, taken } from '../../../helper/phone.ts'
import { callObject } from '../../../helper/retell.ts'

/** One more service, with an event type of its own. */
async function addService({ gateway, author, twin, account }: PhoneSalon, given: Record<string, unknown>) {
  const { name, slug, durationMinutes = 30 } = given as { name: string; slug: string; durationMinutes?: number }
  const { id } = twin.addEventType(account, { title: name, slug, lengthInMinutes: durationMinutes })
  const links = [{ connection: 'calendar', target: { eventTypeId: id } }]
  return gateway.services.create(author, { name, slug, durationMinutes, links, ...given })
}

t.test('a caller names a part of it, and is asked which of the two', async (t) => {
  const salon = await phoneGateway(t)
  await addService(salon, { slug: 'damen', name: 'Damenhaarschnitt', description: 'Bob, Pixie' })
  await addService(salon, { slug: 'herren', name: 'Herrenhaarschnitt' })
  const { ask } = calling(salon)
  const [date, customer_name] = [dayAhead(3), 'Zoë Müller']
  const asked = await ask('check_availability', { service: 'Haarschnitt', date })
  t.match(asked, { success: false, code: 'SERVICE_AMBIGUOUS', message: /: Damenhaarschnitt oder Herrenhaarschnitt\?/ })
  const when = { date, time: '10:00' }
  t.match(await ask('book_appointment', { service: 'Haarschnitt für Herren', ...when, customer_name }), {
    code: 'BOOKED',
    service: 'Herrenhaarschnitt',
  })
  const bob = await ask('check_availability', { service: 'einen Bob', date })
  t.match(bob, { code: 'AVAILABLE', service: 'Damenhaarschnitt' }, 'by its description')
  t.match(await ask('check_availability', { service: 'Zahnreinigung', date }), { code: 'SERVICE_UNKNOWN' })
  for (const args of [{ query: 'Haarschnitt' }, { service: 'Haarschnitt' }, { service_name: 'Haarschnitt' }]) {
    t.same((await ask('list_services', args)).services, ['Damenhaarschnitt, 30 min', 'Herrenhaarschnitt, 30 min'])
  }
  t.equal((await ask('list_services', { service: 'Zahnreinigung' })).services.length, 3)
})

t.test('two services of one name are told apart, and nobody is asked the same twice', async (t) => {
  const salon = await phoneGateway(t)
  const staffed = (name: string) => [{ name, offsetMinutes: 0, durationMinutes: 30 }]
  await addService(salon, { slug: 'massage-a', name: 'Massage', durationMinutes: 30 })
  await addService(salon, { slug: 'massage-b', name: 'Massage', durationMinutes: 60 })
  await addService(salon, { slug: 'peeling-a', name: 'Peeling', price: '35.00', currency: 'EUR' })
  await addService(salon, { slug: 'peeling-b', name: 'Peeling' })
  await addService(salon, { slug: 'bath-a', name: 'Bad', phases: staffed('Moor') })
  await addService(salon, { slug: 'bath-b', name: 'Bad', phases: staffed('Moor und Salz') })
  await addService(salon, { slug: 'twin-a', name: 'Rasur' })
  await addService(salon, { slug: 'twin-b', name: 'Rasur' })
  const { ask } = calling(salon)
  const date = dayAhead(3)
  const choicesOf = async (service: string) => {
    const answer = await ask('check_availability', { service, date })
    t.equal(answer.code, 'SERVICE_AMBIGUOUS', service)
    t.match(answer.message, answer.services.at(-1).split(', ').at(-1), 'it is said too')
    return answer.services
  }
  t.same(await choicesOf('Massage'), ['Massage, 30 Minuten', 'Massage, 60 Minuten'])
  t.same(await choicesOf('Peeling'), ['Peeling, 35.00 EUR', 'Peeling, ohne festen Preis'])
  t.same(await choicesOf('Bad'), ['Bad, Moor', 'Bad, Moor und Salz'])
  for (const label of ['Massage, 60 Minuten', 'Massage 60 min', 'die Massage mit 60 Minuten', '60 Minuten']) {
    const free = await ask('check_availability', { service: label, date })
    t.match(free, { code: 'AVAILABLE', service: 'Massage' }, label)
  }
  // What was told to the caller is what the model sends next, word for word.
  for (const label of [...(await choicesOf('Peeling')), ...(await choicesOf('Bad'))]) {
    t.match(await ask('check_availability', { service: label, date }), { code: 'AVAILABLE' }, label)
  }
  t.match(await ask('check_availability', { service: 'Rasur', date }), { code: 'AVAILABLE' }, 'either is as good')
  const { services } = await ask('list_services', {})
  t.equal(new Set(services).size, services.length, 'none is listed twice')
  t.ok(services.includes('Massage, 60 Minuten') && services.includes('Rasur, 30 min'))
  const start = `${date}T15:00`
  const call = calling(salon, callObject())
  const wish = { service: 'Massage 60', start, customer_name: 'Max Muster' }
  t.match(await call.ask('book_appointment', wish), { code: 'BOOKED' })
  const [booking] = taken(salon)
  t.equal(Date.parse(booking?.end ?? '') - Date.parse(booking?.start ?? ''), 60 * 60_000)
})

t.test('one service that is not quite what was said is asked, never booked, and taken when it is named', async (t) => {
  const salon = await phoneGateway(t)
  await addService(salon, { slug: 'pony-schneiden', name: 'Pony schneiden' })
  for (const n of [1, 2, 3, 4, 5, 6]) await addService(salon, { slug: `farbe-${n}`, name: `Wimpern färben ${n}` })
  const { ask } = calling(salon)
  const wish = { date: dayAhead(3), time: '10:00', customer_name: 'Zoë Müller' }
  for (const service of ['schneiden', 'Pony föhnen', 'kein Pony schneiden, sondern schneiden']) {
    t.match(await ask('book_appointment', { service, ...wish }), { code: 'SERVICE_AMBIGUOUS' }, service)
  }
  t.same(taken(salon), [], 'nothing was guessed')
  const asked = await ask('check_availability', { service: 'Pony', date: wish.date })
  t.same(asked.services, ['Pony schneiden'])
  t.match(asked.message, 'Was genau meinen Sie: Pony schneiden?')
  t.equal((await ask('check_availability', { service: 'Wimpern', date: wish.date })).services.length, 5)
  t.match(await ask('check_availability', { service: 'einen Termin', date: wish.date }), { code: 'SERVICE_NEEDED' })
  const booked = await ask('book_appointment', { service: asked.services[0], ...wish })
  t.match(booked, { code: 'BOOKED', service: 'Pony schneiden' })
})

t.test('the service behind the two hundredth is found', async (t) => {
  const salon = await phoneGateway(t)
  const { gateway, author, eventType } = salon
  const links = [{ connection: 'calendar', target: { eventTypeId: eventType.id } }]
  for (let n = 0; n < 205; n++) {
    const input = { slug: `b-${String(n).padStart(3, '0')}`, name: `Kurs ${n}`, durationMinutes: 30 }
    await gateway.services.create(author, { ...input, active: n > 200 })
  }
  await gateway.services.update(author, (await gateway.services.get(author.tenantId, 'cut')).id, { active: false })
  await gateway.services.create(author, { slug: 'z-last', name: 'Zopf', durationMinutes: 30, links })
  const { ask } = calling(salon)
  t.match(await ask('check_availability', { service: 'Zopf', date: dayAhead(3) }), { code: 'AVAILABLE' })
  t.same((await ask('list_services', {})).services, ['Zopf, 30 min'])
})
