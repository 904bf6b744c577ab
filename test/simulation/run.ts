import type { Fault } from './faults.ts'
import { check } from './invariants.ts'
import type { ModelDatabase } from './model-database.ts'
import { perform } from './operations.ts'
import type { Scenario } from './scenario.ts'
import { nextDue, readTables, type Tables } from './tables.ts'
import { type Turn, takeTurn } from './timetable.ts'
import type { Violation } from './witness.ts'
import { createWorld, startsAt, type World } from './world.ts'

/** What came of a run. `hash`: of everything that happened and everything that was left. */
export type Outcome = {
  violations: readonly Violation[]
  hash: string
  trace: readonly string[]
  tables: Tables
  struck: readonly Fault[]
  /** Requests that reached a calendar, looks and writes; not the polls, which come by the clock. */
  calls: number
  /** Model time from the beginning to the end, in milliseconds. */
  tookMs: number
}

/** So long after the last thing that somebody did, nothing goes wrong any more. */
const troubledMs = 30_000
const sweepEveryMs = 15_000
const confirmEveryMs = 6_000
const pollEveryMs = 20_000

let runs = 0

/** Plays one scenario to its end, heals, waits until everything is at rest, and checks what must hold then. */
export async function simulate(database: ModelDatabase, scenario: Scenario): Promise<Outcome> {
  const world = await createWorld(database, scenario, ++runs)
  schedule(world)
  await settleDown(world)
  const tables = await readTables(database, world.salon.tenant.id)
  await leave(world)
  const violations = check(world, tables)
  for (const { invariant, what } of violations) world.note(`${invariant}: ${what}`)
  world.note(`${JSON.stringify(tables.appointments)} ${JSON.stringify(tables.bookings)}`)
  const { trace, faults, witness } = world
  return {
    violations,
    hash: trace.hash(),
    trace: trace.lines,
    tables,
    struck: faults.struck,
    calls: witness.calls(),
    tookMs: world.scheduler.now() - startsAt,
  }
}

function schedule(world: World): void {
  const { scheduler, faults, scenario } = world
  const healedMs = Math.max(...scenario.operations.map(({ at }) => at)) + troubledMs
  const after = (ms: number, run: () => void) => scheduler.at(startsAt + ms, run)
  for (const [n, operation] of scenario.operations.entries()) after(operation.at, () => perform(world, operation, n))
  const regularly = (turn: Turn, everyMs: number, fromMs: number) => {
    for (let at = fromMs; at < healedMs; at += everyMs) after(at, () => takeTurn(world, turn))
  }
  regularly('poll', pollEveryMs, 1)
  regularly('sweep', sweepEveryMs, 5_000)
  regularly('confirm', confirmEveryMs, 2_500)
  after(healedMs, () => faults.heal())
}

/** A run that is not at rest after so many rounds never will be. */
const mostRounds = 80
/** So often the calendars are asked for what no webhook told, with nothing new found, before it is called rest. */
const quietPolls = 2

async function settleDown(world: World): Promise<void> {
  const { scheduler, database, salon } = world
  await scheduler.drain()
  for (let round = 0, quiet = 0; quiet < quietPolls; round++) {
    if (round > mostRounds) {
      world.witness.violations.push({ invariant: 'comes to rest', what: 'there is always something left to do' })
      return
    }
    const due = await nextDue(database, salon.tenant.id)
    quiet = due === null ? quiet + 1 : 0
    await oneRound(world, due)
  }
}

/** What is due by itself is done by its job or, where that was lost, by the sweep a little later. */
async function oneRound(world: World, due: number | null): Promise<void> {
  const { scheduler } = world
  const turns: Turn[] = due === null ? ['poll'] : ['sweep', 'confirm', 'inbox']
  const at = due === null ? scheduler.now() + 60_000 : Math.max(due + 4_000, scheduler.now() + 1_000)
  scheduler.at(at, () => {
    for (const turn of turns) takeTurn(world, turn)
  })
  await scheduler.drain()
}

/** The next run has another clock: what is left of this one must not wake up in it. */
async function leave({ database, salon }: World): Promise<void> {
  await database.query(
    `with rest as (update kalends.syncs set state = 'settled' where tenant_id = $1 and state <> 'settled'),
          calm as (delete from kalends.circuits where tenant_id = $1)
     update kalends.connections set paused = 'all' where tenant_id = $1`,
    [salon.tenant.id],
  )
}
