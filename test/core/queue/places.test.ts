import fc from 'fast-check'
import t from 'tap'
import { type Bounds, boundsOf, createPlaces, type Places } from '../../../core/queue/places.ts'
import type { Job } from '../../../core/queue/queues.ts'

let made = 0
/** A job of a group; each is for something of its own, unless `subject` says for what. */
const jobOf = (group: string, subject = `${++made}`): Job => ({ id: subject, retryCount: 0, data: { group, subject } })
const placesOf = (bounds: Partial<Bounds> = {}) =>
  createPlaces({ ...boundsOf(8), ...bounds }, ({ data }) => data.group ?? '')

/** Everything that may start now, by group. */
function starts(places: Places, now = 0): Job[] {
  const started: Job[] = []
  for (let job = places.next(now); job; job = places.next(now)) started.push(job)
  return started
}

const groupsOf = (jobs: readonly Job[]) => jobs.map(({ data }) => data.group).join('')

function addMany(places: Places, group: string, count: number): boolean[] {
  return Array.from({ length: count }, () => places.add(jobOf(group)))
}

t.test('a group of which nothing is known has its share, and one that was quick has more, but not all', async (t) => {
  const places = placesOf()
  addMany(places, 'a', 20)
  const first = starts(places)
  t.equal(first.length, 2)
  places.ended(first[0] as Job, 10)
  t.equal(starts(places, 10).length, 5, 'six of eight')
  addMany(places, 'b', 5)
  t.equal(groupsOf(starts(places, 10)), 'bb', 'the others find places')
})

t.test('a group without a run begins one though every place is taken', async (t) => {
  const places = placesOf()
  for (const group of 'abcd') addMany(places, group, 2)
  t.equal(starts(places).length, 8)
  t.equal(places.free, 0)
  addMany(places, 'e', 2)
  t.equal(groupsOf(starts(places)), 'e')
})

t.test('a run that lasts keeps no place, only the share of its group', async (t) => {
  const places = placesOf()
  for (const group of 'abcd') addMany(places, group, 5)
  const [first] = starts(places)
  addMany(places, 'e', 3)
  t.equal(groupsOf(starts(places)), 'e')
  places.age(1_999)
  t.same(starts(places, 1_999), [])
  places.age(2_000)
  t.equal(groupsOf(starts(places, 2_000)), 'e', 'its second, and nothing of those that hang')
  places.ended(first as Job, 15_000)
  t.equal(groupsOf(starts(places, 15_000)), 'a', 'which go on in their share')
})

t.test('a group that was slow takes no place when it comes again, until it has been quick for long', async (t) => {
  const places = placesOf({ places: 2, share: 1, quickShare: 2, slowFor: 30_000 })
  addMany(places, 'a', 1)
  const [slow] = starts(places) as [Job]
  places.ended(slow, 5_000)
  addMany(places, 'a', 1)
  const [again] = starts(places, 6_000) as [Job]
  t.equal(places.free, 2)
  places.ended(again, 6_010)
  addMany(places, 'a', 2)
  const last = starts(places, 6_020) as [Job]
  t.equal(last.length, 1, 'one quick run does not make it quick')
  t.equal(places.free, 2)
  places.ended(last[0], 36_000)
  places.clear()
  addMany(places, 'a', 1)
  starts(places, 70_000)
  t.equal(places.free, 1, 'forgotten')
})

t.test('the second of two jobs that say the same is let go while the first waits', async (t) => {
  const places = placesOf({ share: 1, quickShare: 1 })
  addMany(places, 'a', 1)
  starts(places)
  t.ok(places.add(jobOf('a', 'x')))
  t.notOk(places.add(jobOf('a', 'x')))
  t.ok(places.add(jobOf('b', 'x')))
  t.equal(places.waiting, 2)
})

t.test('what is too much is let go: of a group, and of all', async (t) => {
  const places = placesOf({ waitingOfGroup: 3, waiting: 5 })
  t.same(addMany(places, 'a', 4), [true, true, true, false])
  t.same(addMany(places, 'b', 3), [true, true, false])
  t.equal(places.clear().length, 5)
  t.equal(places.waiting, 0)
  t.same(starts(places), [])
})

const bounds: Bounds = {
  places: 4,
  share: 1,
  quickShare: 3,
  slowAfter: 20,
  slowFor: 100,
  most: 10,
  waitingOfGroup: 6,
  waiting: 15,
}
const moves = fc.array(
  fc.oneof(
    fc.record({ is: fc.constant('add' as const), group: fc.constantFrom(...'abcdef') }),
    fc.record({ is: fc.constant('end' as const), which: fc.nat(20) }),
    fc.record({ is: fc.constant('pass' as const), ms: fc.nat(30) }),
  ),
  { maxLength: 200 },
)

t.test('in any course of things nobody has more than is allowed, and whoever has nothing gets something', async () => {
  fc.assert(
    fc.property(moves, (moves) => {
      const places = createPlaces(bounds, ({ data }) => data.group ?? '')
      const runs: Job[] = []
      const order = new Map<string, { added: Job[]; started: Job[] }>()
      for (const group of 'abcdef') order.set(group, { added: [], started: [] })
      const of = (group = '') => order.get(group) as { added: Job[]; started: Job[] }
      let now = 0
      for (const move of moves) {
        if (move.is === 'pass') now += move.ms
        const [ended] = move.is === 'end' ? runs.splice(move.which % Math.max(1, runs.length), 1) : []
        if (ended) places.ended(ended, now)
        const job = move.is === 'add' ? jobOf(move.group) : null
        if (job && places.add(job)) of(job.data.group).added.push(job)
        places.age(now)
        for (const started of starts(places, now)) {
          runs.push(started)
          of(started.data.group).started.push(started)
        }
        if (runs.length > bounds.most) return false
        for (const [group, { added, started }] of order) {
          const running = runs.filter(({ data }) => data.group === group).length
          if (running > bounds.quickShare) return false
          const isWaiting = added.length > started.length
          if (isWaiting && running === 0 && runs.length < bounds.most) return false
          if (started.some((job, n) => job !== added[n])) return false
        }
      }
      const waiting = [...order.values()].reduce((sum, { added, started }) => sum + added.length - started.length, 0)
      return waiting === places.waiting && places.clear().length === waiting
    }),
    { numRuns: 500 },
  )
})
