import t from 'tap'
import { createLogger } from '../../core/logger.ts'
import { until } from '../helper/gateway.ts'
import { rowsOutside } from '../helper/outside.ts'
import { calling, dayAhead, phoneGateway } from '../helper/phone.ts'
import { retellEvent } from '../helper/retell.ts'

/** Words that nobody else writes: found anywhere but where they belong, they have leaked. */
const canary = /kanari|15112340042|1511 ?2340042/i
const lines: string[] = []
const out = { write: (line: string) => lines.push(line) > 0 } as unknown as NodeJS.WritableStream
const logger = createLogger({ log: { level: 'debug' } }, out)
const salon = await phoneGateway(
  t,
  { changeWithin: '1s' },
  { options: { logger }, input: { sync: { attemptTimeout: '400ms' } } },
)
const { db, twin } = salon

t.test('what a caller says stays out of logs, jobs, reviews and notes, also where things break', async (t) => {
  const { ask, call } = calling(salon, {
    from_number: '+4915112340042',
    transcript: 'Agent: Hello\nUser: Kanari Vogel here, my number is 0151 12340042.',
    retell_llm_dynamic_variables: { customer: 'Kanari Vogel' },
    metadata: { kanari: 'kanari' },
  })
  const date = dayAhead(3)
  const person = { customer_name: 'Kanari Vogel', customer_phone: '+4915112340042', email: 'vogel@kanari.example' }
  const booked = await ask('book_appointment', { start: `${date}T10:00`, ...person, notes: 'kanari: no perfume' })
  t.equal(booked.code, 'BOOKED')
  twin.faults.add({ operation: '*', kind: 'status', status: 503, times: 40 })
  await ask('check_availability', { service: 'kanari', date })
  await ask('book_appointment', { start: `${dayAhead(4)}T10:00`, ...person, additional: true })
  await ask('find_appointments', { ...person, date: 'kanari' })
  await ask('find_appointments', { customer_name: 'Kanari Other' })
  await ask('cancel_appointment', { ...person, appointment_ref: booked.appointment_ref, reason: 'kanari' })
  await ask('kanari_function', person)
  await retellEvent(salon.line, 'call_ended', { ...call, call_status: 'ended', end_timestamp: Date.now() })
  await retellEvent(salon.line, 'call_analyzed', {
    ...call,
    call_status: 'ended',
    call_analysis: { call_summary: 'Kanari Vogel booked an appointment.' },
  })
  twin.faults.clear()
  await until(
    () => db.query(`select from kalends.call_events where state = 'pending'`),
    (rows) => rows.length === 0,
  )
  // A database that breaks under a call: the fault is told without the words that went into it.
  await db.query('alter table kalends.plugin_state rename to plugin_state_gone')
  t.match(await ask('book_appointment', { start: `${date}T12:00`, ...person }), { success: false, code: 'INTERNAL' })
  await db.query('alter table kalends.plugin_state_gone rename to plugin_state')
  t.ok(lines.length > 0 && lines.some((line) => line.includes('broke off')), 'there is a log to look through')
  t.same(await leaks(), [])
})

/** Everything that is not meant to hold a customer's data and does. */
async function leaks(): Promise<string[]> {
  return [...lines, ...(await rowsOutside(db))].filter((text) => canary.test(text)).map((text) => text.slice(0, 400))
}
