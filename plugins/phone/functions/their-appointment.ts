import { type AppointmentView, epoch, type Instant, type ToolResult } from '#core'
import { type CallNotes, type Change, withAppointment, withChange, withoutDid, withRequest } from '../call-notes.ts'
import { type Conversation, note, notesOf } from '../conversation.ts'
import { giveAttemptBack } from '../identity/attempts.ts'
import { type Facts, isAsSaid } from '../identity/facts.ts'
import { isWritten } from '../identity/name-match.ts'
import { ownOf } from '../identity/proof.ts'
import { answer, choicesOf, fieldsOf, said } from './answer.ts'
import { claimed, factsOf, type SaidOfIt } from './claim.ts'
import { mostOptions } from './offer.ts'
import { standingOptions } from './told-standing.ts'

/** The one appointment that is meant, and when it was when this was first asked; or what is to be said first. */
export type Theirs =
  | { is: 'appointment'; appointment: AppointmentView; was: Instant }
  | { is: 'answer'; answer: ToolResult }

/** What is to be done with it. `key` names the request by its words; `startsAt` is where it is moved to. */
export type Wanted = { key: string } & (
  | { operation: 'cancel'; startsAt: null }
  | { operation: 'move'; startsAt: Instant }
)

/** Something that this call did, and the appointment as it is now. */
type Done = { change: Change; appointment: AppointmentView }

/**
 * The appointment that a caller wants changed. What this call did already is known by what was said of it: asked for once
 * more, in whatever words, it is that appointment and never the next one that the words fit too.
 */
export async function theirAppointment(
  conversation: Conversation,
  saidOfIt: SaidOfIt,
  wanted: Wanted,
): Promise<Theirs> {
  const read = await factsOf(conversation, saidOfIt)
  if (read.is === 'answer') return read
  const { turn } = await notesOf(conversation)
  const done = await doneBefore(conversation, read.facts, wanted)
  const same = done.find(({ change, appointment }) => isSame(wanted, change, appointment))
  if (same) return again(conversation, same, wanted)
  const proof = await claimed(conversation, read.facts)
  const [before] = done
  if (proof.is === 'answer') {
    if (before === undefined) return proof
    // It was proved before, when it still was as the caller says.
    if (proof.unproven === 'NOT_FOUND') await giveAttemptBack(conversation)
    if (wanted.operation === 'cancel') return again(conversation, before, wanted)
    const moved = await chosen(conversation, before.appointment, wanted, turn)
    return moved ?? theirAppointment(conversation, saidOfIt, wanted)
  }
  if (before && wanted.operation === 'cancel') return oneMore(conversation, before, proof.appointments)
  const [appointment, second] = proof.appointments
  const isOne = second === undefined && appointment !== undefined && !isVague(read.facts, appointment)
  if (!isOne) return several(conversation, proof.appointments)
  return (await chosen(conversation, appointment, wanted, turn)) ?? theirAppointment(conversation, saidOfIt, wanted)
}

/** By the sound of a name alone it may be that of a sister: it is asked, once, and what is said then is a fact more. */
function isVague({ name, reference, when }: Facts, { customer }: AppointmentView): boolean {
  return name !== null && reference === null && !when?.isNarrow && !isWritten(name, customer.name)
}

async function again(conversation: Conversation, { change, appointment }: Done, wanted: Wanted): Promise<Theirs> {
  await note(conversation, (notes) => withDid(conversation, notes, appointment, wanted, change.was))
  return { is: 'appointment', appointment, was: change.was }
}

function withDid(
  { request }: Conversation,
  notes: CallNotes,
  { id: appointmentId }: AppointmentView,
  { operation, startsAt }: Wanted,
  was: Instant,
): CallNotes {
  const did = operation === 'cancel' ? { operation, appointmentId } : { operation, appointmentId, startsAt, was }
  return withRequest(notes, request, { did })
}

/** By its words, or because that is what was done. A cancel in other words may be meant for another one. */
function isSame(wanted: Wanted, { key }: Change, { startsAt }: AppointmentView): boolean {
  return key === wanted.key || startsAt === wanted.startsAt
}

/** What this call did of this kind to an appointment that was as the caller says, the newest first. */
async function doneBefore(conversation: Conversation, facts: Facts, { operation }: Wanted): Promise<Done[]> {
  const { desk, tenant } = conversation
  const { changes, asked } = await notesOf(conversation)
  const alike = changes.filter((change) => change.operation === operation).reverse()
  if (alike.length === 0) return []
  const all = await Promise.all(
    alike.map(async (change) => ({
      change,
      appointment: await desk.appointments.get(tenant.id, change.appointmentId),
    })),
  )
  // What was booked since is what they speak of now.
  const own = new Set((await ownOf(conversation, facts)).map(({ id }) => id))
  const bookedAt = Math.max(0, ...asked.filter((one) => own.has(one.appointmentId ?? '')).map(({ at }) => epoch(at)))
  const isMeant = ({ change, appointment }: Done) =>
    epoch(change.at) > bookedAt && isAsSaid(facts, { ...appointment, startsAt: change.was })
  return all.filter((one) => isStill(operation, one) && isMeant(one))
}

/** Whether it is as it was made then: one that was moved can be cancelled since, and a cancel can have been taken back. */
function isStill(operation: Change['operation'], { appointment }: Done): boolean {
  return (appointment.status === 'cancelled') === (operation === 'cancel')
}

/**
 * Writes down before it is done what is done, so that it is known again. Null where the call has changed something since
 * the notes were read: of two at once in other words the second must see what the first one took.
 */
async function chosen(
  conversation: Conversation,
  appointment: AppointmentView,
  wanted: Wanted,
  turn: number,
): Promise<Theirs | null> {
  const { key, operation } = wanted
  const was = appointment.startsAt
  const change = { key, operation, appointmentId: appointment.id, was, at: conversation.desk.clock.now() }
  let isLate = false
  await note(conversation, (notes) => {
    isLate = notes.turn !== turn
    if (isLate) return notes
    // Where it is already it is not moved, and nothing is to be known again.
    const known = was === wanted.startsAt ? withAppointment(notes, appointment.id) : withChange(notes, change)
    return withDid(conversation, known, appointment, wanted, was)
  })
  return isLate ? null : { is: 'appointment', appointment, was }
}

async function several(conversation: Conversation, appointments: readonly AppointmentView[]): Promise<Theirs> {
  const options = await standingOptions(conversation, appointments.slice(0, mostOptions))
  const [first, second] = appointments
  const fields = first && !second ? fieldsOf(conversation, first) : {}
  const which = answer(conversation, 'WHICH_APPOINTMENT', { choices: choicesOf(options) }, { options, fields })
  return { is: 'answer', answer: which }
}

/** One is cancelled and the same words fit others too: those are somebody's visits, and nobody asked for them by name. */
async function oneMore(
  conversation: Conversation,
  { change, appointment }: Done,
  others: readonly AppointmentView[],
): Promise<Theirs> {
  const options = await standingOptions(conversation, others.slice(0, mostOptions))
  const [other] = others
  const fields = others.length === 1 && other ? fieldsOf(conversation, other) : {}
  const values = {
    service: appointment.service.name,
    when: said(conversation, change.was),
    choices: choicesOf(options),
  }
  return { is: 'answer', answer: answer(conversation, 'CANCEL_ANOTHER', values, { options, fields }) }
}

/** The request did not come to anything: it may be made anew. */
export async function forget(conversation: Conversation, key: string): Promise<void> {
  await note(conversation, (notes) => ({
    ...withoutDid(notes, (_, id) => id === conversation.request),
    changes: notes.changes.filter((one) => one.key !== key),
  }))
}

/** What was said as parts of a request's key, however it was spelled. */
export function claimParts({ customer, reference, service, when }: SaidOfIt): string[] {
  return [customer.name, reference, service, ...Object.values(when)].map((part) => (part ?? '').toLowerCase())
}
