import fc from 'fast-check'
import t from 'tap'
import type { Instant } from '../../../core/domain/time.ts'
import type { Conversation } from '../../../plugins/phone/conversation.ts'
import { distance, fold, soundsLike } from '../../../plugins/phone/fold.ts'
import { named, understand } from '../../../plugins/phone/identity/facts.ts'
import { isSameName, personKey } from '../../../plugins/phone/identity/name-match.ts'
import { spokenNumber } from '../../../plugins/phone/identity/phone-number.ts'
import { isReferenceOf, referenceOf } from '../../../plugins/phone/identity/reference.ts'

const word = fc.stringMatching(/^[a-zäöüßé]{1,12}$/)

t.test('a name as it is said is the name as it is written', async (t) => {
  for (const [said, known] of [
    ['Zoë Müller', 'Zoë Müller'],
    ['zoe mueller', 'Zoë Müller'],
    ['Frau Müller', 'Zoë Müller'],
    ['Müller, Zoë', 'Zoë Müller'],
    ['Dr. Meier', 'Anna Mayer-Meier'],
    ['Maier', 'Anna Meier'],
    ['Schmidt', 'Jan Schmitt'],
    ['Zoe', 'Zoë'],
    ['Weiß', 'Weiss'],
  ] as const) {
    t.ok(isSameName(said, known), `${said} is ${known}`)
  }
})

t.test('a part of it, another person’s, or nothing is not', async (t) => {
  for (const [said, known] of [
    ['Zoë', 'Zoë Müller'],
    ['Anna Müller', 'Zoë Müller'],
    ['Zoë Schulz', 'Zoë Müller'],
    ['Müller Schulz', 'Zoë Müller'],
    ['Frau', 'Zoë Müller'],
    ['', 'Zoë Müller'],
    ['Müller', ''],
    ['Li', 'Bo Wu'],
    ['%', 'Zoë Müller'],
    ['.*', 'Zoë Müller'],
  ] as const) {
    t.notOk(isSameName(said, known), `${said} is not ${known}`)
  }
})

t.test('every name is its own, in any case and with a title before it', async () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const name = words.join(' ')
      const hasWord = fold(name)
        .split(' ')
        .some((one) => one.length > 1)
      return !hasWord || isSameName(name, name) || words.every((one) => ['dr', 'ms', 'mr', 'frau'].includes(one))
    }),
  )
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => typeof isSameName(a, b) === 'boolean'))
})

t.test('the distance of words is one of letters', async () => {
  fc.assert(fc.property(word, (a) => distance(a, a) === 0))
  fc.assert(fc.property(word, word, (a, b) => distance(a, b) === distance(b, a)))
  fc.assert(fc.property(word, word, (a, b) => distance(a, b) >= Math.abs(a.length - b.length)))
  fc.assert(fc.property(word, word, (a, b) => (distance(a, b) === 0) === (a === b)))
  t.notOk(soundsLike('tom', 'tim'), 'short words must be the same')
  t.ok(soundsLike('meier', 'meire'), 'two letters swapped are one mistake')
})

t.test('a person is one however spelled, and nobody else', async (t) => {
  t.equal(personKey('t1', 'Zoë Müller'), personKey('t1', 'ZOE MUELLER'))
  t.equal(personKey('t1', 'Frau Müller'), personKey('t1', 'Müller'))
  t.not(personKey('t1', 'Lena Muster'), personKey('t1', 'Tom Muster'))
  t.not(personKey('t1', 'Lena Muster'), personKey('t2', 'Lena Muster'))
  t.notMatch(personKey('t1', 'Lena Muster'), /lena|muster/i)
})

t.test('a reference is five digits, said in any way, and follows from the id', async (t) => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (id, other) => {
      const reference = referenceOf(id)
      const spelled = reference.split('').join(' ')
      return (
        /^[1-9]\d{4}$/.test(reference) &&
        isReferenceOf(spelled, id) &&
        isReferenceOf(`Nr. ${reference}`, id) &&
        isReferenceOf(reference, other) === (referenceOf(other) === reference)
      )
    }),
  )
  t.notOk(isReferenceOf('', '01900000-0000-7000-8000-000000000000'))
})

t.test(
  'what is said of the day is a fact where it leaves two days at most and none was offered to choose',
  async (t) => {
    const parts = { desk: { clock: { now: () => '2026-11-23T10:00:00Z' } }, tenant: { timeZone: 'Europe/Berlin' } }
    const conversation = { ...parts, language: 'en' } as unknown as Conversation
    const none = { start: null, time: null, weekday: null, partOfDay: null, timeFrom: null, timeTo: null }
    const facts = (date: string) => {
      const claim = { customer: { name: null, phone: null, email: null }, reference: null, services: null }
      const read = understand(conversation, { ...claim, when: { ...none, date } })
      if (read.is === 'question') throw new Error(`${date} is asked back`)
      return read.facts
    }
    const [first, second] = ['2026-11-27T09:00:00Z', '2026-12-04T09:00:00Z'] as Instant[]
    const friday = facts('next Friday')
    t.equal(named(friday), 1, 'one word that means two days')
    for (const start of [first, second]) {
      const { fits, span } = friday.when ?? {}
      t.ok(start && fits?.(start) && span && span.from <= start && start < span.to, `${start} is looked for`)
    }
    for (const said of ['27.11.2026 or 4.12.2026', 'Friday or Saturday']) {
      const choice = facts(said)
      t.equal(choice && named(choice), 0, said)
    }
  },
)

t.test('a number that was said is read in the region of the business, and one that cannot be is none', async (t) => {
  t.equal(spokenNumber('0151 2345 6789', 'DE'), '+4915123456789')
  t.equal(spokenNumber('+43 660 1234567', 'DE'), '+436601234567')
  t.equal(spokenNumber('0151 2345 6789', null), null)
  for (const said of [null, '', '123', '0000000000', 'null eins fünf', '+49', '<script>', '4'.repeat(100)]) {
    t.equal(spokenNumber(said, 'DE'), null, String(said))
  }
  fc.assert(
    fc.property(fc.string(), (said) => {
      const number = spokenNumber(said, 'DE')
      return number === null || /^\+[1-9]\d{6,14}$/.test(number)
    }),
  )
})
