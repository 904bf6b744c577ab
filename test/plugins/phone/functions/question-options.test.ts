import t from 'tap'
import { officeHours } from '../../../../plugins/calcom/twin/index.ts'
import { calling, dayAhead, phoneGateway, taken } from '../../../helper/phone.ts'

type Told = { start: string; say: string }

/** A day as a caller names it. */
const named = (date: string, language: 'de' | 'en', parts: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(language, { ...parts, timeZone: 'UTC' }).format(new Date(`${date}T12:00:00Z`))
const weekday = (date: string, language: 'de' | 'en') => named(date, language, { weekday: 'long' })
const starts = (options: Told[] = []) => options.map(({ start }) => start)

t.test('days that may be meant are offered as days, and what was offered is understood', async (t) => {
  const salon = await phoneGateway(t)
  const [today, nextWeek] = [dayAhead(0), dayAhead(7)]
  for (const [language, now, joint] of [
    ['de', 'heute', 'oder'],
    ['en', 'today', 'or'],
  ] as const) {
    const { ask } = calling(salon, { retell_llm_dynamic_variables: { language } })
    const book = (args: object) => ask('book_appointment', { customer_name: 'Max Muster', ...args })
    const date = weekday(today, language)
    for (const asked of [await book({ date }), await ask('check_availability', { date })]) {
      t.match(asked, { success: false, code: 'DATE_AMBIGUOUS' })
      t.same(starts(asked.options), [today, nextWeek])
      const [first, second] = asked.options.map(({ say }: Told) => say)
      t.equal(first, `${now}, ${date}`)
      t.match(second, named(nextWeek, language, { day: 'numeric' }))
      t.ok(asked.message.includes(`${first}`) && asked.message.includes(` ${joint} ${second}`), asked.message)
      for (const { start, say } of asked.options) {
        for (const said of [start, say]) {
          t.match(await book({ date: said }), { code: 'TIME_MISSING' }, `${said} is one day`)
        }
      }
    }
    const choice = [dayAhead(2), dayAhead(3)]
    const two = await book({ date: choice.map((day) => weekday(day, language)).join(` ${joint} `) })
    t.same(starts(two.options), choice, 'two days that were named')
  }
  const { ask } = calling(salon, { retell_llm_dynamic_variables: { language: 'en' } })
  const english = await ask('book_appointment', { date: '3/4', customer_name: 'Max Muster' })
  t.match(english, {
    code: 'DATE_AMBIGUOUS',
    options: [{ say: /March 4th|April 3rd/ }, { say: /March 4th|April 3rd/ }],
  })
  const many = await ask('book_appointment', { date: 'Monday, Tuesday, Wednesday or Thursday', customer_name: 'Max' })
  t.equal(many.options.length, 3)
  const open = await ask('book_appointment', { date: dayAhead(3), customer_name: 'Max Muster' })
  t.match(open, { code: 'TIME_MISSING' })
  t.notOk(open.options, 'a day is no answer to what time')
  t.equal(taken(salon).length, 0)
})

t.test('nobody is offered the night who may mean the day', async (t) => {
  const salon = await phoneGateway(t)
  salon.account.schedule.availability = officeHours
  const { ask } = calling(salon)
  const today = weekday(dayAhead(0), 'de')
  for (const name of ['book_appointment', 'check_availability']) {
    const told = (args: object) => ask(name, { customer_name: 'Max Muster', ...args })
    const three = await told({ time: 'so gegen drei' })
    t.match(three, { code: 'DATE_MISSING', options: [{ say: /, 15 Uhr$/ }] })
    t.equal(three.options.length, 1)
    // What is left of today's hour hangs on when this runs; the night never is.
    for (const args of [{ time: 'zehn' }, { start: `${today} 10 Uhr` }, { start: `${today} 9 Uhr` }]) {
      const asked = await told(args)
      const late = starts(asked.options).filter((start) => start.slice(11, 13) >= '20' || start.slice(11, 13) < '06')
      t.same(late, [], `${name} ${JSON.stringify(args)}: ${asked.message}`)
    }
  }
})
