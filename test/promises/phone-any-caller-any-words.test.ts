import t from 'tap'
import { until } from '../helper/gateway.ts'
import { appointments, calling, dayAhead, inBerlin, phoneGateway, taken } from '../helper/phone.ts'
import { agentId, businessNumber } from '../helper/retell.ts'

const salon = await phoneGateway(t)
const days = (() => {
  let next = 2
  return () => dayAhead(next++)
})()
const on = (date: string) => taken(salon).filter(({ start }) => start.slice(0, 10) === date)

t.test(
  'a withheld number, a call of the web and a call that we make: all can book, with a number to call',
  async (t) => {
    const callers = {
      anonymous: { from_number: 'anonymous' },
      'the web': { call_type: 'web_call', from_number: undefined, to_number: undefined, direction: undefined },
    }
    for (const [name, more] of Object.entries(callers)) {
      const { ask } = calling(salon, more)
      const date = days()
      const args = { start: `${date}T10:00`, customer_name: 'Eva Muster' }
      t.match(await ask('get_current_context'), { caller_number: 'withheld' })
      t.match(await ask('book_appointment', args), { success: false, code: 'PHONE_NEEDED' }, name)
      for (const phone of ['{{user_number}}', 'anonymous', 'unknown', '123', '+49']) {
        t.equal((await ask('book_appointment', { ...args, customer_phone: phone })).code, 'PHONE_NEEDED', phone)
      }
      t.match(await ask('book_appointment', { ...args, customer_phone: '0151 2345 6789' }), { code: 'BOOKED' }, name)
      t.equal(on(date).length, 1)
    }
    const { ask } = calling(salon, { direction: 'outbound', from_number: businessNumber, to_number: '+4915119999999' })
    const date = days()
    t.match(await ask('book_appointment', { start: `${date}T10:00`, customer_name: 'Uwe Muster' }), { code: 'BOOKED' })
    const phones = (await appointments(salon)).map(({ customer }) => customer.phone).sort()
    t.same(phones, ['+4915119999999', '+4915123456789', '+4915123456789'], 'whom we called is the customer')
    t.match(await ask('find_appointments', { name: 'Uwe Muster' }), { code: 'FOUND' })
  },
)

t.test('an address that the caller or the model made up goes nowhere', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const args = { start: `${date}T10:00`, customer_name: 'Max Muster', email: 'noreply@example.com' }
  t.equal((await ask('book_appointment', args)).code, 'BOOKED')
  t.notMatch(JSON.stringify(on(date)), /noreply@example\.com/)
  t.match(JSON.stringify(on(date)), /@calls\.example/, 'one of its own on the domain of the business')
})

t.test('what models add, leave out and invent', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const dirty = {
    ...{ execution_message: 'Einen Moment bitte.', call_id: 'call_1', agent_id: 'agent_1', tenant: 'other' },
    ...{
      service: 'null',
      staff: null,
      timezone: '',
      notes: '{{notes}}',
      email: 'undefined',
      customer_phone: '{{user_number}}',
    },
    ...{ name: 'Max Muster', date, time: '10:00', nested: { deep: [{ deeper: true }] }, quantity: 1 },
  }
  t.match(await ask('book_appointment', dirty), { code: 'BOOKED' })
  t.match(
    (await appointments(salon)).find(({ startsAt }) => startsAt.startsWith(date)),
    {
      notes: null,
      customer: { name: 'Max Muster', phone: '+4915112345678' },
    },
  )
  for (const [name, args, code] of [
    ['book_appointment', {}, /DATE_MISSING|TIME_MISSING/],
    ['book_appointment', { start: `${days()}T10:00`, name: 'unknown' }, /NAME_NEEDED/],
    ['book_appointment', { start: 'sometime', name: 'Max Muster' }, /DATE_|TIME_/],
    ['book_appointment', { service: 'Zahnarzt', start: `${days()}T10:00`, name: 'Max Muster' }, /SERVICE_UNKNOWN/],
    ['book_appointment_v17', { date: days(), name: 'Max Muster' }, /TIME_MISSING/],
    ['start_booking', { date: days(), name: 'Max Muster' }, /TIME_MISSING/],
    ['toString', {}, /UNKNOWN_FUNCTION/],
    ['delete_everything', {}, /UNKNOWN_FUNCTION/],
  ] as const) {
    t.match(await ask(name, args), { success: false, code, message: /./ }, `${name} ${JSON.stringify(args)}`)
  }
  for (const args of [null, 'null', [], 7, { args: null }, '{"start":']) {
    const answer = await ask('check_availability', args as never)
    t.match(answer, { code: /AVAILABLE/ }, `without a time the next ones: ${JSON.stringify(args)}`)
  }
})

t.test('times that are past, skipped, doubled or off the grid are asked about, and change nothing', async (t) => {
  const { ask } = calling(salon)
  const before = taken(salon).length
  const year = new Date().getUTCFullYear()
  const book = (start: string) => ask('book_appointment', { start, customer_name: 'Max Muster' })
  t.match(await book(`${year - 3}-06-13T10:00`), { success: false, code: 'DATE_IN_PAST', today: dayAhead(0) })
  t.match(await book(`04.10.${year - 1} 10:00`), { success: false, code: 'DATE_IN_PAST' })
  const [gap, twice] = [lastSunday(3), lastSunday(10)]
  t.match(await book(`${gap}T02:30`), { success: false, code: 'TIME_IN_GAP' })
  const doubled = await book(`${twice}T02:30`)
  t.match(doubled, { success: false, code: 'TIME_TWICE' })
  t.match(doubled.options, [{ start: `${twice}T02:30:00+02:00` }, { start: `${twice}T02:30:00+01:00` }])
  const odd = await book(`${days()}T18:16`)
  t.match(odd, { success: false, code: 'NOT_AVAILABLE' })
  t.ok(
    odd.options.some(({ start }: { start: string }) => /T18:(00|30):00/.test(start)),
    'the nearest are offered',
  )
  t.equal(taken(salon).length, before)
})

t.test('a time without an offset is the business’s, and one with an offset is what it says', async (t) => {
  const date = days()
  const { ask } = calling(salon)
  const naive = await ask('book_appointment', { start: `${date}T10:00`, customer_name: 'Max Muster' })
  const other = await ask('book_appointment', { start: `${date}T10:00:00Z`, customer_name: 'Eva Muster' })
  t.match([naive, other], [{ code: 'BOOKED' }, { code: 'BOOKED' }])
  t.equal(naive.start, inBerlin(date, '10:00'))
  t.equal(Date.parse(other.start), Date.parse(`${date}T10:00:00Z`))
})

t.test('an offered time is kept for the call, three at the most, and given back when another is booked', async (t) => {
  const date = days()
  const first = calling(salon)
  const free = await first.ask('check_availability', { date, time_from: '10:00', time_to: '11:30' })
  t.equal(free.options.length, 3)
  const [wanted] = free.options
  const rival = calling(salon, { from_number: '+4915119999998' })
  const refused = await rival.ask('book_appointment', { start: wanted.start, customer_name: 'Rita Rival' })
  t.match(refused, { success: false, code: 'NOT_AVAILABLE' })
  t.notOk(
    refused.options.some(({ start }: { start: string }) =>
      free.options.some((one: { start: string }) => one.start === start),
    ),
  )
  t.match(await first.ask('book_appointment', { start: wanted.start, customer_name: 'Max Muster' }), { code: 'BOOKED' })
  const second = await until(
    () => rival.ask('book_appointment', { start: free.options[1].start, customer_name: 'Rita Rival' }),
    ({ code }) => code === 'BOOKED',
  )
  t.equal(second.code, 'BOOKED')
})

t.test('callers are answered in their language, else in the tenant’s', async (t) => {
  const spoken = async (variables: Record<string, string>) =>
    (await calling(salon, { retell_llm_dynamic_variables: variables }).ask('list_services')).message
  t.match(await spoken({}), /Wir bieten/)
  t.notMatch(await spoken({ language: 'en-US' }), /Wir bieten/)
  t.match(await spoken({ language: 'klingon' }), /Wir bieten/)
})

t.test('no answer is long, names an id of ours, or breaks a line', async (t) => {
  const { ask, call } = calling(salon)
  const date = days()
  const wordy = 'Ä"\n`{{x}}` 😀 '.repeat(200)
  const answers = [
    await ask('get_current_context', { x: wordy }),
    await ask('list_services', { query: wordy }),
    await ask('check_availability', { service: wordy, date }),
    await ask('check_availability', { date }),
    await ask('book_appointment', { start: `${date}T10:00`, customer_name: wordy, notes: wordy.repeat(20) }),
    await ask('find_appointments', { customer_name: wordy, date }),
    await ask('cancel_appointment', { customer_name: wordy, date, reason: wordy }),
  ]
  const ids = await salon.db.query<{ id: string }>(
    `select id::text as id from kalends.appointments union select id::text from kalends.services
     union select id::text from kalends.connections union select id::text from kalends.tenants`,
  )
  for (const answer of answers) {
    const text = JSON.stringify(answer)
    t.ok(text.length < 2_000, `${answer.code}: ${text.length}`)
    t.match(answer, { success: Boolean, code: /^[A-Z_]+$/, message: /^[^\n]{3,900}$/ })
    t.notOk(ids.some(({ id }) => text.includes(id)) || text.includes(String(call.call_id)) || text.includes(agentId))
    t.ok((answer.options ?? []).length <= 3)
  }
})

/** The last Sunday of a month that is still to come, when the clocks of Berlin change. */
function lastSunday(month: number): string {
  const now = new Date()
  for (let year = now.getUTCFullYear(); ; year++) {
    const end = new Date(Date.UTC(year, month, 0))
    const sunday = new Date(end.getTime() - end.getUTCDay() * 86_400_000)
    if (sunday > now) return sunday.toISOString().slice(0, 10)
  }
}
