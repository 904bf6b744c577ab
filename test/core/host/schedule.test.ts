import fastifySchedule from '@fastify/schedule'
import fc from 'fast-check'
import Fastify from 'fastify'
import { test } from 'tap'
import { instantOf } from '../../../core/domain/time.ts'
import { schedule, slotKey } from '../../../core/host/schedule.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((next) => setImmediate(next))
}

async function scheduler() {
  const app = Fastify()
  await app.register(fastifySchedule)
  await app.ready()
  return app
}

test('a tick sends with the key of its stretch of time; closing the server ends the ticks', async (t) => {
  const app = await scheduler()
  let now = Date.parse('2026-12-01T09:00:00Z')
  const keys: string[] = []
  const clock = { now: () => instantOf(now) }
  schedule({ scheduler: app.scheduler, clock, log: quiet }, 'mine.often', 5, async (key) => {
    keys.push(key)
    now += 5
  })
  await until(() => keys.length >= 3)
  t.equal(new Set(keys).size, keys.length, 'each stretch has a key of its own')
  t.equal(keys[0], slotKey('mine.often', 5, '2026-12-01T09:00:00Z'))
  await app.close()
  t.equal(app.scheduler.getAllJobs().filter((job) => job.getStatus() === 'running').length, 0)
})

test('a tick that cannot send is logged, and the next one tries again', async (t) => {
  const app = await scheduler()
  t.teardown(() => app.close())
  const warned: object[] = []
  let tries = 0
  const log = { ...quiet, warn: (fields: object) => void warned.push(fields) }
  schedule({ scheduler: app.scheduler, clock: { now: () => instantOf(0) }, log }, 'mine.often', 5, async () => {
    tries += 1
    throw new Error('the database is away')
  })
  await until(() => tries >= 2)
  t.match(warned[0], { schedule: 'mine.often', err: { message: 'the database is away' } })
})

test('intervals that no timer can hold are refused', async (t) => {
  const app = await scheduler()
  t.teardown(() => app.close())
  const parts = { scheduler: app.scheduler, clock: { now: () => instantOf(0) }, log: quiet }
  for (const every of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
    t.throws(() => schedule(parts, 'x', every, async () => {}), { code: 'KAL_SETTINGS_INVALID' }, String(every))
  }
})

test('two gateways agree on the key wherever in the stretch they tick', async () => {
  const every = fc.integer({ min: 1, max: 86_400_000 })
  fc.assert(
    fc.property(every, fc.nat(1_000_000), fc.nat(), fc.nat(), (length, slot, a, b) => {
      const at = (offset: number) => slotKey('x', length, instantOf(slot * length + (offset % length)))
      const next = slotKey('x', length, instantOf((slot + 1) * length))
      return at(a) === at(b) && at(a) !== next
    }),
  )
})
