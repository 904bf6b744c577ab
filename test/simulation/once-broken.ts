import { readFileSync } from 'node:fs'
import type { Scenario } from './scenario.ts'

/** A scenario that once broke a promise, and how. */
export type OnceBroken = { what: string; scenario: Scenario }

/** They are kept as scenarios and not as seeds: what a seed stands for changes with every change of scenario.ts. */
export const onceBroken: readonly OnceBroken[] = JSON.parse(
  readFileSync(new URL('once-broken.json', import.meta.url), 'utf8'),
)
