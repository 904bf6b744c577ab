import fc from 'fast-check'
import t from 'tap'
import { argumentMap } from '../../../plugins/phone/argument-map.ts'
import { cleanText } from '../../../plugins/phone/argument-text.ts'
import { cleanArguments, type PhoneFunction } from '../../../plugins/phone/arguments.ts'

const noTime = { start: null, date: null, time: null, weekday: null, partOfDay: null, timeFrom: null, timeTo: null }
const nobody = { name: null, phone: null, email: null }
const functions: readonly PhoneFunction[] = [
  'get_current_context',
  'list_services',
  'check_availability',
  'book_appointment',
  'find_appointments',
  'reschedule_appointment',
  'cancel_appointment',
]

t.test('a call as it should be goes through unchanged', async (t) => {
  const args = {
    service: 'Haarschnitt',
    start: '2026-10-05T14:30',
    customer_name: 'Zoë Müller',
    customer_phone: '+4915112345678',
    email: 'zoe@example.org',
    notes: 'Bitte leise Musik.',
  }
  t.same(cleanArguments('book_appointment', args), {
    service: 'Haarschnitt',
    staff: null,
    when: { ...noTime, start: '2026-10-05T14:30' },
    customer: { name: 'Zoë Müller', phone: '+4915112345678', email: 'zoe@example.org' },
    notes: 'Bitte leise Musik.',
  })
})

t.test('null words and variables that nobody filled in are missing', async (t) => {
  const nothings = [
    ...['', ' ', 'null', 'NULL', '"null"', 'None', 'undefined', 'unknown', 'Unknown.', 'n/a', 'N.A.', '-', '?', '...'],
    ...['unbekannt', 'keine Angabe', 'k.A.', 'nicht angegeben', 'weiß nicht', 'egal', 'current', '{{user_number}}'],
    ...[
      '{{ customer_name',
      '\u0024{name}',
      '<UNKNOWN>',
      '<customer name>',
      '[phone number]',
      '\u0000',
      '\u200b',
      '\ud800',
    ],
  ]
  for (const text of nothings) t.equal(cleanText(text, 'text'), null, JSON.stringify(text))
  for (const value of [null, undefined, true, {}, [], Number.NaN, 1n, Symbol('x')]) {
    t.equal(cleanText(value, 'text'), null, typeof value)
  }
  t.equal(cleanText('anonymous', 'phone'), null)
  t.equal(cleanText('Kunde', 'name'), null)
})

t.test('what only looks like nothing stays', async (t) => {
  for (const text of ['Nullmeyer', 'Unbekannte Straße', 'None Kowalski', 'heute', 'any day', '0', 'Keine Farbe']) {
    t.equal(cleanText(text, 'name'), text)
  }
  t.equal(cleanText('Zoë {{last_name}}', 'name'), 'Zoë')
  t.equal(cleanText(1430, 'when'), '1430')
  t.equal(cleanText(' "Haarschnitt" ', 'text'), 'Haarschnitt')
  t.equal(cleanText('Zoë\u0000 \ud800\tMüller\r\n', 'name'), 'Zoë Müller')
})

t.test('execution_message, invented call ids and other strangers are dropped', async (t) => {
  const args = { date: 'morgen', execution_message: 'Einen Moment bitte.', call_id: 'call_001', temperature: 0.3 }
  const cleaned = cleanArguments('cancel_appointment', args)
  t.same(cleaned, {
    reference: null,
    service: null,
    customer: nobody,
    when: { ...noTime, date: 'morgen' },
    reason: null,
  })
  t.notMatch(JSON.stringify(cleaned), /call_001|Moment/)
})

t.test('names in both languages and all spellings', async (t) => {
  const same = { ...noTime, date: 'morgen', time: '15:00', partOfDay: null }
  for (const args of [
    { datum: 'morgen', uhrzeit: '15:00' },
    { Datum: 'morgen', Uhrzeit: '15:00' },
    { appointmentDate: 'morgen', appointmentTime: '15:00' },
    { 'preferred-date': 'morgen', 'Preferred Time': '15:00' },
    { appointment: { date: 'morgen', time: '15:00' } },
    { termindatum: 'morgen', terminzeit: '15:00' },
    { booking_date: 'morgen', bookingTime: '15:00' },
    { date: 'null', datum: 'morgen', time: '{{time}}', zeit: '15:00' },
  ]) {
    t.same(cleanArguments('check_availability', { ...args, Dienstleistung: 'Schnitt' }), {
      service: 'Schnitt',
      staff: null,
      when: same,
    })
  }
  t.equal(cleanArguments('cancel_appointment', { Terminnummer: 12345 }).reference, '12345')
  t.equal(cleanArguments('cancel_appointment', { confirmationNumber: '12345' }).reference, '12345')
  const customers = [
    { fullname: 'Zoë Müller', mobilnummer: '15112345678' },
    { client: { name: 'Zoë Müller', phone: '15112345678' } },
    { customer: { name: 'Zoë Müller', phone: 15112345678 } },
    { vorname: 'Zoë', nachname: 'Müller', telefon: '15112345678' },
    { customer: '{"first_name":"Zoë","last_name":"Müller"}', handynummer: '15112345678' },
  ]
  for (const args of customers) {
    t.same(cleanArguments('find_appointments', args).customer, { ...nobody, name: 'Zoë Müller', phone: '15112345678' })
  }
})

t.test('arguments in envelopes, lists and JSON text are opened', async (t) => {
  const args = { date: 'morgen' }
  const wrapped = [
    args,
    JSON.stringify(args),
    JSON.stringify(JSON.stringify(args)),
    [args],
    { args },
    { arguments: JSON.stringify(args) },
    { parameters: { args } },
    { name: 'check_availability', args },
  ]
  for (const raw of wrapped) {
    t.equal(cleanArguments('check_availability', raw).when.date, 'morgen', JSON.stringify(raw))
  }
  t.equal(cleanArguments('check_availability', { services: ['Schnitt', 'Farbe'] }).service, 'Schnitt, Farbe')
})

t.test('a reschedule knows its two times apart', async (t) => {
  const times = (args: object) => {
    const { oldWhen, newWhen } = cleanArguments('reschedule_appointment', args)
    return [oldWhen, newWhen].map(({ start, date, time }) => [start, date, time].map((text) => text ?? '').join('|'))
  }
  t.same(times({ old_date: 'A', new_date: 'B', new_time: '10' }), ['|A|', '|B|10'])
  t.same(times({ date: 'B', time: '10' }), ['||', '|B|10'])
  t.same(times({ date: 'A', new_date: 'B', new_time: '10' }), ['|A|', '|B|10'])
  t.same(times({ new_date: 'B', time: '10' }), ['||', '|B|10'])
  t.same(times({ old_date: 'A', date: 'B', time: '10' }), ['|A|', '|B|10'])
  t.same(times({ old_start: 'A', new_start: 'B', time: '10' }), ['A||', 'B||'])
  t.same(times({ altes_datum: 'A', neues_datum: 'B', neue_uhrzeit: '10' }), ['|A|', '|B|10'])
  t.same(times({ from_date: 'A', to_date: 'B' }), ['|A|', '|B|'])
  t.same(times({ new_appointment: { date: 'B', time: '10' } }), ['||', '|B|10'])
})

t.test('long texts are cut between characters', async (t) => {
  const cut = cleanText(`Z${'😀'.repeat(5000)}`, 'name')
  t.equal(cut, `Z${'😀'.repeat(99)}`)
  t.equal(cleanText('x'.repeat(100_000), 'notes')?.length, 1000)
})

const dirty = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withObjectString: true }),
  fc.jsonValue(),
  fc.json(),
  fc.dictionary(
    fc.oneof(
      fc.constantFrom('date', 'time', 'args', 'customer', 'new', 'notes', '__proto__', 'constructor'),
      fc.string(),
    ),
    fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.json()),
  ),
)

t.test('whatever a model sends, the result has its shape and only clean texts', async () => {
  const isClean = (value: unknown): boolean => {
    if (value === null) return true
    if (typeof value === 'object') return Object.values(value).every(isClean)
    return (
      typeof value === 'string' &&
      value !== '' &&
      value.isWellFormed() &&
      !/\p{Cc}/u.test(value) &&
      value.length <= 2000
    )
  }
  fc.assert(
    fc.property(fc.constantFrom(...functions), dirty, (name, raw) => {
      const cleaned = cleanArguments(name, raw)
      const shape = (value: object) => JSON.stringify(Object.keys(value).sort())
      return isClean(cleaned) && shape(cleaned) === shape(cleanArguments(name, {}))
    }),
    { numRuns: 1000 },
  )
})

t.test('cleaning what is clean changes nothing', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const once = cleanText(text, 'notes')
      return once === null || cleanText(once, 'notes') === once
    }),
    { numRuns: 1000 },
  )
})

t.test('a deep or wide argument ends', async (t) => {
  const deep = Array.from({ length: 5000 }).reduce<object>((inner) => ({ a: inner }), { date: 'x' })
  t.equal(argumentMap(deep).size, 0)
  t.ok(argumentMap(Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, n]))).size <= 200)
})
