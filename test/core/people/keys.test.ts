import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { addTenant } from '../../helper/house.ts'
import { people } from './people.ts'

const { db, keys, operatorKeys, authenticate, log } = await people(t)

/** Asks until the answer is as wanted; how long that took, in milliseconds. */
async function until(ask: () => Promise<boolean>): Promise<number> {
  const begun = performance.now()
  while (!(await ask())) await pause(20)
  return performance.now() - begun
}

t.test('a key is shown once and stored as a hash', async (t) => {
  const author = await addTenant(db)
  const { tenantId } = author
  const made = await keys.create(author, { name: 'robot', role: 'desk' })
  t.match(made.key, /^kal_[0-9a-f]{8}_[\w-]{43}$/)
  t.ok(made.key.startsWith(`${made.prefix}_`))
  const { key, ...shown } = made
  t.strictSame(await keys.get(tenantId, made.id), shown)
  t.strictSame((await keys.list(tenantId, {})).items, [shown])
  const table = JSON.stringify(await db.query('select k::text from kalends.api_keys k'))
  t.notOk(table.includes(key.slice(-20)))
  t.strictSame(await authenticate.key(key), { kind: 'key', id: made.id, name: 'robot', tenantId, role: 'desk' })
  t.notMatch(JSON.stringify(log.lines), key)
})

t.test('what is no key is nobody', async (t) => {
  const author = await addTenant(db)
  const { key } = await keys.create(author, { name: 'robot', role: 'admin' })
  const last = key.at(-1) === 'A' ? 'B' : 'A'
  for (const wrong of [
    '',
    'kal_',
    key.slice(0, -1),
    `${key.slice(0, -1)}${last}`,
    `${key} `,
    key.toUpperCase(),
    'x'.repeat(9_999),
  ]) {
    t.equal(await authenticate.key(wrong), null)
  }
})

t.test('a removed key is dead within a second', async (t) => {
  const author = await addTenant(db)
  const { id, key } = await keys.create(author, { name: 'robot', role: 'desk' })
  t.ok(await authenticate.key(key))
  await keys.remove(author, id)
  const took = await until(async () => (await authenticate.key(key)) === null)
  t.ok(took < 1_200, `dead after ${Math.round(took)} ms`)
})

t.test('an expired key is nobody; one that would be born dead is refused', async (t) => {
  const author = await addTenant(db)
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
  const { id, key, expiresAt } = await keys.create(author, { name: 'robot', role: 'desk', expiresAt: inAnHour })
  t.equal(Date.parse(expiresAt ?? ''), Date.parse(inAnHour))
  await db.query(`update kalends.api_keys set expires_at = now() - interval '1 s' where id = $1`, [id])
  t.equal(await authenticate.key(key), null)
  const wanted = { name: 'robot', role: 'desk' } as const
  await t.rejects(keys.create(author, { ...wanted, expiresAt: '2020-01-01T00:00:00Z' }), { code: 'KAL_TIME_PAST' })
  await t.rejects(keys.create(author, { ...wanted, expiresAt: 'tomorrow' }), { code: 'KAL_TIME_INVALID' })
})

t.test('that a key was used is noted once, behind the back of the requests', async (t) => {
  const author = await addTenant(db)
  const { tenantId } = author
  const { id, key } = await keys.create(author, { name: 'robot', role: 'desk' })
  t.equal((await keys.get(tenantId, id)).lastUsedAt, null)
  await authenticate.key(key)
  await authenticate.idle()
  const { lastUsedAt } = await keys.get(tenantId, id)
  t.ok(lastUsedAt)
  await Promise.all(Array.from({ length: 50 }, () => authenticate.key(key)))
  await authenticate.idle()
  t.equal((await keys.get(tenantId, id)).lastUsedAt, lastUsedAt)
})

t.test('an operator stands above tenants', async (t) => {
  const { id, key, ...shown } = await operatorKeys.create('night shift')
  t.strictSame(await authenticate.key(key), {
    kind: 'operator',
    id,
    name: 'night shift',
    tenantId: null,
    role: 'admin',
  })
  t.match(await operatorKeys.list(), [{ id, prefix: shown.prefix }])
  await authenticate.idle()
  t.ok((await operatorKeys.list())[0]?.lastUsedAt)
  await operatorKeys.remove(id)
  await t.rejects(operatorKeys.remove(id), { code: 'KAL_NOT_FOUND' })
  await until(async () => (await authenticate.key(key)) === null)
  const { tenantId } = await addTenant(db, 'named')
  t.equal(await authenticate.tenant('named'), tenantId)
  t.equal(await authenticate.tenant(tenantId), tenantId)
  t.equal(await authenticate.tenant('unnamed'), null)
})

t.test("another tenant's key is not there", async (t) => {
  const [here, there] = [await addTenant(db), await addTenant(db)]
  const { id, key } = await keys.create(here, { name: 'robot', role: 'admin' })
  for (const foreign of [id, 'x']) {
    await t.rejects(keys.get(there.tenantId, foreign), { code: 'KAL_NOT_FOUND' })
    await t.rejects(keys.remove(there, foreign), { code: 'KAL_NOT_FOUND' })
  }
  t.strictSame((await keys.list(there.tenantId, {})).items, [])
  t.match(await authenticate.key(key), { tenantId: here.tenantId })
})

t.test('who made and revoked a key stands in the journal, without the key and its name', async (t) => {
  const author = { ...(await addTenant(db)), by: 'user:1' }
  const { id, key } = await keys.create(author, { name: 'canary of Ana', role: 'desk' })
  await keys.remove(author, id)
  await t.rejects(keys.remove(author, id), { code: 'KAL_NOT_FOUND' })
  const rows = await db.query('select kind, message, data from kalends.events where tenant_id = $1 order by seq', [
    author.tenantId,
  ])
  t.match(rows, [
    { kind: 'key.created', data: { keyId: id, role: 'desk', by: 'user:1' } },
    { kind: 'key.removed', data: { keyId: id, by: 'user:1' } },
  ])
  t.equal(rows.length, 2)
  t.notOk(JSON.stringify(rows).includes('canary') || JSON.stringify(rows).includes(key.slice(-20)))
})
