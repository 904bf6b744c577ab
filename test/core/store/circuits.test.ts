import t from 'tap'
import { v7 } from 'uuid'
import { unlimited } from '../../../core/domain/call-budget.ts'
import { healthy, observed, passage, probing } from '../../../core/domain/circuit.ts'
import {
  type CircuitKey,
  changeCircuit,
  circuitsChannel,
  closeCircuit,
  readCircuits,
} from '../../../core/store/circuits.ts'
import { deleteConnection, findConnection, insertConnection } from '../../../core/store/connections.ts'
import type { Database } from '../../../core/store/database.ts'
import { takeDuePolls } from '../../../core/store/polls.ts'
import { testDatabase } from '../../helper/database.ts'
import { until } from '../../helper/gateway.ts'
import { addTenant } from '../../helper/house.ts'

const rules = { failures: 5, openForMs: 60_000 }
const { db } = await testDatabase(t)

async function connection(of: Database): Promise<CircuitKey> {
  const { tenantId } = await addTenant(of)
  const key = { tenantId, id: v7() }
  const rest = { name: 'calendar', plugin: 'calcom', baseUrl: null, credentials: {}, webhookSecret: null, options: {} }
  await insertConnection(of, { ...key, ...rest })
  return key
}

const fail = (key: CircuitKey) =>
  changeCircuit(db, key, (circuit, now) => observed(circuit, { is: 'failed' }, rules, now))
const rowsOf = ({ id }: CircuitKey) =>
  db.query<{ isHeld: boolean | null; failures: number }>(
    `select failures, held_until > now() as "isHeld" from kalends.circuits where connection_id = $1`,
    [id],
  )

t.test('a calendar that is well has no row, and its answers write none', async (t) => {
  const key = await connection(db)
  t.same(await readCircuits(db, key.id), [])
  t.match(await findConnection(db, key.tenantId, key.id), { breaker: 'closed', limitedUntil: null })
})

t.test('failures that come at once from everywhere are counted one by one', async (t) => {
  const key = await connection(db)
  const all = await Promise.all(Array.from({ length: 12 }, () => fail(key)))
  t.same(await rowsOf(key), [{ failures: 5, isHeld: true }], 'those after the fifth are no news')
  t.equal(all.filter((one) => one?.before.openUntil === null && one.after.openUntil !== null).length, 1, 'opened once')
  const [row] = await readCircuits(db, key.id)
  const left = (row?.circuit.openUntil ?? 0) - (row?.now ?? 0)
  t.ok(left > 50_000 && left <= 60_000, `open for ${left} ms more by the clock of the database`)
  t.match(await findConnection(db, key.tenantId, key.id), { breaker: 'open', limitedUntil: null })
})

t.test('of many that want to try, one may; and again when it is taken for dead', async (t) => {
  const key = await connection(db)
  const openNow = { ...healthy, failures: 5 }
  await changeCircuit(db, key, (_, now) => ({ ...openNow, openUntil: now - 1 }))
  t.match(await findConnection(db, key.tenantId, key.id), { breaker: 'half_open' })
  const take = (ms: number) =>
    changeCircuit(db, key, (circuit, now) =>
      passage(circuit, unlimited, 'live', now).is === 'probe' ? probing(circuit, now + ms) : circuit,
    )
  const takers = await Promise.all(Array.from({ length: 8 }, () => take(60_000)))
  t.equal(takers.filter((one) => one && one.after !== one.before).length, 1)
  t.same(await rowsOf(key), [{ failures: 5, isHeld: true }], 'the sweep leaves its work alone meanwhile')
  await changeCircuit(db, key, (circuit, now) => ({ ...circuit, probeUntil: now - 1 }))
  const again = await take(60_000)
  t.not(again?.after, again?.before)
})

t.test('the latest of its reasons says until when it is held, and null where there is none', async (t) => {
  const key = await connection(db)
  const held = async () => {
    const [row] = await db.query<{ seconds: number | null }>(
      `select round(extract(epoch from held_until - updated_at))::int as seconds from kalends.circuits where connection_id = $1`,
      [key.id],
    )
    return row?.seconds
  }
  for (const [name, seconds] of [
    ['openUntil', 10],
    ['spentUntil', 20],
    ['probeUntil', 30],
    ['limitedUntil', 40],
  ] as const) {
    await changeCircuit(db, key, (circuit, now) => ({ ...circuit, [name]: now + seconds * 1_000 }))
    t.equal(await held(), seconds, name)
  }
  t.match(await findConnection(db, key.tenantId, key.id), { limitedUntil: /Z$/ })
  await changeCircuit(db, key, () => ({ ...healthy }))
  t.equal(await held(), null)
})

t.test('a poll of what may not be called is not taken, and comes first thing when it may', async (t) => {
  const key = await connection(db)
  const due = async () => {
    const all = await takeDuePolls(db, ['calcom'], { withWebhooks: 60_000, without: 60_000 }, 1_000)
    return all.some(({ id }) => id === key.id)
  }
  await changeCircuit(db, key, (circuit, now) => ({ ...circuit, limitedUntil: now + 60_000 }))
  t.notOk(await due())
  await changeCircuit(db, key, (circuit, now) => ({ ...circuit, limitedUntil: now - 1 }))
  t.ok(await due())
  t.notOk(await due(), 'once')
})

t.test('all are told of a change, and nobody of none', async (t) => {
  const heard: string[] = []
  const subscription = await db.listen(
    circuitsChannel,
    (payload) => heard.push(payload),
    () => undefined,
  )
  t.teardown(() => subscription.close())
  const key = await connection(db)
  await changeCircuit(db, key, (circuit) => circuit)
  await fail(key)
  await until(
    () => heard,
    (seen) => seen.length > 0,
  )
  t.same(heard, [key.id])
})

t.test('closed by hand it forgets failures and keeps the limit; what was closed is no news', async (t) => {
  const key = await connection(db)
  const other = await connection(db)
  await changeCircuit(db, key, (_, now) => ({
    ...healthy,
    failures: 7,
    openUntil: now + 60_000,
    probeUntil: now + 60_000,
    limitedUntil: now + 30_000,
  }))
  await fail(other)
  const heard: string[] = []
  const subscription = await db.listen(
    circuitsChannel,
    (payload) => heard.push(payload),
    () => undefined,
  )
  t.teardown(() => subscription.close())
  await closeCircuit(db, key)
  await closeCircuit(db, key)
  await fail(other)
  await until(
    () => heard,
    (seen) => seen.includes(other.id),
  )
  t.same(heard, [key.id, other.id])
  const [row] = await readCircuits(db, key.id)
  t.match(row?.circuit, { failures: 0, openUntil: null, probeUntil: null, limitedUntil: Number })
  t.match(await findConnection(db, key.tenantId, key.id), { breaker: 'closed', limitedUntil: /Z$/ })
  t.match(await rowsOf(other), [{ failures: 2 }], 'and only its own')
})

t.test('a circuit goes with its connection, and none is made for one that is gone', async (t) => {
  const key = await connection(db)
  await fail(key)
  await deleteConnection(db, key.tenantId, key.id)
  t.same(await rowsOf(key), [])
  t.equal(await fail(key), null)
  const other = await connection(db)
  t.equal(await fail({ tenantId: key.tenantId, id: other.id }), null, "nor for another tenant's")
})
