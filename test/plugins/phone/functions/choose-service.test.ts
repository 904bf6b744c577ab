import t from 'tap'
import type { ServiceView } from '../../../../core/contract/catalogue.ts'
import { chooseService } from '../../../../plugins/phone/functions/choose-service.ts'
import { type ServiceUtterances, serviceUtterances } from './service-utterances.ts'

function view(given: ServiceUtterances['services'][number], n: number): ServiceView {
  const [name, description] = typeof given === 'string' ? [given, null] : given
  const rest = { price: null, currency: null, phases: [], active: true, bookable: true }
  return { id: `svc_${n}`, slug: `n-${n}`, name, description, durationMinutes: 45, ...rest } as unknown as ServiceView
}

/** What came of it, as the table writes it. */
function outcome(said: string, services: readonly ServiceView[]): string | string[] | null {
  const choice = chooseService(said, services, 'de')
  if (choice.is === 'chosen') return choice.service.name
  if (choice.is === 'ask') return choice.choices.map(({ service }) => service.name)
  return choice.is === 'unnamed' ? '' : null
}

const inOrder = (found: string | readonly string[] | null) =>
  found === null || typeof found === 'string' ? found : [...found].sort()

for (const { place, services, rows } of serviceUtterances) {
  const views = services.map(view)
  t.test(`in ${place} nothing is taken that was not said, and what may be meant is asked`, async (t) => {
    for (const [said, expected] of rows) {
      t.same(inOrder(outcome(said, views)), inOrder(expected), said)
      t.same(inOrder(outcome(said, views.toReversed())), inOrder(expected), `${said}, in another order`)
    }
  })
}

t.test('the best choice comes first', async (t) => {
  const views = ['Beard trim', 'Haircut', 'Kids cut'].map(view)
  t.same(outcome("kid's haircut", views), ['Kids cut', 'Haircut'])
  const salon = [['Augenbrauen färben', ''] as const, ['Farbe komplett', 'Färben'] as const].map(view)
  t.same(outcome('Haare färben', salon), ['Farbe komplett', 'Augenbrauen färben'])
})

t.test('of two that were named none is behind all of one kind', async (t) => {
  const cuts = ['Damen', 'Herren', 'Kinder', 'Trocken', 'Kurz', 'Lang'].map((kind) => `${kind}haarschnitt`)
  const found = outcome('Haarschnitt und Farbe', [...cuts, 'Farbe komplett'].map(view))
  t.equal(found?.length, 7)
  t.same(inOrder(found?.slice(0, 2) as string[]), ['Damenhaarschnitt', 'Farbe komplett'])
})

t.test('an id is that service, and a slug only where it is no word that somebody says', async (t) => {
  const views = [
    { ...view('Damenhaarschnitt', 1), slug: 'haarschnitt' },
    { ...view('Herrenhaarschnitt', 2), slug: 'mens-cut' },
  ]
  t.equal(outcome('svc_1', views), 'Damenhaarschnitt')
  t.equal(outcome('mens-cut', views), 'Herrenhaarschnitt')
  t.same(outcome('haarschnitt', views), ['Damenhaarschnitt', 'Herrenhaarschnitt'])
  const therapist = [{ ...view('Manuelle Therapie', 1), slug: 'therapie' }, view('Lymphdrainage', 2)]
  t.same(outcome('Therapie', therapist), ['Manuelle Therapie'], 'nor where it is a head of many names')
})

t.test('words without end, and names without letters, choose nothing', async (t) => {
  const views = ['💇', 'Nen', 'Nnn', 'Haarschnitt'].map(view)
  t.equal(outcome('!?', views), '')
  t.equal(outcome('n'.repeat(5_000), views), null)
  t.equal(outcome('nen '.repeat(2_000), views), 'Nen')
  t.equal(outcome(`Haarschnitt ${Array.from({ length: 500 }, (_, n) => `wort${n}`).join(' ')}`, views)?.length, 1)
})
