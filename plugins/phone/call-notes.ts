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

/** What came of a request as the vendor sent it: the start that it gave an appointment, null where it cancelled it. */
export type Served = { request: string; appointmentId: string; startsAt: Instant | null }
type Came = Omit<Served, 'request'> & { request: string | null }

/** What is remembered of a call for as long as anybody may ask. */
export type CallNotes = {
  /** Every appointment that was booked, moved or cancelled in the call. */
  appointments: readonly string[]
  asked: readonly AskedBooking[]
  /** The newest last. */
  changes: readonly Change[]
  served: readonly Served[]
  offers: readonly Offer[]
}

const nothing: CallNotes = { appointments: [], asked: [], changes: [], served: [], offers: [] }
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

/** Adds what a request came to, in place of what was known of it. */
export function withServed(notes: CallNotes, { request, ...came }: Came): CallNotes {
  if (request === null) return notes
  const served = { request, ...came }
  const others = notes.served.filter(({ request }) => request !== served.request)
  return { ...notes, served: [...others, served].slice(-mostKept) }
}

/** Adds a change, in place of what the same request did before. */
export function withChange(notes: CallNotes, change: Change): CallNotes {
  const others = notes.changes.filter(({ key }) => key !== change.key)
  return withAppointment({ ...notes, changes: [...others, change].slice(-mostKept) }, change.appointmentId)
}

/** Longer than this no booking takes to be stored: what is older was never made, because its gateway died. */
const makingMs = 30_000

/** Whether a booking that was asked for is made, or is just being made. */
export function isUnderWay({ appointmentId, at }: AskedBooking, now: Instant): boolean {
  return appointmentId !== null || epoch(now) - epoch(at) < makingMs
}
