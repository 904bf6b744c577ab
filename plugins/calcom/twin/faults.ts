/** What goes wrong with a call. `status` answers with `status` and `message`; `hang` never answers; `delay` waits `ms`. */
export type FaultKind = 'status' | 'hang' | 'reset' | 'delay' | 'malformed' | 'html' | 'empty'

/** The parts of a call that a fault can be tied to. */
export type FaultSubject = {
  operation: string
  connectionKey: string | null
  params: Record<string, unknown>
  query: Record<string, unknown>
  body: Record<string, unknown>
}

/** A fault as data: which calls (by operation, `*` for all, and `match`), how often, what happens and when. */
export type FaultScript = {
  operation: string
  /** How many calls it hits; without it, all until it is removed. */
  times?: number
  /** Before anything is done (the default), or after the write was committed. A `delay` before lies between check and write. */
  when?: 'before-commit' | 'after-commit'
  kind: FaultKind
  status?: number
  message?: string
  ms?: number
  /** Values by dotted path, such as `{ 'body.eventTypeId': 77 }`; all have to be equal. */
  match?: Record<string, unknown> | ((subject: FaultSubject) => boolean)
}

/** A fault that was added: how often it was used, and how to take it away. */
export type Fault = { readonly id: number; readonly script: FaultScript; readonly used: number; remove(): void }

type Entry = Fault & { used: number }

/** The faults in force. The first that fits is used, in the order that they were added. */
export class Faults {
  #entries: Entry[] = []
  #lastId = 0

  add(script: FaultScript): Fault {
    const id = ++this.#lastId
    const remove = () => {
      this.#entries = this.#entries.filter((entry) => entry.id !== id)
    }
    const entry: Entry = { id, script, used: 0, remove }
    this.#entries.push(entry)
    return entry
  }

  get all(): readonly Fault[] {
    return this.#entries
  }

  clear(): void {
    this.#entries = []
  }

  /** The fault for a call at a moment, counted as used; null, and cheap, where there is none. */
  take(when: 'before-commit' | 'after-commit', subject: FaultSubject): FaultScript | null {
    if (this.#entries.length === 0) return null
    const entry = this.#entries.find(({ script }) => (script.when ?? 'before-commit') === when && fits(script, subject))
    if (!entry) return null
    entry.used += 1
    if (entry.used >= (entry.script.times ?? Number.POSITIVE_INFINITY)) entry.remove()
    return entry.script
  }
}

function fits({ operation, match }: FaultScript, subject: FaultSubject): boolean {
  if (operation !== '*' && operation !== subject.operation) return false
  if (typeof match === 'function') return match(subject)
  return Object.entries(match ?? {}).every(([path, wanted]) => at(subject, path) === wanted)
}

function at(subject: unknown, path: string): unknown {
  let found = subject
  for (const step of path.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[step]
  return found
}
