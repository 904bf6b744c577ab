import t from 'tap'
import { type OpeningHours, officeHours } from '../../../../plugins/calcom/twin/index.ts'
import { calling, dayAhead, inBerlin, type PhoneSalon, phoneGateway } from '../../../helper/phone.ts'

/** A day ahead on which an office works. */
function workday(): string {
  const days = Array.from({ length: 7 }, (_, n) => dayAhead(7 + n))
  return days.find((day) => new Date(`${day}T12:00:00Z`).getUTCDay() === 3) ?? ''
}
const date = workday()
const times = (options: { start: string }[] = []) => options.map(({ start }) => start.slice(11, 16))

/** Asks for a time, each in a call and for a person of its own. */
let callers = 0
function book(salon: PhoneSalon, time: string, language = 'de') {
  callers += 1
  const call = {
    from_number: `+4915112${String(callers).padStart(6, '0')}`,
    retell_llm_dynamic_variables: { language },
  }
  return calling(salon, call).ask('book_appointment', { date, time, customer_name: `Max Muster${callers}` })
}

const pause = ({ gateway, author, connection }: PhoneSalon) =>
  gateway.connections.pause(author, connection.id, { scope: 'all' })

async function salonOpen(t: Parameters<typeof phoneGateway>[0], availability: OpeningHours[]) {
  const salon = await phoneGateway(t, { changeWithin: '2s' })
  salon.account.schedule.availability = availability
  return salon
}

t.test('a calendar that never said anything: an ordinary hour is the usual one', async (t) => {
  const salon = await salonOpen(t, officeHours)
  await pause(salon)
  for (const [said, at] of [
    ['11 Uhr', '11:00'],
    ['9 Uhr', '09:00'],
    ['drei Uhr', '15:00'],
    ['sechs', '18:00'],
  ] as const) {
    t.match(await book(salon, said), { code: 'PENDING', start: inBerlin(date, at) }, said)
  }
  const eight = await book(salon, '8 Uhr')
  t.match(eight, { success: false, code: 'TIME_AMBIGUOUS' }, 'nobody knows')
  t.same(times(eight.options), ['08:00', '20:00'])
})

t.test('a calendar that is away: the hours are those that it had', async (t) => {
  const salon = await salonOpen(t, [{ days: officeHours[0]?.days ?? [], startTime: '18:00', endTime: '24:00' }])
  t.match(await book(salon, 'um neun'), { code: 'BOOKED', start: inBerlin(date, '21:00') })
  await pause(salon)
  t.match(await book(salon, 'um zehn'), { code: 'PENDING', start: inBerlin(date, '22:00') })
  t.match(await book(salon, 'acht Uhr'), { code: 'PENDING', start: inBerlin(date, '20:00') })
})

t.test('one full evening teaches nothing', async (t) => {
  const salon = await salonOpen(t, [{ days: officeHours[0]?.days ?? [], startTime: '08:00', endTime: '21:00' }])
  t.match(await calling(salon).ask('check_availability', { date, time: 'abends' }), { code: 'AVAILABLE' })
  await pause(salon)
  t.match(await book(salon, '11 Uhr'), { code: 'PENDING', start: inBerlin(date, '11:00') })
  t.match(await book(salon, '8 Uhr'), { code: 'TIME_AMBIGUOUS' })
})

t.test('where it never closes, the night is for those who say so', async (t) => {
  const salon = await phoneGateway(t)
  t.match(await book(salon, 'drei Uhr'), { code: 'BOOKED', start: inBerlin(date, '15:00') })
  t.match(await book(salon, 'zehn Uhr'), { code: 'BOOKED', start: inBerlin(date, '10:00') })
  t.match(await book(salon, 'nachts um drei'), { code: 'TIME_AMBIGUOUS' }, 'the night before that day, or after it')
  t.match(await book(salon, 'vier Uhr früh'), { code: 'BOOKED', start: inBerlin(date, '04:00') })
  t.match(await book(salon, '5 am', 'en'), { code: 'BOOKED', start: inBerlin(date, '05:00') })
  t.match(await book(salon, '22 Uhr'), { code: 'BOOKED', start: inBerlin(date, '22:00') })
  const eight = await book(salon, 'acht Uhr')
  t.match(eight, { code: 'TIME_AMBIGUOUS' })
  t.same(times(eight.options), ['08:00', '20:00'], 'both are by day')
})
