import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { loadOrCreateKey, parseKey, type SecretKey } from '../../../core/store/secret-key.ts'
import { createSecrets } from '../../../core/store/secrets.ts'

const key = (id: string): SecretKey => ({ id, key: randomBytes(32) })
const here = { tenantId: 'a', connectionId: 'b', field: 'apiKey' }

t.test('any text comes back from where it was sealed', async () => {
  const secrets = createSecrets({ keys: [key('k')] })
  const parts = fc.record({ tenantId: fc.string(), connectionId: fc.string(), field: fc.string() })
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), parts, (plain, context) => {
      return secrets.open(secrets.seal(plain, context), context) === plain
    }),
  )
})

t.test('in another place it does not open, however the parts are cut', async (t) => {
  const secrets = createSecrets({ keys: [key('k')] })
  const sealed = secrets.seal('secret', here)
  const others = [
    { ...here, tenantId: 'x' },
    { ...here, connectionId: 'x' },
    { ...here, field: 'webhookSecret' },
    { tenantId: 'ab', connectionId: '', field: 'apiKey' },
    { tenantId: 'a","b', connectionId: '', field: 'apiKey' },
    { tenantId: 'b', connectionId: 'a', field: 'apiKey' },
  ]
  for (const other of others) t.throws(() => secrets.open(sealed, other), { code: 'KAL_SECRET_UNREADABLE' })
})

t.test('a changed text does not open, whichever character was changed', async (t) => {
  const secrets = createSecrets({ keys: [key('k')] })
  const sealed = secrets.seal('secret', here)
  for (let at = 0; at < sealed.length; at++) {
    // Adds to the character's high bits, which base64 never ignores.
    const other = sealed[at] === 'A' ? 'g' : 'A'
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
    t.throws(() => secrets.open(changed, here), { code: 'KAL_SECRET_UNREADABLE' }, `character ${at}`)
  }
  for (const cut of ['', 's1', 's1.k.', 's1.k.AAAA', sealed.slice(0, 30)]) {
    t.throws(() => secrets.open(cut, here), { code: 'KAL_SECRET_UNREADABLE' })
  }
})

t.test('the same text is never sealed alike, and its words are not in it', async (t) => {
  const secrets = createSecrets({ keys: [key('k')] })
  const sealed = new Set(Array.from({ length: 100 }, () => secrets.seal('cal_live_0123456789', here)))
  t.equal(sealed.size, 100)
  for (const one of sealed) t.notMatch(Buffer.from(one.split('.')[2] ?? '', 'base64url').toString('latin1'), 'cal_live')
})

t.test('rotation: an older key opens, a new one seals, and what is old can be told', async (t) => {
  const [older, newer] = [key('old'), key('new')]
  const before = createSecrets({ keys: [older] })
  const during = createSecrets({ keys: [newer, older] })
  const after = createSecrets({ keys: [newer] })
  const sealed = before.seal('secret', here)
  t.equal(before.needsRotation(sealed), false)
  t.equal(during.needsRotation(sealed), true)
  t.equal(during.open(sealed, here), 'secret')
  const anew = during.seal(during.open(sealed, here), here)
  t.equal(during.needsRotation(anew), false)
  t.equal(after.open(anew, here), 'secret')
  t.throws(() => after.open(sealed, here), { code: 'KAL_SECRET_UNREADABLE', params: { keyId: 'old', known: '"new"' } })
})

t.test('a key is read as base64, base64url or hex, alone or with a name', async (t) => {
  const bytes = Buffer.from('ffee'.repeat(16), 'hex')
  for (const encoding of ['base64', 'base64url', 'hex'] as const) {
    const [alone] = parseKey(bytes.toString(encoding))
    t.same(alone?.key, bytes, encoding)
    t.equal(alone?.id, parseKey(bytes.toString('hex'))[0]?.id, 'named by its fingerprint')
  }
  const list = parseKey(`new:${bytes.toString('base64')}, old:${randomBytes(32).toString('base64')}\n`)
  t.same(
    list.map(({ id }) => id),
    ['new', 'old'],
  )
})

t.test('what is no key is refused, and never shown', async (t) => {
  const good = randomBytes(32).toString('base64')
  const bad = [
    '',
    'hunter2',
    good.slice(2),
    `${good}AAAA`,
    `a:${good},a:${good}`,
    `${good},`,
    'ä'.repeat(32),
    `x y:${good}`,
  ]
  for (const text of [...bad, randomBytes(16).toString('hex'), '*'.repeat(44)]) {
    t.throws(() => parseKey(text), { code: 'KAL_SECRET_KEY' }, text)
    if (text.length < 5) continue
    try {
      parseKey(text)
    } catch (error) {
      t.notOk(String(error).includes(text.slice(0, 12)))
    }
  }
})

t.test('the generated key is made once, also by many at once, for its owner only', async (t) => {
  const folder = join(t.testdir(), 'kalends')
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateKey(folder)))
  t.equal(new Set(keys.map(([one]) => one?.key.toString('hex'))).size, 1)
  t.same(await readdir(folder), ['secret.key'], 'nothing else is left')
  t.equal((await stat(join(folder, 'secret.key'))).mode & 0o777, 0o600)
  t.same(await loadOrCreateKey(folder), keys[0])
})

t.test('a damaged key file is not replaced', async (t) => {
  const folder = t.testdir({ 'secret.key': 'half' })
  await t.rejects(loadOrCreateKey(folder), { code: 'KAL_SECRET_KEY' })
  await writeFile(join(folder, 'secret.key'), '')
  await t.rejects(loadOrCreateKey(folder), { code: 'KAL_SECRET_KEY' })
  t.equal(await readFile(join(folder, 'secret.key'), 'utf8'), '')
})
