import t from 'tap'
import { v7 } from 'uuid'
import { startDurable } from '../../../core/bus/durable.ts'
import { watchLive } from '../../../core/bus/live.ts'
import { announce } from '../../../core/store/announce.ts'
import { nextEvents } from '../../../core/store/subscriptions.ts'
import { testDatabase } from '../../helper/database.ts'
import { until } from '../../helper/gateway.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const { db } = await testDatabase(t)
const live = await watchLive(db)
t.teardown(() => live.close())
const tenantId = v7()
const origin = { name: 'system' }
const say = (kind: string, sql: Parameters<typeof announce>[0] = db) =>
  announce(sql, { tenantId, kind, message: 'x', origin, cause: { causalId: v7(), hops: 0 } })

async function subscribe(
  t: { teardown(run: () => unknown): unknown },
  name: string,
  handle: (kinds: string[]) => void,
) {
  const started = await startDurable({
    db,
    name,
    log: silent,
    onWritten: live.onWritten,
    handle: async (events) => handle(events.map((event) => event.kind)),
  })
  t.teardown(() => started.stop())
  return started
}

t.test('a subscriber gets every event once, in order, and goes on where it was', async (t) => {
  const seen: string[] = []
  const first = await subscribe(t, 'orderly', (kinds) => seen.push(...kinds))
  for (let n = 0; n < 250; n++) await say(`e${n}`)
  await until(
    () => seen.length,
    (count) => count === 250,
  )
  await first.stop()
  await say('while away')
  await subscribe(t, 'orderly', (kinds) => seen.push(...kinds))
  await until(
    () => seen.length,
    (count) => count === 251,
  )
  t.same(seen, [...Array.from({ length: 250 }, (_, n) => `e${n}`), 'while away'])
})

t.test('an event whose number was drawn early and that was committed late is not passed over', async (t) => {
  const seen: string[] = []
  await subscribe(t, 'patient', (kinds) => seen.push(...kinds))
  const said = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const slow = db.transaction(async (tx) => {
    await say('early', tx)
    said.resolve()
    await held.promise
  })
  await said.promise
  const [before] = await db.query<{ tx: string; seq: number }>(
    `select tx::text as tx, seq from kalends.subscriptions where name = 'patient'`,
  )
  await say('late')
  const { events } = await nextEvents(db, before as { tx: string; seq: number }, 10)
  t.same(events, [], 'what came after it waits for it')
  held.resolve()
  await slow
  await until(
    () => seen.length,
    (count) => count === 2,
  )
  t.same([...seen].sort(), ['early', 'late'])
})

t.test('a subscriber that throws gets the same events again', async (t) => {
  const seen: string[][] = []
  await subscribe(t, 'clumsy', (kinds) => {
    seen.push(kinds)
    if (seen.length === 1) throw new Error('dropped it')
  })
  await say('fragile')
  await until(
    () => seen.length,
    (count) => count >= 2,
  )
  t.same(seen.slice(0, 2), [['fragile'], ['fragile']])
})

t.test('of two gateways one serves a subscriber at a time', async (t) => {
  const seen: string[] = []
  await subscribe(t, 'shared', (kinds) => seen.push(...kinds))
  await subscribe(t, 'shared', (kinds) => seen.push(...kinds))
  await Promise.all(Array.from({ length: 100 }, (_, n) => say(`s${n}`)))
  await until(
    () => seen.length,
    (count) => count >= 100,
  )
  t.equal(new Set(seen).size, seen.length, 'none twice')
})

t.test('who watches live sees their tenant and nobody else', async (t) => {
  const mine: string[] = []
  const others: string[] = []
  const stop = live.observe(tenantId, (event) => mine.push(event.kind))
  t.teardown(live.observe(v7(), (event) => others.push(event.kind)))
  await say('seen')
  await until(
    () => mine.length,
    (count) => count === 1,
  )
  stop()
  await say('unseen')
  let last = ''
  t.teardown(live.observe(tenantId, (event) => (last = event.kind)))
  await say('last')
  await until(
    () => last,
    (kind) => kind === 'last',
  )
  t.same([mine, others], [['seen'], []])
})
