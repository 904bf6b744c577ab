import type { Priority } from '../../core/contract/provider.ts'
import type { Intent } from '../../core/store/intents.ts'
import type { Finding, Recorded } from '../../core/store/record.ts'
import type { Snapshot, SyncKey } from '../../core/store/syncs.ts'
import type { Write } from './calendar.ts'
import type { Actor } from './scheduler.ts'

/** A promise that was broken, named as in RELIABILITY.md, and how. */
export type Violation = { invariant: string; what: string }

/** What clients were told. */
export type Acknowledged =
  | { does: 'book' | 'move' | 'cancel' | 'edit'; appointmentId: string; startsAt: string }
  | { does: 'report'; inboxOf: string }

/**
 * Watches what goes through the ports while a run is under way, and notes at once what must never be: what was lost or
 * done twice in between may look well at the end.
 */
export type Witness = {
  readonly violations: Violation[]
  readonly acknowledged: Acknowledged[]
  readonly writes: readonly Write[]
  /** Which booking's row a name that we gave belongs to. */
  readonly ownerOf: ReadonlyMap<string, string>
  claimed(snapshot: Snapshot | null): void
  announced(actor: Actor, intent: Intent, opened: boolean): void
  recorded(finding: Finding, recorded: Recorded): void
  wrote(write: Write): void
  /** A calendar was looked at. */
  looked(connectionId: string): void
  called(priority: Priority): void
  /** How many requests reached a calendar, looks and writes; not the polls, which come by the clock. */
  calls(): number
  /** A thread of the engine broke off with an error. */
  broke(actor: Actor, error: unknown): void
}

export function createWitness(): Witness {
  const violations: Violation[] = []
  const writes: Write[] = []
  const epochs = new Map<string, number>()
  /** One thread may bring several connections up to date at once, but each only in one way. */
  const announcements = new Map<string, Intent>()
  let calls = 0
  /** How often each calendar was looked at, and how often it had been when a write was sent. */
  const looks = new Map<string, number>()
  const looksBefore = new WeakMap<Write, number>()
  const ownerOf = new Map<string, string>()
  const broken = (invariant: string, what: string) => void violations.push({ invariant, what })
  const nameOf = ({ appointmentId, connectionId }: SyncKey) => `${appointmentId}/${connectionId}`

  return {
    violations,
    writes,
    ownerOf,
    acknowledged: [],
    claimed(snapshot) {
      if (!snapshot) return
      const { key, lease } = snapshot
      const before = epochs.get(nameOf(key)) ?? 0
      if (lease.epoch <= before) broken('I15 fencing', `the lease of ${nameOf(key)} was given out with an old epoch`)
      epochs.set(nameOf(key), lease.epoch)
    },
    announced(actor, intent, opened) {
      if (!opened) return
      const { key, lease } = intent
      if (lease.epoch < (epochs.get(nameOf(key)) ?? 0))
        broken('I15 fencing', `an overtaken worker announced ${intent.kind}`)
      announcements.set(`${actor.name}/${key.connectionId}`, intent)
    },
    recorded({ key, lease }, recorded) {
      if (recorded === 'fenced' || lease.epoch >= (epochs.get(nameOf(key)) ?? 0)) return
      broken('I15 fencing', `an overtaken worker wrote ${nameOf(key)}`)
    },
    wrote(write) {
      const announcement = `${write.actor.name}/${write.connectionId}`
      const intent = announcements.get(announcement)
      announcements.delete(announcement)
      if (intent?.kind !== write.kind)
        broken('I8 intent before effect', `${write.kind} ${write.about} was not announced`)
      else if (write.kind === 'create') ownerOf.set(write.about, intent.bookingId)
      const subject = intent && nameOf(intent.key)
      const beside = writes.find(
        (other) => other.until > write.sentAt && subject !== undefined && subjects.get(other) === subject,
      )
      if (beside)
        broken('I13 one write at a time', `${write.kind} while ${beside.kind} of the same appointment was under way`)
      if (subject !== undefined) subjects.set(write, subject)
      const first = writes.findLast(
        ({ kind, about }) => kind === 'create' && write.kind === 'create' && about === write.about,
      )
      const looked = looks.get(write.connectionId) ?? 0
      if (first && !first.isKnown && looked === looksBefore.get(first)) {
        broken('a look before a repetition', `${write.about} was made again before anybody looked`)
      }
      looksBefore.set(write, looked)
      writes.push(write)
    },
    looked: (connectionId) => void looks.set(connectionId, (looks.get(connectionId) ?? 0) + 1),
    called(priority) {
      if (priority !== 'poll') calls++
    },
    calls: () => calls,
    broke: (actor, error) =>
      broken('no fault of ours', `${actor.name} broke off: ${(error as Error).stack ?? String(error)}`),
  }
}

/** Which appointment and connection a write was for. */
const subjects = new WeakMap<Write, string>()
