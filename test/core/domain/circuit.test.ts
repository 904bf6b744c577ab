import fc from 'fast-check'
import t from 'tap'
import {
  type Allowance,
  departed,
  type Priority,
  reserveOf,
  returned,
  unasked,
  unlimited,
} from '../../../core/domain/call-budget.ts'
import {
  breakerOf,
  type Circuit,
  healthy,
  type Observation,
  observed,
  passage,
  probing,
} from '../../../core/domain/circuit.ts'

const rules = { failures: 5, openForMs: 60_000 }
const now = 1_800_000_000_000
const priorities: Priority[] = ['live', 'change', 'poll', 'verify']
const anyPriority = fc.constantFrom(...priorities)
const anyMoment = fc.option(fc.integer({ min: now - 120_000, max: now + 120_000 }), { nil: null })
const anyCircuit: fc.Arbitrary<Circuit> = fc.record({
  failures: fc.nat(10),
  openUntil: anyMoment,
  probeUntil: anyMoment,
  limitedUntil: anyMoment,
  spentUntil: anyMoment,
})
const anyAllowance: fc.Arbitrary<Allowance> = fc.record({
  budget: fc.option(
    fc
      .record({
        limit: fc.integer({ min: 1, max: 500 }),
        part: fc.nat(100),
        resetAt: fc.integer({ min: now - 60_000, max: now + 60_000 }),
      })
      .map(({ limit, part, resetAt }) => ({ limit, remaining: Math.floor((limit * part) / 100), resetAt })),
    { nil: null },
  ),
  underWay: fc.nat(20),
  isHeard: fc.boolean(),
})
const anySight: fc.Arbitrary<Observation> = fc.oneof(
  fc.constant<Observation>({ is: 'answered' }),
  fc.constant<Observation>({ is: 'failed' }),
  fc.constant<Observation>({ is: 'nothing' }),
  fc.integer({ min: 1_000, max: 900_000 }).map((forMs): Observation => ({ is: 'limited', forMs })),
  fc.integer({ min: 1_000, max: 900_000 }).map((forMs): Observation => ({ is: 'spent', forMs })),
)

/** The circuit after several failures at one moment. */
const failedTimes = (times: number, at = now) =>
  Array.from({ length: times }).reduce<Circuit>((circuit) => observed(circuit, { is: 'failed' }, rules, at), healthy)

t.test('failures in a row open it, at the bound and not before; an answer between them begins anew', (t) => {
  t.same(passage(failedTimes(4), unlimited, 'change', now), { is: 'go' })
  t.same(passage(failedTimes(5), unlimited, 'change', now), {
    is: 'wait',
    code: 'BREAKER_OPEN',
    until: now + 60_000,
  })
  t.same(observed(failedTimes(4), { is: 'answered' }, rules, now), healthy)
  t.equal(observed(failedTimes(4), { is: 'nothing' }, rules, now).failures, 4)
  t.end()
})

t.test('after its time one may try; the others wait for that call, or until it is taken for dead', (t) => {
  const open = failedTimes(5)
  const after = now + 60_000
  t.equal(breakerOf(open, now), 'open')
  t.equal(breakerOf(open, after), 'half_open')
  t.same(passage(open, unlimited, 'change', after - 1), { is: 'wait', code: 'BREAKER_OPEN', until: after })
  t.same(passage(open, unlimited, 'change', after), { is: 'probe' })
  const trying = probing(open, after + 15_000)
  t.same(passage(trying, unlimited, 'live', after), { is: 'wait', code: 'BREAKER_OPEN', until: after + 15_000 })
  t.same(passage(trying, unlimited, 'live', after + 15_000), { is: 'probe' })
  t.same(observed(trying, { is: 'answered' }, rules, after), healthy)
  const again = observed(trying, { is: 'failed' }, rules, after + 10)
  t.same(passage(again, unlimited, 'change', after + 10), {
    is: 'wait',
    code: 'BREAKER_OPEN',
    until: after + 60_010,
  })
  t.end()
})

t.test('failures of calls that left before it opened do not push the probe away', (t) => {
  const open = failedTimes(5)
  t.equal(observed(open, { is: 'failed' }, rules, now + 30_000), open)
  t.end()
})

t.test('no call goes before a limit has passed, whatever else is seen meanwhile', (t) => {
  fc.assert(
    fc.property(
      anyCircuit,
      fc.integer({ min: 1_000, max: 900_000 }),
      fc.array(fc.record({ seen: anySight, afterMs: fc.nat(900_000) })),
      anyAllowance,
      anyPriority,
      (circuit, forMs, later, allowance, priority) => {
        const start = observed(circuit, { is: 'limited', forMs }, rules, now)
        const between = later.filter(({ afterMs }) => afterMs < forMs).sort((a, b) => a.afterMs - b.afterMs)
        const end = between.reduce((c, { seen, afterMs }) => observed(c, seen, rules, now + afterMs), start)
        return passage(end, allowance, priority, now + forMs - 1).is === 'wait'
      },
    ),
  )
  t.end()
})

t.test('a limit that was said a dozen times in a second is news once', (t) => {
  const first = observed(healthy, { is: 'limited', forMs: 30_000 }, rules, now)
  for (const ms of [1, 5, 900]) {
    const at = Math.floor(now / 1_000) * 1_000 + ms
    const once = observed(healthy, { is: 'limited', forMs: 30_000 }, rules, at)
    t.equal(observed(once, { is: 'limited', forMs: 30_000 }, rules, at + 1), once)
  }
  t.same(observed(failedTimes(5), { is: 'limited', forMs: 30_000 }, rules, now), first, 'who refuses is there')
  t.end()
})

t.test('who goes first goes whenever somebody behind may go', (t) => {
  fc.assert(
    fc.property(anyCircuit, anyAllowance, (circuit, allowance) => {
      const order = { wait: 0, pause: 1, probe: 2, go: 2 }
      const may = priorities.map((priority) => order[passage(circuit, allowance, priority, now).is])
      return may.every((one, n) => n === 0 || one <= (may[n - 1] ?? 0))
    }),
  )
  t.end()
})

t.test('a wait always ends, and says when', (t) => {
  fc.assert(
    fc.property(anyCircuit, anyAllowance, anyPriority, (circuit, allowance, priority) => {
      let at = now
      for (let waits = 0; waits < 6; waits++) {
        const way = passage(circuit, allowance, priority, at)
        if (way.is !== 'wait') return true
        if (way.until <= at) return false
        at = way.until
      }
      return false
    }),
  )
  t.end()
})

t.test('what is no news is the very same circuit', (t) => {
  fc.assert(
    fc.property(anyCircuit, anySight, (circuit, seen) => {
      const after = observed(circuit, seen, rules, now)
      return after === circuit || JSON.stringify(after) !== JSON.stringify(circuit)
    }),
  )
  t.equal(observed(healthy, { is: 'answered' }, rules, now), healthy)
  t.end()
})

t.test('several gateways on one circuit: one call in each interval while the calendar is down', (t) => {
  const step = fc.record({ gapMs: fc.nat(20_000), answersInMs: fc.nat(15_000) })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      let circuit = failedTimes(5)
      let at = now
      const tries: number[] = []
      for (const { gapMs, answersInMs } of steps) {
        at += gapMs
        if (passage(circuit, unlimited, 'change', at).is !== 'probe') continue
        tries.push(at)
        circuit = probing(circuit, at + 15_000)
        // Whoever asks while it is under way waits.
        if (passage(circuit, unlimited, 'live', at + answersInMs / 2).is !== 'wait' && answersInMs < 30_000)
          return false
        at += answersInMs
        circuit = observed(circuit, { is: 'failed' }, rules, at)
      }
      return tries.every((one, n) => one - (tries[n - 1] ?? now) >= rules.openForMs)
    }),
  )
  t.end()
})

t.test('each class leaves its reserve to those before it, and the first can use up all', (t) => {
  t.same(
    priorities.map((priority) => reserveOf(priority, 120)),
    [0, 12, 36, 60],
  )
  const anyCall = fc.record({ priority: anyPriority, returns: fc.nat(3) })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.array(anyCall, { maxLength: 400 }), (limit, calls) => {
      // A calendar that counts down and says so in every answer.
      let left = limit
      const word = () => ({ limit, remaining: left, resetAt: now + 60_000 })
      let allowance: Allowance = { budget: word(), underWay: 0, isHeard: true }
      for (const { priority, returns } of calls) {
        if (passage(healthy, allowance, priority, now).is === 'go') {
          allowance = departed(allowance)
          left--
          if (left < reserveOf(priority, limit)) return false
        }
        for (let n = 0; n < returns && allowance.underWay > 0; n++) allowance = returned(allowance, word())
      }
      while (allowance.underWay > 0) allowance = returned(allowance, word())
      return passage(healthy, allowance, 'live', now).is === (left > 0 ? 'go' : 'wait')
    }),
  )
  t.end()
})

t.test('a call without a word of what is left has cost one', (t) => {
  const one = { budget: { limit: 10, remaining: 1, resetAt: now + 1_000 }, underWay: 0, isHeard: true }
  t.same(passage(healthy, one, 'live', now), { is: 'go' })
  t.same(passage(healthy, departed(one), 'live', now), { is: 'pause' }, 'what is under way counts')
  t.match(passage(healthy, returned(departed(one), null), 'live', now), { is: 'wait', until: now + 1_000 })
  const after = passage(healthy, returned(departed(one), null), 'live', now + 1_000)
  t.same(after, { is: 'go' }, 'after the reset nobody knows, and asks')
  t.end()
})

t.test('an answer that was overtaken gives nothing back; a new window does', (t) => {
  const known = { limit: 100, remaining: 10, resetAt: now + 30_000 }
  const after = (remaining: number, resetAt: number) =>
    returned({ budget: known, underWay: 1, isHeard: true }, { limit: 100, remaining, resetAt }).budget
  t.same(after(90, now + 31_000), known)
  t.same(after(9, now + 29_500), { ...known, remaining: 9 })
  t.same(after(99, now + 60_000), { limit: 100, remaining: 99, resetAt: now + 60_000 })
  t.end()
})

t.test('the less is left, the fewer are in the air', (t) => {
  const fill = (start: Allowance, priority: Priority, at: number) => {
    let allowance = start
    while (allowance.underWay < 50 && passage(healthy, allowance, priority, at).is === 'go')
      allowance = departed(allowance)
    return allowance.underWay
  }
  const told = (remaining: number) => ({ limit: 100, remaining, resetAt: now + 1_000 })
  const inTheAir = (remaining: number, priority: Priority) =>
    fill({ budget: told(remaining), underWay: 0, isHeard: true }, priority, now)
  t.same(
    [100, 50, 20, 12, 11, 10].map((remaining) => inTheAir(remaining, 'change')),
    [22, 10, 2, 1, 1, 0],
  )
  t.equal(inTheAir(7, 'live'), 7)
  t.equal(fill(unasked, 'change', now), 4, 'few while nothing is known')
  t.equal(fill({ budget: told(0), underWay: 0, isHeard: true }, 'change', now + 1_000), 4, 'nor in a new window')
  t.equal(fill(unlimited, 'change', now), 50, 'any number where the calendar says nothing of limits')
  t.end()
})

t.test('what is spent is kept for the line', (t) => {
  const spent = observed(healthy, { is: 'spent', forMs: 20_000 }, rules, now)
  t.same(passage(spent, unlimited, 'live', now), { is: 'go' })
  for (const priority of ['change', 'poll', 'verify'] as const) {
    t.match(passage(spent, unlimited, priority, now + 19_999), { is: 'wait', code: 'RATE_LIMITED' })
    t.same(passage(spent, unlimited, priority, now + 21_000), { is: 'go' })
  }
  t.end()
})
