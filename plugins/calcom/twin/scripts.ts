import { Dice } from './dice.ts'
import { CalError } from './errors.ts'

/** How often a script is used on what fits it. */
export type Limits = {
  /** How many times; without it, until it is removed. */
  times?: number
  /** 0 to 1, thrown for each that fits; default 1. */
  probability?: number
  /** Of the throws, for a script that has to behave the same in another company; default from the twin's own seed. */
  seed?: string | number
}

/** A script in force: how often it was used, and how to take it away. */
export type Entry<S> = { readonly id: number; readonly script: S; readonly used: number; remove(): void }

/** An entry as its owner sees it: with its own dice, what `marks` said when it was added, and whether it is out of force. */
export type Held<S> = Entry<S> & { used: number; readonly dice: Dice; readonly mark: number; spent: boolean }

/** Scripts in force, in the order that they were added. */
export class Scripts<S extends Limits & { kind: string }> {
  #entries: Held<S>[] = []
  #lastId = 0
  readonly #kinds: readonly string[]
  readonly #seed: string | number
  readonly #marks: () => number

  constructor(kinds: readonly string[], seed: string | number, marks: () => number = () => 0) {
    this.#kinds = kinds
    this.#seed = seed
    this.#marks = marks
  }

  /** Adds a script; 400 for a kind that there is not, since scripts come over HTTP too. */
  add(script: S): Held<S> {
    if (!this.#kinds.includes(script.kind)) {
      throw new CalError(400, `kind "${script.kind}" is none of ${this.#kinds.join(', ')}`)
    }
    const id = ++this.#lastId
    const dice = new Dice(script.seed ?? `${this.#seed}/${id}`)
    const entry: Held<S> = { id, script, used: 0, dice, mark: this.#marks(), spent: false, remove: () => {} }
    entry.remove = () => this.#remove(entry)
    this.#entries.push(entry)
    return entry
  }

  get all(): readonly Held<S>[] {
    return this.#entries
  }

  clear(): void {
    for (const entry of this.#entries) this.#remove(entry)
  }

  /** The first that fits, counted as used; null, and cheap, where there is none. */
  take(fits: (script: S) => boolean): Held<S> | null {
    return this.#entries.find((entry) => fits(entry.script) && this.#use(entry)) ?? null
  }

  /** All that fit, each counted as used. */
  takeAll(fits: (script: S) => boolean): readonly Held<S>[] {
    if (this.#entries.length === 0) return none
    return this.#entries.filter((entry) => fits(entry.script) && this.#use(entry))
  }

  #use(entry: Held<S>): boolean {
    const { times, probability } = entry.script
    if (probability !== undefined && entry.dice.throw() >= probability) return false
    entry.used += 1
    if (entry.used >= (times ?? Number.POSITIVE_INFINITY)) this.#remove(entry)
    return true
  }

  #remove(entry: Held<S>): void {
    entry.spent = true
    // A new list: whoever walks the old one goes on undisturbed.
    this.#entries = this.#entries.filter((each) => each !== entry)
  }
}

const none: readonly never[] = []

/** Values by dotted path, such as `{ 'body.eventTypeId': 77 }`, all of which have to be equal; or a test. */
export type Match<T> = Record<string, unknown> | ((subject: T) => boolean)

/** Whether a subject is as a match wants it; no match fits all. */
export function matches<T>(match: Match<T> | undefined, subject: T): boolean {
  if (typeof match === 'function') return match(subject)
  return Object.entries(match ?? {}).every(([path, wanted]) => at(subject, path) === wanted)
}

function at(subject: unknown, path: string): unknown {
  let found = subject
  for (const step of path.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[step]
  return found
}
