import fc from 'fast-check'
import t from 'tap'
import type { ServiceView } from '../../../core/contract/catalogue.ts'
import { isAddedIn } from '../../../plugins/phone/functions/is-added.ts'
import { nearest, spread } from '../../../plugins/phone/functions/offer.ts'
import { servicesNamed } from '../../../plugins/phone/functions/which-service.ts'
import { functionNamed, functionNames, readSettings } from '../../../plugins/phone/options.ts'

const service = (id: string, name: string, slug = id, description: string | null = null) =>
  ({ id, slug, name, description }) as ServiceView
const all = [
  service('s1', 'Damenhaarschnitt', 'ladies-cut'),
  service('s2', 'Herrenhaarschnitt', 'mens-cut'),
  service('s3', 'Färben'),
  service('s4', 'Schneiden und Färben'),
  service('s5', 'Bart'),
]

t.test('functions go by their names, known aliases, those of the options, and any version', async (t) => {
  const settings = readSettings({ aliases: { termin_buchen: 'book_appointment', check_customer: 'list_services' } })
  for (const name of functionNames) t.equal(functionNamed(name, settings), name)
  t.equal(functionNamed('termin_buchen', settings), 'book_appointment')
  t.equal(functionNamed('check_availability_v17', settings), 'check_availability')
  t.equal(functionNamed('start_booking', settings), 'book_appointment')
  t.equal(functionNamed('check_customer', settings), 'list_services', 'one’s own goes over a known one')
  for (const name of ['', 'constructor', '__proto__', 'toString', 'hasOwnProperty', 'book']) {
    t.equal(functionNamed(name, settings), null, name)
  }
  const bent = readSettings({ aliases: { book_appointment: 'cancel_appointment' } })
  t.equal(functionNamed('book_appointment', bent), 'book_appointment', 'what is ours stays ours')
})

t.test('a service is the one that was named, and what fits several is several', async (t) => {
  const named = (said: string) => servicesNamed(said, all).map(({ id }) => id)
  t.same(named('s1'), ['s1'])
  t.same(named('mens-cut'), ['s2'])
  t.same(named('färben'), ['s3'])
  t.same(named('Faerben'), ['s3'])
  t.same(named('Schneiden und Farben'), ['s4'])
  t.same(named('einmal Bart bitte'), ['s5'])
  t.same(named('Damenhaarschnit'), ['s1'], 'misheard by a letter')
  t.same(named('Zahnreinigung'), [])
  t.same(named('!?'), [])
})

t.test('a part of a compound word names every service that has it, and a clearer word chooses', async (t) => {
  const salon = [
    ...all,
    service('s6', 'Haarentfernung', 's6', 'Sugaring, Waxing. Ohne Farbe und ohne Schnitt.'),
    service('s7', 'Nagelpflege', 's7', 'Maniküre, nails; gel nails'),
    service('s8', 'Erstgespräch', 's8', 'Ein Beratungstermin von einer halben Stunde.'),
    service('s9', 'Beratungstermin'),
  ]
  const named = (said: string, services = salon) => servicesNamed(said, services).map(({ id }) => id)
  t.same(named('Haarschnitt'), ['s1', 's2'])
  t.same(named('einen Haarschnitt bitte'), ['s1', 's2'])
  t.same(named('Haarschnitt für Herren'), ['s2'])
  t.same(named('Damen'), ['s1'])
  t.same(named('Haarschnitt', [...salon, service('s0', 'Haarschnitt')]), ['s0'], 'what is called so comes first')
  t.same(named('Nagel'), ['s7'])
  t.same(named('haar'), [], 'four letters are a part of too much')
  t.same(named('Haare schneiden', salon.slice(5)), [], '"ntfernung" is no word')
  t.same(named('Termin'), [], 'what every service is chooses none')
  t.same(named('Beratungstermin'), ['s9'], 'its own name goes over words about another')
})

t.test('words of a description are names too', async (t) => {
  const salon = [
    service('s1', 'Damenhaarschnitt', 's1', 'Schnitt, Cut, Friseur'),
    service('s2', 'Färben', 's2', 'Ohne Glätten. Tönung, Strähnchen und Balayage'),
    service('s3', 'Waschen', 's3', null),
    service('s4', 'Friseurbesuch'),
  ]
  const named = (said: string) => servicesNamed(said, salon).map(({ id }) => id)
  for (const said of ['Cut', 'a cut please', 'cut']) t.same(named(said), ['s1'], said)
  t.same(named('Strähnchen'), ['s2'])
  t.same(named('Tönung bitte'), ['s2'])
  t.same(named('Friseur'), ['s1', 's4'], 'a whole synonym, and a part of a name')
  t.same(named('Glätten'), [], 'what it is without is no name of it')
  for (const said of ['und', 'bitte', '30']) t.same(named(said), [], said)
  t.same(named('Zahnreinigung'), [])
})

t.test('only a clear yes adds an appointment beside another', async (t) => {
  for (const yes of [true, 'true', 'YES', 'ja', 1, '1']) t.ok(isAddedIn(new Map([['additional', yes]])), String(yes))
  for (const no of [false, 'false', 'no', 'null', '', null, 0, {}, 'maybe', undefined]) {
    t.notOk(isAddedIn(new Map([['additional', no]])), String(no))
  }
  t.notOk(isAddedIn(new Map([['other', true]])))
})

t.test('what is offered comes from the starts that are free, without overlap and without loss', async () => {
  const grid = fc
    .uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 60 })
    .map((numbers) =>
      numbers
        .sort((a, b) => a - b)
        .map((n) => new Date(Date.UTC(2026, 11, 1) + n * 15 * 60_000).toISOString().replace('.000Z', 'Z')),
    )
  fc.assert(
    fc.property(grid, fc.integer({ min: 15, max: 120 }), (starts, minutes) => {
      const chosen = spread(starts, minutes)
      const first = chosen.slice(0, 3).map((start) => Date.parse(start))
      const isApart = first.every((a, i) => first.every((b, j) => i === j || Math.abs(a - b) >= minutes * 60_000))
      return (
        isApart && chosen.every((start) => starts.includes(start)) && (starts.length === 0) === (chosen.length === 0)
      )
    }),
  )
  fc.assert(
    fc.property(grid, fc.integer({ min: 0, max: 400 }), (starts, n) => {
      const wanted = new Date(Date.UTC(2026, 11, 1) + n * 15 * 60_000).toISOString()
      const away = nearest(starts, wanted).map((start) => Math.abs(Date.parse(start) - Date.parse(wanted)))
      return away.length === starts.length && away.every((one, i) => i === 0 || one >= (away[i - 1] ?? 0))
    }),
  )
})
