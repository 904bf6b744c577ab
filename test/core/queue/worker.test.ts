import t from 'tap'
import { startQueue } from '../../../core/queue/boss.ts'
import type { JobData, QueueName } from '../../../core/queue/queues.ts'
import { startWorker } from '../../../core/queue/worker.ts'
import { testDatabase } from '../../helper/database.ts'
import { until } from '../../helper/gateway.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const { url, db } = await testDatabase(t)
const queue = await startQueue({ url, db, log })
t.teardown(() => queue.stop())

const named = (group: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({ data: { group, subject: `${n}` } }))

/** How many jobs of a queue stand in each state. */
async function states(name: QueueName): Promise<Record<string, number>> {
  const rows = await db.query<{ state: string; count: number }>(
    `select state::text, count(*)::int from pgboss.job where name = $1 and not state = 'completed' group by 1`,
    [name],
  )
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

t.test('behind more jobs of a group that hangs than may wait, those of another are found and run', async (t) => {
  const ran: JobData[] = []
  const gates: (() => void)[] = []
  await queue.send('sync', named('a', 2_000))
  const worker = startWorker({
    queue,
    name: 'sync',
    places: 8,
    groupOf: ({ group = '' }) => group,
    log,
    async run(data) {
      ran.push(data)
      if (data.group === 'a') await new Promise<void>((resolve) => gates.push(resolve))
      return 'finished'
    },
  })
  const runs = (of: string) => ran.filter(({ group }) => group === of).length
  await until(
    () => runs('a'),
    (count) => count === 2,
  )
  await queue.send('sync', named('b', 20))
  await until(
    () => runs('b'),
    (count) => count === 20,
  )
  t.equal(runs('a'), 2)
  await until(
    () => states('sync'),
    ({ created = 0, active = 0 }) => created === 0 && active === 258,
  )
  const stopping = worker.stop()
  await until(
    () => states('sync'),
    ({ active = 0 }) => active === 2,
  )
  for (const open of gates) open()
  await stopping
  t.same(await states('sync'), {}, 'what waited was let go, and nothing runs after the stop')
  t.equal(runs('a'), 2)
})

t.test(
  'where jobs are all alike each runs, also two that say the same, and no more are taken than there are places',
  async (t) => {
    const gates: (() => void)[] = []
    await queue.send('plugin', [...named('a', 3), ...named('a', 3)])
    const worker = startWorker({
      queue,
      name: 'plugin',
      places: 4,
      log,
      async run() {
        await new Promise<void>((resolve) => gates.push(resolve))
        return 'finished'
      },
    })
    await until(
      () => gates.length,
      (count) => count === 4,
    )
    t.same(await states('plugin'), { active: 4, created: 2 })
    gates[0]?.()
    await until(
      () => gates.length,
      (count) => count === 5,
    )
    for (const open of gates) open()
    await until(
      () => gates.length,
      (count) => count === 6,
    )
    gates[5]?.()
    await until(
      () => states('plugin'),
      (left) => Object.keys(left).length === 0,
    )
    await worker.stop()
  },
)
