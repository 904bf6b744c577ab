import t from 'tap'
import { pluginState } from '../../../core/store/plugin-state.ts'
import { addTenant, connect, house } from '../../helper/house.ts'

const home = await house(t)
const { db } = home
const author = await addTenant(db)
const { id } = await connect(home, author)
const connection = { tenantId: author.tenantId, id }
const state = pluginState(db, 'calcom', connection)
const past = '2020-01-01T00:00:00Z'

t.test('what is put is got, with a version that grows', async (t) => {
  t.equal(await state.get('cursor'), null)
  t.ok(await state.put('cursor', { at: [1, 'zwei', null] }))
  t.strictSame(await state.get('cursor'), { value: { at: [1, 'zwei', null] }, version: 1 })
  t.ok(await state.put('cursor', 'next'))
  t.strictSame(await state.get('cursor'), { value: 'next', version: 2 })
  await state.remove('cursor')
  t.equal(await state.get('cursor'), null)
})

t.test('of two writers on one version one wins', async (t) => {
  await state.put('race', 0)
  const won = await Promise.all([1, 2, 3, 4].map((n) => state.put('race', n, { version: 1 })))
  t.equal(won.filter(Boolean).length, 1)
  t.match(await state.get('race'), { value: won.indexOf(true) + 1, version: 2 })
  t.notOk(await state.put('race', 9, { version: 1 }))
  t.notOk(await state.put('none', 9, { version: 1 }))
  const first = await Promise.all([1, 2, 3].map((n) => state.put('first', n, { version: 0 })))
  t.equal(first.filter(Boolean).length, 1)
})

t.test('what has expired is not there, and its old version wins nothing', async (t) => {
  await state.put('short', 'old', { expiresAt: past })
  t.equal(await state.get('short'), null)
  t.notOk(await state.put('short', 'late', { version: 1 }))
  t.ok(await state.put('short', 'new', { version: 0 }))
  t.strictSame(await state.get('short'), { value: 'new', version: 2 })
})

t.test('plugins, connections and tenants do not meet', async (t) => {
  await state.put('key', 'mine')
  t.equal(await pluginState(db, 'phone', connection).get('key'), null)
  const other = await connect(home, author, 'other')
  t.equal(await pluginState(db, 'calcom', { ...connection, id: other.id }).get('key'), null)
  const stranger = await addTenant(db)
  const foreign = pluginState(db, 'calcom', { tenantId: stranger.tenantId, id })
  t.equal(await foreign.get('key'), null)
  await t.rejects(foreign.put('key', 'theirs'), { code: 'KAL_NOT_FOUND' })
  await foreign.remove('key')
  t.match(await state.get('key'), { value: 'mine' })
})

t.test('it goes with its connection', async (t) => {
  const gone = await connect(home, author, 'gone')
  await pluginState(db, 'calcom', { ...connection, id: gone.id }).put('key', 1)
  await home.connections.remove(author, gone.id)
  t.strictSame(await db.query('select from kalends.plugin_state where connection_id = $1', [gone.id]), [])
})
