import t from 'tap'
import { createPasswords, usualCost } from '../../../core/people/passwords.ts'

const cheap = createPasswords({ N: 2 ** 10, r: 8, p: 1 })

t.test('a password fits its own hash and no other, and no two hashes are alike', async (t) => {
  const hash = await cheap.hash('correct horse battery')
  t.match(hash, /^scrypt\$1024\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
  t.notMatch(hash, /horse/)
  t.not(hash, await cheap.hash('correct horse battery'))
  t.ok(await cheap.verify('correct horse battery', hash))
  t.notOk(await cheap.verify('correct horse batterz', hash))
  t.notOk(await cheap.verify('', hash))
})

t.test('a hash keeps the price that it was made at', async (t) => {
  const dearer = createPasswords({ N: 2 ** 11, r: 8, p: 2 })
  t.ok(await dearer.verify('a password of old', await cheap.hash('a password of old')))
})

t.test('the same word typed in two ways is one password', async (t) => {
  t.ok(await cheap.verify('cafe\u0301 cafe\u0301', await cheap.hash('caf\u00e9 caf\u00e9')))
})

t.test('nobody has the password of somebody who is not there, and a broken hash fits nothing', async (t) => {
  for (const hash of [null, '', 'scrypt$1024$8$1$$', 'plain text']) t.notOk(await cheap.verify('anything', hash))
  await t.rejects(cheap.verify('x', `scrypt$99999999$99$1$c2FsdA$${'a'.repeat(43)}`), 'not all our memory')
})

t.test('many at once all come through', async (t) => {
  const hash = await cheap.hash('one of many')
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => cheap.verify(n % 2 ? 'one of many' : 'another', hash)),
  )
  t.strictSame(
    answers,
    answers.map((_, n) => n % 2 === 1),
  )
})

t.test('the usual price is worth its name', async (t) => {
  t.ok(128 * usualCost.N * usualCost.r >= 32 * 1024 * 1024)
  const passwords = createPasswords()
  const timed = async (hash: string | null) => {
    const begun = performance.now()
    t.notOk(await passwords.verify('wrong', hash))
    return performance.now() - begun
  }
  const hash = await passwords.hash('right')
  const [known, unknown] = [await timed(hash), await timed(null)]
  t.ok(unknown > known / 4, `an unknown address takes as long: ${Math.round(unknown)} of ${Math.round(known)} ms`)
})
