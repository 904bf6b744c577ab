import t from 'tap'
import { v7 } from 'uuid'
import type { Author } from '../../../core/contract/gateway.ts'
import { KalendsError } from '../../../core/errors.ts'
import { type BulkDeps, createBulk } from '../../../core/flow/bulk.ts'
import { testDatabase } from '../../helper/database.ts'
import { addTenant, keptLog } from '../../helper/house.ts'

const { db } = await testDatabase(t)

/** A run's surroundings: verbs that know some appointments, and a queue that holds what was sent. */
function surroundings(known: string[], disturb: (id: string) => void = () => undefined) {
  const sent: { tenantId: string; runId: string }[] = []
  const acted: { verb: string; id: string; author: Author }[] = []
  const act = (verb: string) => async (author: Author, id: string) => {
    disturb(id)
    if (!known.includes(id)) throw new KalendsError('KAL_NOT_FOUND', { what: 'appointment' })
    acted.push({ verb, id, author })
    return {} as never
  }
  const log = keptLog()
  const deps: BulkDeps = {
    db,
    log,
    send: async (_queue, data) => void sent.push(data),
    verbs: { cancel: act('cancel'), retrySync: act('retry-sync'), verify: act('verify') },
  }
  const bulk = createBulk(deps)
  /** Works off what was sent until nothing is left. */
  const drain = async () => {
    for (let job = sent.shift(); job; job = sent.shift()) await bulk.work(job)
  }
  return { bulk, sent, acted, drain, log }
}

t.test('a run is durable at once, and worked off with a result for each item', async (t) => {
  const author = await addTenant(db)
  const known = Array.from({ length: 120 }, () => v7())
  const { bulk, sent, acted, drain } = surroundings(known)
  const foreign = v7()
  const ids = [...known.slice(0, 60), foreign, 'no id at all', ...known.slice(60), known[0] as string]
  const begun = await bulk.bulk(author, { action: 'cancel', ids, reason: 'closed for a day' })
  t.match(begun, { action: 'cancel', status: 'running', total: 122, done: 0, failed: 0, finishedAt: null })
  t.strictSame(sent, [{ tenantId: author.tenantId, runId: begun.id }])
  t.strictSame(acted, [])
  await drain()
  const ended = await bulk.bulkRun(author.tenantId, begun.id)
  t.match(ended, { status: 'finished', total: 122, done: 120, failed: 2, finishedAt: /Z$/ })
  t.strictSame(
    ended.items.map(({ id }) => id),
    [...new Set(ids)],
  )
  for (const id of [foreign, 'no id at all']) {
    t.match(
      ended.items.find((item) => item.id === id),
      { result: 'failed', code: 'KAL_NOT_FOUND', message: /appointment/ },
    )
  }
  t.equal(acted.length, 120, 'an id that is named twice is done once')
  t.match(acted[0]?.author, { tenantId: author.tenantId, origin: { name: 'admin' }, by: 'Ana', cause: { hops: 0 } })
  t.equal(new Set(acted.map(({ author }) => author.cause?.causalId)).size, 1, 'one cause for the whole run')
})

t.test('each action is its verb', async (t) => {
  const author = await addTenant(db)
  const id = v7()
  for (const action of ['cancel', 'retry-sync', 'verify'] as const) {
    const { bulk, acted, drain } = surroundings([id])
    await bulk.bulk(author, { action, ids: [id] })
    await drain()
    t.match(acted, [{ verb: action, id }])
  }
  await t.rejects(surroundings([]).bulk.bulk(author, { action: 'delete' as never, ids: [id] }), {
    code: 'KAL_VALIDATION',
  })
  await t.rejects(surroundings([]).bulk.bulk(author, { action: 'cancel', ids: [] }), { code: 'KAL_VALIDATION' })
})

t.test('after a crash the rest is done, and what was done is not done again', async (t) => {
  const author = await addTenant(db)
  const known = Array.from({ length: 20 }, () => v7())
  let outage = true
  const down = surroundings(known, (id) => {
    if (outage && known.indexOf(id) >= 8) throw Object.assign(new Error('connection lost'), { code: 'ECONNRESET' })
  })
  const { id } = await down.bulk.bulk(author, { action: 'cancel', ids: known })
  await t.rejects(down.drain(), { code: 'ECONNRESET' })
  const half = await down.bulk.bulkRun(author.tenantId, id)
  t.match(half, { status: 'running', failed: 0 })
  t.equal(half.done, down.acted.length)
  t.ok(half.done >= 1 && half.done < 20)
  outage = false
  t.ok((await down.bulk.resume()) >= 1)
  await down.drain()
  t.match(await down.bulk.bulkRun(author.tenantId, id), { status: 'finished', done: 20, failed: 0 })
  t.strictSame(down.acted.map((one) => one.id).toSorted(), known.toSorted())
  await down.bulk.work({ tenantId: author.tenantId, runId: id })
  t.equal(down.acted.length, 20, 'a late job of a finished run does nothing')
})

t.test('an item that breaks does not stop the others, and says nothing of its inside', async (t) => {
  const author = await addTenant(db)
  const known = [v7(), v7(), v7()]
  const { bulk, drain } = surroundings(known, (id) => {
    if (id === known[1]) throw new Error('canary inside')
  })
  const { id } = await bulk.bulk(author, { action: 'verify', ids: known })
  await drain()
  const { items } = await bulk.bulkRun(author.tenantId, id)
  t.match(items, [{ result: 'done' }, { result: 'failed', code: 'KAL_INTERNAL' }, { result: 'done' }])
  t.notMatch(JSON.stringify(items), /canary/)
})

t.test('told to stop, it stops between items and sends the rest anew', async (t) => {
  const author = await addTenant(db)
  const known = Array.from({ length: 10 }, () => v7())
  const stopping = new AbortController()
  const { bulk, sent, acted, drain } = surroundings(known, () => stopping.abort())
  const { id } = await bulk.bulk(author, { action: 'cancel', ids: known })
  const job = sent.shift() as { tenantId: string; runId: string }
  await bulk.work(job, stopping.signal)
  t.ok(acted.length < 10)
  t.strictSame(sent, [job])
  await drain()
  t.match(await bulk.bulkRun(author.tenantId, id), { status: 'finished', done: 10 })
  t.equal(acted.length, 10)
})

t.test('a run that could not be sent is not there either', async (t) => {
  const author = await addTenant(db)
  const { log } = surroundings([])
  const verbs = {} as BulkDeps['verbs']
  const down = createBulk({ db, log, verbs, send: () => Promise.reject(new Error('no queue')) })
  await t.rejects(down.bulk(author, { action: 'cancel', ids: [v7()] }), { message: 'no queue' })
  t.strictSame(await db.query('select from kalends.bulk_runs where tenant_id = $1', [author.tenantId]), [])
})

t.test("another tenant's run is not there", async (t) => {
  const [author, stranger] = [await addTenant(db), await addTenant(db)]
  const { bulk } = surroundings([])
  const { id } = await bulk.bulk(author, { action: 'cancel', ids: [v7()] })
  for (const foreign of [id, 'x']) await t.rejects(bulk.bulkRun(stranger.tenantId, foreign), { code: 'KAL_NOT_FOUND' })
})
