import fc from 'fast-check'
import { type Fault, hookFaults, jobFaults, readFaults, turnFaults, writeFaults } from './faults.ts'

/** Something that somebody does. `at` in ms since the run began; `whom` and `slot` are counted round what there is. */
export type Operation = {
  at: number
  does: 'book' | 'move' | 'cancel' | 'edit' | 'retry' | 'verify' | 'moved there' | 'cancelled there' | 'booked there'
  whom: number
  slot: number
}

/** `single`: one calendar. `mirrored`: a primary and a mirror. `composite`: two phases in one calendar, a gap between. */
export type Shape = 'single' | 'mirrored' | 'composite'

/** How one calendar is: whether a move keeps the id, how long its list lags, whether it sends webhooks that name us. */
export type CalendarTraits = { moves: 'in_place' | 'new_id'; listLagMs: number; hooks: 'named' | 'nameless' | 'none' }

/** All that a run does and suffers; the same scenario is the same run. */
export type Scenario = {
  shape: Shape
  calendars: readonly [CalendarTraits, CalendarTraits]
  operations: readonly Operation[]
  faults: readonly Fault[]
  /** Decides who goes on next, and how long things take. */
  dice: number
}

/** What runs are drawn from; every field that is left out may be anything. */
export type Profile = {
  shapes?: readonly Shape[]
  moves?: readonly CalendarTraits['moves'][]
  hooks?: readonly CalendarTraits['hooks'][]
  does?: readonly Operation['does'][]
  sites?: readonly Fault['site'][]
  /** Of each site, only these kinds. */
  kinds?: readonly Fault['kind'][]
  mostOperations?: number
  mostFaults?: number
  leastFaults?: number
}

/** People act within the first minute. */
export const busyMs = 60_000

const all = {
  write: writeFaults,
  read: readFaults,
  hook: hookFaults,
  job: jobFaults,
  turn: turnFaults,
} as const
const sites = Object.keys(all) as Fault['site'][]
/** So many times a site is come to in a usual run. */
const reach = { write: 6, read: 8, hook: 8, job: 8, turn: 120 } as const
const everything: readonly Operation['does'][] = [
  'book',
  'move',
  'move',
  'cancel',
  'edit',
  'retry',
  'verify',
  'moved there',
  'moved there',
  'cancelled there',
  'booked there',
]

const traits = (profile: Profile): fc.Arbitrary<CalendarTraits> =>
  fc.record({
    moves: fc.constantFrom(...(profile.moves ?? (['in_place', 'new_id'] as const))),
    listLagMs: fc.constantFrom(0, 0, 3_000, 8_000),
    hooks: fc.constantFrom(...(profile.hooks ?? (['named', 'named', 'nameless', 'none'] as const))),
  })

function faultAt(site: Fault['site'], only: Profile['kinds']): fc.Arbitrary<Fault>[] {
  const kinds = all[site].filter((kind) => !only || (only as readonly string[]).includes(kind))
  if (kinds.length === 0) return []
  const nth = fc.nat(reach[site] - 1)
  return [fc.record({ site: fc.constant(site), nth, kind: fc.constantFrom(...kinds) }) as fc.Arbitrary<Fault>]
}

/** Every run begins with an appointment: of nothing there is nothing to say. */
export function scenarios(profile: Profile = {}): fc.Arbitrary<Scenario> {
  const { mostOperations = 6, mostFaults = 5, leastFaults = 0 } = profile
  const operation = fc.record({
    // Often close together: what comes long after everything is settled meets nothing.
    at: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: busyMs })),
    does: fc.constantFrom(...(profile.does ?? everything)),
    whom: fc.nat(2),
    slot: fc.nat(40),
  })
  const first = operation.map((one): Operation => ({ ...one, at: 0, does: 'book' }))
  const faults = (profile.sites ?? sites).flatMap((site) => faultAt(site, profile.kinds))
  return fc.record({
    shape: fc.constantFrom(...(profile.shapes ?? (['single', 'single', 'single', 'mirrored', 'composite'] as const))),
    calendars: fc.tuple(traits(profile), traits(profile)),
    operations: fc.tuple(first, fc.array(operation, { minLength: 1, maxLength: mostOperations - 1 })).map(([a, b]) => [a, ...b]),
    faults: faults.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...faults), { minLength: leastFaults, maxLength: mostFaults }),
    dice: fc.nat(0x7fffffff),
  })
}
