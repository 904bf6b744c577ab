import t from 'tap'
import { argumentsTaken, renamedArguments } from '../../../plugins/phone/argument-aliases.ts'
import { cleanArguments, type PhoneFunction } from '../../../plugins/phone/arguments.ts'
import { type PhoneOptions, readSettings } from '../../../plugins/phone/options.ts'
import { calling, dayAhead, inBerlin, phoneGateway } from '../../helper/phone.ts'

const aliases = (argumentAliases: object) => readSettings({ argumentAliases } as PhoneOptions).argumentAliases
const cleaned = <F extends PhoneFunction>(name: F, given: object, raw: unknown) =>
  cleanArguments(name, renamedArguments(raw, name, aliases(given)))

/** Everything that stands in a cleaned argument, however deep. */
function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value]
}

t.test('every name that an alias may stand for is taken by its function', async (t) => {
  for (const [name, names] of Object.entries(argumentsTaken)) {
    for (const target of names.filter((one) => one !== 'additional')) {
      const given = { [name]: { 'Eigener Name': target } }
      const found = leaves(cleaned(name as PhoneFunction, given, { eigenerName: 'sample' }))
      t.ok(found.includes('sample'), `${name} ${target}`)
    }
  }
})

t.test('an alias goes over what models call the same, where it says something', async (t) => {
  const given = { all: { wunschleistung: 'service' }, cancel_appointment: { termin: 'appointment_ref' } }
  t.equal(cleaned('check_availability', given, { wunschleistung: 'Bart', service: 'Schnitt' }).service, 'Bart')
  t.equal(cleaned('check_availability', given, { wunschleistung: 'null', service: 'Schnitt' }).service, 'Schnitt')
  t.match(cleaned('check_availability', given, { args: { 'Wunsch-Leistung': 'x', Wunschleistung: 'Bart' } }), {
    service: 'Bart',
  })
  t.match(cleaned('cancel_appointment', given, { termin: '12345' }), { reference: '12345', when: { start: null } })
  t.match(cleaned('book_appointment', given, { termin: 'morgen um drei' }), { when: { start: 'morgen um drei' } })
  t.same(renamedArguments({ a: 1 }, 'book_appointment', aliases({})), { a: 1 })
})

t.test('an alias that cannot be one is refused when the gateway starts', async (t) => {
  const refused = async (argumentAliases: object, problem: RegExp) => {
    const start = phoneGateway(t, { argumentAliases })
    await t.rejects(start, { code: 'KAL_PLUGIN_OPTIONS', message: problem }, JSON.stringify(argumentAliases))
  }
  await refused(
    { all: { leistung2: 'dienst' } },
    /argumentAliases\.all\.leistung2: found "dienst", expected one of: .*service/,
  )
  await refused({ cancel_appointment: { x: 'notes' } }, /cancel_appointment\.x: found "notes", expected one of/)
  await refused({ start_booking: { x: 'notes' } }, /start_booking: found an unknown key, expected one of: all/)
  await refused({ all: { Date: 'time' } }, /argumentAliases\.all\.Date: expected a name of its own/)
  await refused({ all: { '!?': 'time' } }, /all\.!\?: expected a name of its own/)
  await refused({ all: { wunschTag: 'date', 'Wunsch-Tag': 'time' } }, /Wunsch-Tag: expected a name of its own/)
})

t.test('an agent that has names of its own for everything books and cancels', async (t) => {
  const argumentAliases = {
    all: { behandlungswunsch: 'service', rufname: 'customer_name', kalendertag: 'date', stunde: 'time' },
    book_appointment: { noch_einer: 'additional' },
    cancel_appointment: { vorgang: 'appointment_ref' },
  }
  const salon = await phoneGateway(t, { argumentAliases })
  const { ask } = calling(salon)
  const date = dayAhead(3)
  const wish = { behandlungswunsch: 'Haircut', kalendertag: date, rufname: 'Zoë Müller' }
  const booked = await ask('book_appointment', { ...wish, stunde: '15:00' })
  t.match(booked, { code: 'BOOKED', start: inBerlin(date, '15:00') })
  t.match(await ask('book_appointment', { ...wish, stunde: '17:00', noch_einer: true }), { code: 'BOOKED' })
  const cancelled = await ask('cancel_appointment', { vorgang: booked.appointment_ref })
  t.match(cancelled, { code: 'CANCELLED' })
})
