import t from 'tap'
import { appointments, calling, dayAhead, inBerlin, phoneGateway, taken } from '../helper/phone.ts'

const salon = await phoneGateway(t, { failedProofsPerCall: 3, failedProofsPerNumber: 5, failedProofsWithheld: 8 })
const owner = { from_number: '+4915112345678' }
const stranger = (n: number) => ({ from_number: `+49151999000${n}` })
const withheld = { from_number: 'anonymous' }
const date = dayAhead(3)
const nameOf = { customer_name: 'Zoë Müller' }

const booked = await calling(salon, owner).ask('book_appointment', { start: `${date}T10:00`, ...nameOf })
t.equal(booked.code, 'BOOKED')
const ref = { appointment_ref: booked.appointment_ref }
const untouched = async () => {
  const [appointment] = await appointments(salon)
  return appointment?.status === 'confirmed' && appointment.version === 1 && taken(salon).length === 1
}

t.test('the number and one fact are enough, and one of them alone is not', async (t) => {
  const known = () => calling(salon, owner)
  for (const fact of [nameOf, { date, time: '10:00' }, { date }, ref, { name: 'Frau Mueller' }]) {
    t.match(await known().ask('find_appointments', fact), {
      code: 'FOUND',
      options: [{ start: inBerlin(date, '10:00') }],
    })
  }
  for (const name of ['find_appointments', 'cancel_appointment']) {
    t.match(await known().ask(name), { success: false, code: 'FACT_NEEDED' }, name)
  }
  t.match(await known().ask('reschedule_appointment', { new_start: `${date}T15:00` }), { code: 'FACT_NEEDED' })
  t.ok(await untouched())
})

t.test('without a number two facts are needed, and a number that is only said is none', async (t) => {
  const nobody = () => calling(salon, withheld)
  for (const fact of [nameOf, { date, time: '10:00' }, ref, { ...nameOf, phone: owner.from_number }]) {
    t.match(await nobody().ask('cancel_appointment', fact), { success: false, code: 'FACTS_NEEDED' })
  }
  t.match((await nobody().ask('cancel_appointment')).message, /zwei von drei Angaben: Ihren Namen, den Tag, die/)
  for (const named of [nameOf, { customer_name: 'Nora Nobody' }]) {
    const { message } = await nobody().ask('cancel_appointment', named)
    t.match(
      message,
      /noch eine zweite Angabe: entweder den Tag oder die Terminnummer\.$/,
      'whether it was right or not',
    )
  }
  for (const facts of [
    { ...nameOf, date },
    { ...ref, ...nameOf },
    { ...ref, date },
  ]) {
    t.match(await nobody().ask('find_appointments', facts), { code: 'FOUND' })
  }
  t.match(
    await calling(salon, {
      call_type: 'web_call',
      from_number: undefined,
      to_number: undefined,
      direction: undefined,
    }).ask('find_appointments', { ...nameOf, date }),
    { code: 'FOUND' },
  )
  t.ok(await untouched())
})

t.test('who names two days to choose from knows neither', async (t) => {
  const { ask } = calling(salon, withheld)
  for (const said of [`${date} oder ${dayAhead(4)}`, `${dayAhead(4)} or ${date}`]) {
    t.match(await ask('cancel_appointment', { ...nameOf, date: said }), { success: false, code: 'FACTS_NEEDED' }, said)
  }
  t.match(
    await ask('find_appointments', { ...nameOf, ...ref, date: `${date} oder ${dayAhead(4)}` }),
    { code: 'FOUND' },
    'beside two facts they may be said',
  )
  t.ok(await untouched())
})

t.test('who names a whole week of days knows none of them', async (t) => {
  const weekday = 'Montag oder Dienstag oder Mittwoch oder Donnerstag oder Freitag oder Samstag oder Sonntag'
  const heard = await calling(salon, withheld).ask('cancel_appointment', { ...nameOf, weekday })
  t.equal(heard.success, false)
  t.notMatch(heard, { code: 'CANCELLED' })
  t.ok(await untouched())
})

t.test('somebody else hears the same whether there is an appointment or none, and nothing of it', async (t) => {
  const right = await calling(salon, stranger(1)).ask('cancel_appointment', nameOf)
  const wrong = await calling(salon, stranger(2)).ask('cancel_appointment', { customer_name: 'Nobody There' })
  t.match(right, { success: false, code: 'NOT_FOUND' })
  t.same(right, wrong)
  for (const [n, fact] of [{ date, time: '10:00' }, { date }, ref].entries()) {
    const told = await calling(salon, stranger(5 + n)).ask('cancel_appointment', fact)
    t.same(told, wrong, `one fact is not enough for another number: ${Object.keys(fact)}`)
  }
  t.notMatch(JSON.stringify(right), /10 Uhr|10:00|Haircut|M(ü|ue)ller|4915112345678/)
  for (const facts of [
    { ...nameOf, old_date: dayAhead(4) },
    { ...ref, customer_name: 'Anna Müller' },
    { customer_name: 'Zoë', old_date: date },
  ]) {
    const answer = await calling(salon, withheld).ask('reschedule_appointment', {
      ...facts,
      new_start: `${date}T15:00`,
    })
    t.match(answer, { success: false, code: /NOT_FOUND|FACTS_NEEDED/ })
    t.notMatch(JSON.stringify(answer), /Haircut|ller/)
  }
  t.match(
    await calling(salon, owner).ask('cancel_appointment', { ...nameOf, date: dayAhead(4) }),
    { code: 'NOT_FOUND' },
    'not on that day',
  )
  t.ok(await untouched())
})

t.test('wrong answers are counted, for the call and for the number', async (t) => {
  const { ask } = calling(salon, stranger(3))
  const wrong = { customer_name: 'Nobody There' }
  const codes = []
  for (let n = 0; n < 4; n++) codes.push((await ask('cancel_appointment', wrong)).code)
  t.same(codes, ['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'TOO_MANY_ATTEMPTS'])
  t.equal((await ask('find_appointments', { ...nameOf, date })).code, 'TOO_MANY_ATTEMPTS', 'a right one comes too late')
  const another = []
  for (let n = 0; n < 3; n++) another.push((await calling(salon, stranger(3)).ask('find_appointments', wrong)).code)
  t.ok(another.includes('TOO_MANY_ATTEMPTS'), 'the number is counted over calls')
  t.match(await calling(salon, owner).ask('find_appointments', nameOf), { code: 'FOUND' }, 'nobody else is shut out')
})

t.test('many wrong answers at once do not slip through', async (t) => {
  const { ask } = calling(salon, stranger(4))
  const tries = Array.from({ length: 12 }, (_, n) =>
    ask('cancel_appointment', { customer_name: `Nobody ${'abcdefghijkl'[n]}x` }),
  )
  const codes = (await Promise.all(tries)).map(({ code }) => code)
  t.ok(codes.filter((code) => code === 'NOT_FOUND').length <= 3, codes.join(' '))
  t.ok(await untouched())
})

t.test('of several appointments it is asked which', async (t) => {
  const second = await calling(salon, owner).ask('book_appointment', { start: `${date}T12:00`, ...nameOf })
  t.equal(second.code, 'BOOKED')
  const { ask } = calling(salon, owner)
  const which = await ask('cancel_appointment', nameOf)
  t.match(which, { success: false, code: 'WHICH_APPOINTMENT' })
  t.equal(which.options.length, 2)
  t.equal(taken(salon).length, 2)
  t.match(await ask('cancel_appointment', { ...nameOf, date, time: '12:00' }), { code: 'CANCELLED' })
  t.equal(taken(salon).length, 1)
})
