import type { Deed } from './deeds.ts'
import { type Entry, type Held, type Limits, type Match, matches, Scripts } from './scripts.ts'

/** What breaks a call. `status` answers with `status` and `message`; `hang` never answers; `delay` waits `ms`. */
const breaking = ['status', 'hang', 'reset', 'delay', 'malformed', 'html', 'empty'] as const

/**
 * What makes a list untrue. `lag`: what was booked since shows up only after `ms` of the twin's clock, or after so many
 * `calls` of the list. `repeat` and `skip`: pages after the first begin `rows` too early or too late. `total`: `totalItems`,
 * and all that is reckoned from it, is wrong by `by`.
 */
const listing = ['lag', 'repeat', 'skip', 'total'] as const

/**
 * What makes an answer untrue, after all was done well. `nulls`: these `fields` are null. `lie`: the time of another booking
 * (`like` its uid, or an hour later), or whatever is in `data`. `empty-list`: a list without its rows.
 * `drift`: the `deeds` happen after this page was made up and before the next one is asked for.
 */
const answering = ['nulls', 'lie', 'empty-list', 'drift'] as const

/** A success with nothing behind it: a create, move or cancel is answered as done, and nothing was. */
const phantom = ['phantom'] as const

/** What goes wrong with a call. */
export type FaultKind =
  | (typeof breaking)[number]
  | (typeof listing)[number]
  | (typeof answering)[number]
  | (typeof phantom)[number]

/** The moments of a call at which faults are looked for; the first two only know those that break it. */
export type Moment = 'before-commit' | 'after-commit' | 'write' | 'list' | 'answer'

/** The parts of a call that a fault can be tied to. */
export type FaultSubject = {
  operation: string
  connectionKey: string | null
  params: Record<string, unknown>
  query: Record<string, unknown>
  body: Record<string, unknown>
}

/** A fault as data: which calls (by operation, `*` for all, and `match`), how often, what happens and when. */
export type FaultScript = Limits & {
  operation: string
  /** Before anything is done (the default), or after the write was committed. A `delay` before lies between check and write. */
  when?: 'before-commit' | 'after-commit'
  kind: FaultKind
  status?: number
  message?: string
  ms?: number
  calls?: number
  rows?: number
  by?: number
  fields?: string[]
  like?: string
  data?: Record<string, unknown>
  deeds?: Deed[]
  /** Values by dotted path, such as `{ 'body.eventTypeId': 77 }`; all have to be equal. */
  match?: Match<FaultSubject>
}

/** A fault that was added: how often it was used, and how to take it away. */
export type Fault = Entry<FaultScript>

const kindsAt: Record<Moment, readonly string[]> = {
  'before-commit': breaking,
  'after-commit': breaking,
  write: phantom,
  list: listing,
  answer: answering,
}

/** The faults in force, in the order that they were added. */
export class Faults {
  readonly #scripts: Scripts<FaultScript>

  /** `lastBookingId` tells a lag what had been booked before it. */
  constructor(seed: string | number = 1, lastBookingId: () => number = () => 0) {
    const kinds = [...breaking, ...listing, ...answering, ...phantom]
    this.#scripts = new Scripts(kinds, `${seed}/faults`, lastBookingId)
  }

  add(script: FaultScript): Fault {
    return this.#scripts.add(script)
  }

  get all(): readonly Fault[] {
    return this.#scripts.all
  }

  clear(): void {
    this.#scripts.clear()
  }

  /** The first fault for a call at a moment, counted as used; null, and cheap, where there is none. */
  take(moment: Moment, subject: FaultSubject): FaultScript | null {
    return this.#scripts.take((script) => fits(script, moment, subject))?.script ?? null
  }

  /** All faults for a call at a moment: those that do not break it can come together. */
  takeAll(moment: Moment, subject: FaultSubject): readonly Held<FaultScript>[] {
    return this.#scripts.takeAll((script) => fits(script, moment, subject))
  }
}

function fits({ operation, kind, when, match }: FaultScript, moment: Moment, subject: FaultSubject): boolean {
  if (operation !== '*' && operation !== subject.operation) return false
  if (!kindsAt[moment].includes(kind)) return false
  if (breaking.some((each) => each === kind) && (when ?? 'before-commit') !== moment) return false
  return matches(match, subject)
}
