import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import t from 'tap'
import { createGateway } from '../../core/gateway.ts'
import { prepareCluster } from '../../core/store/embedded/cluster.ts'
import { ensureRunning, stopPostmaster, urlOf } from '../../core/store/embedded/postmaster.ts'
import { isAlive } from '../../core/store/embedded/process.ts'
import { customer, furnish, nextSlot, testSettings, testTwin, until } from '../helper/gateway.ts'

type Answer = { status: number; id?: string; code?: string }

t.test(
  'Postgres may stop at once or be killed under load: no acknowledged change is lost and none is doubled',
  async (t) => {
    // A cluster of its own, with its disk taken seriously: what was acknowledged must survive.
    const folder = mkdtempSync(join(tmpdir(), 'kalends-restart-'))
    const cluster = await prepareCluster({ folder, log: { info() {}, warn() {}, error() {} } })
    t.teardown(async () => {
      await stopPostmaster(cluster)
      rmSync(folder, { recursive: true, force: true })
    })
    const running = await ensureRunning(cluster)
    const { twin, eventType } = await testTwin(t, { delayMs: 10 })
    const settings = testSettings(urlOf(cluster, running, 'postgres'), twin, { sync: { attemptTimeout: '500ms' } })
    const gateway = await createGateway(settings, { logger: pino({ level: process.env.KALENDS_TEST_LOG ?? 'silent' }) })
    t.teardown(() => gateway.close())
    const { tenant, key } = await furnish(gateway, twin, eventType.id)
    const url = await gateway.listen()

    async function book(n: number, startsAt: string): Promise<Answer> {
      const response = await fetch(`${url}/api/v1/appointments`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': `visit-${n}`,
        },
        body: JSON.stringify({ serviceId: 'cut', startsAt, customer: customer(`Guest ${n}`) }),
      })
      const { id, code } = (await response.json()) as { id?: string; code?: string }
      return { status: response.status, ...(id ? { id } : {}), ...(code ? { code } : {}) }
    }

    const acknowledged = new Map<number, string>()
    const refusals: Answer[] = []
    let next = 0
    let stopped = false
    /** One client: books, and books the same again where it was refused, until it is acknowledged. */
    async function client(): Promise<void> {
      while (!stopped) {
        const n = next++
        const startsAt = nextSlot()
        // Every fifth time the line breaks before the answer, and the same is asked again.
        if (n % 5 === 0) await book(n, startsAt)
        await until(
          () => book(n, startsAt),
          (answer) => {
            if (answer.id) acknowledged.set(n, answer.id)
            else refusals.push(answer)
            return answer.status === 201
          },
          30_000,
        )
      }
    }
    const clients = Array.from({ length: 4 }, client)

    for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
      const before = acknowledged.size
      await until(
        () => acknowledged.size,
        (size) => size >= before + 20,
      )
      const { pid } = await ensureRunning(cluster)
      const refused = refusals.length
      process.kill(pid, signal)
      await until(
        () => isAlive(pid),
        (alive) => !alive,
      )
      await until(
        () => refusals.length,
        (length) => length > refused,
      )
      await ensureRunning(cluster, running.port)
      const at = acknowledged.size
      await until(
        () => acknowledged.size,
        (size) => size >= at + 20,
      )
    }
    stopped = true
    await Promise.all(clients)

    const kinds = new Set(refusals.map(({ status, code }) => `${status} ${code}`))
    t.same([...kinds], ['503 KAL_UNAVAILABLE'], 'who was refused was told to come again')
    const all = async () => {
      const items: { id: string; sync: { status: string } }[] = []
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await gateway.appointments.list(tenant.id, { limit: 200, ...(cursor ? { cursor } : {}) })
        items.push(...page.items)
        cursor = page.nextCursor
      }
      return items
    }
    const items = await until(all, (seen) => seen.every((one) => one.sync.status !== 'pending'), 30_000)
    t.same([...new Set(items.map((one) => one.sync.status))], ['synced'])
    t.same(
      new Set(items.map(({ id }) => id)),
      new Set(acknowledged.values()),
      'what was acknowledged, and nothing else',
    )
    t.equal(items.length, next, 'one appointment for each key')
    t.equal(twin.bookings({ status: 'accepted' }).length, next, 'one live booking each')
    t.equal(twin.bookings().length, next)
  },
)
