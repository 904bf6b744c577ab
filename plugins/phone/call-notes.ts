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

/** What is remembered of a call for as long as anybody may ask. */
export type CallNotes = {
  /** Every appointment that was booked, moved or cancelled in the call. */
  appointments: readonly string[]
  asked: readonly AskedBooking[]
  /** What was moved or cancelled: the request, the appointment that it was about, and when that was then. */
  done: readonly { key: string; appointmentId: string; was: Instant }[]
  offers: readonly Offer[]
}

const nothing: CallNotes = { appointments: [], asked: [], done: [], offers: [] }
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

/** Longer than this no booking takes to be stored: what is older was never made, because its gateway died. */
const makingMs = 30_000

/** Whether a booking that was asked for is made, or is just being made. */
export function isUnderWay({ appointmentId, at }: AskedBooking, now: Instant): boolean {
  return appointmentId !== null || epoch(now) - epoch(at) < makingMs
}
