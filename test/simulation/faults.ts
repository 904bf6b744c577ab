/** Where something may go wrong, and how. The `nth` time that a run comes there (from 0), it does. */
export type Fault =
  | { site: 'write'; nth: number; kind: WriteFault }
  | { site: 'read'; nth: number; kind: ReadFault }
  | { site: 'hook'; nth: number; kind: HookFault }
  | { site: 'job'; nth: number; kind: JobFault }
  | { site: 'turn'; nth: number; kind: TurnFault }

/**
 * What a write may come to. `timeout`: nothing happened and nobody answers. `timeout after commit`, `400 after commit`: it
 * happened, and the reply does not say so. `lying 201`: it did not happen, and the reply says so. `late`: nobody answers,
 * and it happens half a minute later. `throttled`: certainly not now. `refused`: certainly never. `unavailable`: a 503.
 */
export type WriteFault = (typeof writeFaults)[number]
export const writeFaults = [
  'timeout',
  'timeout after commit',
  '400 after commit',
  'lying 201',
  'late',
  'throttled',
  'refused',
  'unavailable',
  'slow',
  'throws',
] as const

/** A look that cannot be made, or not now. */
export type ReadFault = (typeof readFaults)[number]
export const readFaults = ['unavailable', 'timeout', 'throttled', 'slow'] as const

/** What becomes of a webhook on its way. `late`: after everything else is over. */
export type HookFault = (typeof hookFaults)[number]
export const hookFaults = ['drop', 'duplicate', 'delay', 'late'] as const

/** What becomes of a job in the queue. */
export type JobFault = (typeof jobFaults)[number]
export const jobFaults = ['drop', 'duplicate', 'delay'] as const

/** What becomes of a thread at an effect: its gateway dies, or it alone stands still for longer than a lease. */
export type TurnFault = (typeof turnFaults)[number]
export const turnFaults = ['crash', 'freeze'] as const

export type Site = Fault['site']
type KindAt<S extends Site> = Extract<Fault, { site: S }>['kind']

/** Hands out the faults of a run, each at its place, until everything is healed. */
export type Faults = {
  /** What goes wrong at this site this time; null where nothing does. */
  at<S extends Site>(site: S): KindAt<S> | null
  /** From here on nothing goes wrong any more. */
  heal(): void
  /** Those that happened. */
  readonly struck: readonly Fault[]
}

export function createFaults(planned: readonly Fault[]): Faults {
  const times = new Map<Site, number>()
  const struck: Fault[] = []
  let healed = false
  return {
    struck,
    at<S extends Site>(site: S) {
      if (healed) return null
      const nth = times.get(site) ?? 0
      times.set(site, nth + 1)
      const fault = planned.find((one) => one.site === site && one.nth === nth)
      if (!fault) return null
      struck.push(fault)
      return fault.kind as KindAt<S>
    },
    heal() {
      healed = true
    },
  }
}
