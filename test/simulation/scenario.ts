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
  /** So many milliseconds from the beginning every calendar answers 503 to everything. */
  outage?: number
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
  /** All that is done is done within so many milliseconds. */
  withinMs?: number
  mostFaults?: number
  leastFaults?: number
}

/** People act within the first minute. */
const busyMs = 60_000

const all = {
  write: writeFaults,
  read: readFaults,
  hook: hookFaults,
  job: jobFaults,
  turn: turnFaults,
} as const
/** Writes more often than the rest: what becomes of them is what all this is about. */
const sites: readonly Fault['site'][] = ['write', 'write', 'write', 'read', 'hook', 'job', 'turn', 'turn']
/** So many times a site is come to in a usual run. */
const reach = { write: 4, read: 8, hook: 8, job: 8, turn: 120 } as const
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

/** Half of the runs are over in seconds: what comes long after everything is settled meets nothing. */
const paces = [20, 3_000, busyMs]

function operationsOf({ does = everything, mostOperations = 7, withinMs }: Profile): fc.Arbitrary<Operation[]> {
  const operation = fc.record({ at: fc.nat(1_000), does: fc.constantFrom(...does), whom: fc.nat(2), slot: fc.nat(40) })
  // Every run begins with an appointment: of nothing there is nothing to say.
  const first = operation.map((one): Operation => ({ ...one, at: 0, does: 'book' }))
  const rest = fc.array(operation, { minLength: 1, maxLength: mostOperations - 1 })
  const pace = withinMs === undefined ? fc.constantFrom(...paces) : fc.constant(withinMs)
  const paced = (one: Operation, within: number) => ({ ...one, at: Math.round((one.at / 1_000) * within) })
  return fc.tuple(pace, first, rest).map(([within, one, others]) => [one, ...others].map((each) => paced(each, within)))
}

/** Scenarios of a profile; an empty one allows everything. */
export function scenarios(profile: Profile = {}): fc.Arbitrary<Scenario> {
  const { mostFaults = 6, leastFaults = 0, shapes = ['single', 'single', 'single', 'mirrored', 'composite'] } = profile
  const kinds = (profile.sites ?? sites).flatMap((site) => faultAt(site, profile.kinds))
  return fc.record({
    shape: fc.constantFrom(...shapes),
    calendars: fc.tuple(traits(profile), traits(profile)),
    operations: operationsOf(profile),
    faults:
      kinds.length === 0
        ? fc.constant([])
        : fc.array(fc.oneof(...kinds), { minLength: leastFaults, maxLength: mostFaults }),
    dice: fc.nat(0x7fffffff),
  })
}
