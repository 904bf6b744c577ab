import fc from 'fast-check'
import type { ModelDatabase } from './model-database.ts'
import { type Outcome, simulate } from './run.ts'
import { type Profile, type Scenario, scenarios } from './scenario.ts'

/** The scenario that a seed stands for. */
export function scenarioOf(seed: number, profile: Profile = {}): Scenario {
  const [scenario] = fc.sample(scenarios(profile), { seed, numRuns: 1 })
  return scenario as Scenario
}

/** Plays the run of a seed. An error that ends a run early is a broken promise like any other. */
export async function play(database: ModelDatabase, seed: number, profile: Profile = {}): Promise<Outcome> {
  return simulate(database, scenarioOf(seed, profile))
}

/** The smallest scenario in which what a seed breaks still breaks; null where it holds. Takes hundreds of runs. */
export async function shrink(database: ModelDatabase, seed: number): Promise<Scenario | null> {
  const holds = async (scenario: Scenario) => (await simulate(database, scenario)).violations.length === 0
  const result = await fc.check(fc.asyncProperty(scenarios(), holds), { seed, numRuns: 1 })
  return result.failed ? (result.counterexample?.[0] ?? null) : null
}

/** How to see a run again. */
export const reproduction = (seed: number) => `npm run simulate -- --seed ${seed}`
