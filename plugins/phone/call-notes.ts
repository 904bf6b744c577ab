import type { Instant, PluginState } from '#core'
import { epoch, later } from '#core'
import { editState } from './edit-state.ts'

/**
 * A booking that a call asked for. It is written down before it is made, so that of two that come at once the second
 * finds the first. `person` is a hash: state of a plugin holds nobody's name. `appointmentId` is null until it is made.
 */
export type AskedBooking = {
  key: string
  person: string
  serviceId: string
  startsAt: Instant
  appointmentId: string | null
  at: Instant
}

/** A time that was offered and is held. `holdId` is null where it could not be kept. */
export type Offer = { serviceId: string; startsAt: Instant; holdId: string | null }

/** What a call moved or cancelled: by which request, which appointment, and when that was until then. */
export type Change = { key: string; operation: 'move' | 'cancel'; appointmentId: string; was: Instant; at: Instant }

/** What a request did: `startsAt` is what it wanted of the appointment, null for a cancel; `was` is of before a move. */
export type Did =
  | { operation: 'book'; key: string; appointmentId: string; startsAt: Instant }
  | { operation: 'move'; appointmentId: string; startsAt: Instant; was: Instant }
  | { operation: 'cancel'; appointmentId: string }

/**
 * A request that may change something, as the vendor sent it. `turn`: that of the call when it ended, null while it runs.
 * `did`: null where it came to nothing.
 */
export type Request = { id: string; turn: number | null; did: Did | null }

/** What is remembered of a call for as long as anybody may ask. */
export type CallNotes = {
  /** Every appointment that was booked, moved or cancelled in the call. */
  appointments: readonly string[]
  asked: readonly AskedBooking[]
  /** The newest last. */
  changes: readonly Change[]
  requests: readonly Request[]
  /** How often the call has changed something: what was asked before a change may mean something else after it. */
  turn: number
  offers: readonly Offer[]
}

const nothing: CallNotes = { appointments: [], asked: [], changes: [], requests: [], turn: 0, offers: [] }
/** So many changes and requests of a call are remembered: more than anybody makes, and few enough for one row. */
const mostKept = 40
/** The analysis of a call comes minutes after its end, a vendor's retry hours later. */
const keptMs = 7 * 24 * 3_600_000

const keyOf = (callId: string) => `call:${callId}`

/** In whose name what a call was offered is held. */
export const holderOf = (callId: string) => `call:${callId}`

export async function readNotes(state: PluginState, callId: string): Promise<CallNotes> {
  return { ...nothing, ...((await state.get(keyOf(callId)))?.value as Partial<CallNotes> | undefined) }
}

/** Changes the notes of a call, also where two functions of it do so at once: `change` is asked again then. */
export function editNotes(
  state: PluginState,
  callId: string,
  now: Instant,
  change: (notes: CallNotes) => CallNotes,
): Promise<CallNotes> {
  return editState<CallNotes>(state, keyOf(callId), later(now, keptMs), (found) => change({ ...nothing, ...found }))
}

/** The appointments that a call was about. */
export async function appointmentsOf(state: PluginState, callId: string): Promise<readonly string[]> {
  return (await readNotes(state, callId)).appointments
}

/** Adds an appointment to those that a call was about. */
export function withAppointment(notes: CallNotes, appointmentId: string): CallNotes {
  const others = notes.appointments.filter((id) => id !== appointmentId)
  return { ...notes, appointments: [...others, appointmentId] }
}

/** Writes down of a request what is known now; it is there from its beginning on. */
export function withRequest(notes: CallNotes, id: string | null, more: Partial<Omit<Request, 'id'>>): CallNotes {
  if (id === null) return notes
  const before = notes.requests.find((one) => one.id === id) ?? { id, turn: null, did: null }
  const others = notes.requests.filter((one) => one.id !== id)
  return { ...notes, requests: [...others, { ...before, ...more }].slice(-mostKept) }
}

/** What was done of an appointment came to nothing. */
export function withoutDid(notes: CallNotes, isIt: (did: Did, id: string) => boolean): CallNotes {
  const undone = (one: Request) => (one.did && isIt(one.did, one.id) ? { ...one, did: null } : one)
  return { ...notes, requests: notes.requests.map(undone) }
}

/** Adds a change, in place of what the same request did before. */
export function withChange(notes: CallNotes, change: Change): CallNotes {
  const others = notes.changes.filter(({ key }) => key !== change.key)
  const changes = [...others, change].slice(-mostKept)
  return withAppointment({ ...notes, changes, turn: notes.turn + 1 }, change.appointmentId)
}

/** Longer than this no booking takes to be stored: what is older was never made, because its gateway died. */
const makingMs = 30_000

/** Whether a booking that was asked for is made, or is just being made. */
export function isUnderWay({ appointmentId, at }: AskedBooking, now: Instant): boolean {
  return appointmentId !== null || epoch(now) - epoch(at) < makingMs
}
