import {
  type AppointmentView,
  type Instant,
  KalendsError,
  later,
  minutesBetween,
  type ServiceView,
  type ToolResult,
} from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { requestKey } from '../request-key.ts'
import { answer, choicesOf, fieldsOf, said, timeOptions } from './answer.ts'
import { toldCancelled } from './cancel.ts'
import type { SaidOfIt } from './claim.ts'
import { freeStarts } from './free.ts'
import { alternatives } from './not-free.ts'
import { withdrawOffers } from './offer.ts'
import { owe } from './owed-call.ts'
import { spokenStart } from './spoken-start.ts'
import { type Followed, follow, notThen } from './standing.ts'
import { claimParts, forget, theirAppointment } from './their-appointment.ts'
import { allServices, servicesNamed } from './which-service.ts'

/** A move: the appointment, from when to when, and the key of the request. */
type Move = { appointment: AppointmentView; was: Instant; startsAt: Instant; reason: string | null; key: string }

/** Of the time for a change so much is left for looking whether the new start is free. */
const lookFirst = 0.4

/** Moves an appointment that the caller has proved to be theirs, and says whether the calendar has done it. */
export async function rescheduleAppointment(
  conversation: Conversation,
  { oldWhen, newWhen, reason, ...rest }: CleanArguments['reschedule_appointment'],
): Promise<ToolResult> {
  const start = await spokenStart(conversation, newWhen, await likelyService(conversation, rest.service))
  if (start.is === 'answer') return start.answer
  const startsAt = start.instant
  const saidOfIt: SaidOfIt = { ...rest, when: oldWhen }
  const { tenant, call } = conversation
  const key = requestKey(tenant.id, call.callId, 'move', startsAt, ...claimParts(saidOfIt))
  const theirs = await theirAppointment(conversation, saidOfIt, { operation: 'move', startsAt, key })
  if (theirs.is === 'answer') return theirs.answer
  const { appointment, was } = theirs
  return move(conversation, { appointment, was, startsAt, reason, key })
}

/** Whose hours tell a morning from an evening, before it is known which appointment it is: a named one's, or the only one's. */
async function likelyService(conversation: Conversation, said: string | null): Promise<ServiceView | null> {
  const all = (await allServices(conversation)).filter(({ bookable }) => bookable)
  const [found, second] = said === null ? all : servicesNamed(said, all)
  return found && !second ? found : null
}

async function move(conversation: Conversation, wanted: Move): Promise<ToolResult> {
  const { desk, author, holder } = conversation
  const { appointment, startsAt, reason, key } = wanted
  if (appointment.startsAt !== startsAt && !(await isFree(conversation, wanted))) {
    await forget(conversation, key)
    return moveTaken(conversation, wanted)
  }
  try {
    const moved = await desk.appointments.reschedule(author, appointment.id, { startsAt, reason }, { holder })
    return await outcome(conversation, wanted, await follow(conversation, moved, 'move'))
  } catch (error) {
    if (!(error instanceof KalendsError)) throw error
    await forget(conversation, key)
    if (error.code === 'KAL_SLOT_TAKEN') return moveTaken(conversation, wanted)
    const isOver = error.code === 'KAL_APPOINTMENT_OVER' || error.code === 'KAL_APPOINTMENT_CANCELLED'
    if (isOver) return answer(conversation, 'APPOINTMENT_OVER', {})
    throw error
  }
}

/** True also where the calendar cannot tell: then it decides when it is asked to move. */
async function isFree(conversation: Conversation, { appointment, startsAt }: Move): Promise<boolean> {
  const { changeMs, lookupMs } = conversation.settings
  const service = await serviceOf(conversation, appointment)
  const range = { from: startsAt, to: later(startsAt, 1) }
  const free = await freeStarts(conversation, service, range, Math.min(changeMs * lookFirst, lookupMs))
  if (free.is !== 'known' || free.starts.includes(startsAt)) return true
  // By less than its own length: its old place is what stands in its way, and the calendar knows that.
  const away = Math.abs(minutesBetween(appointment.startsAt, startsAt))
  return away < minutesBetween(appointment.startsAt, appointment.endsAt)
}

function serviceOf({ desk, tenant }: Conversation, { service }: AppointmentView): Promise<ServiceView> {
  return desk.services.get(tenant.id, service.id)
}

/** How a move of before stands that is as it was wanted then. */
export async function toldMoved(
  conversation: Conversation,
  appointment: AppointmentView,
  was: Instant,
): Promise<ToolResult> {
  const wanted = { appointment, was, startsAt: appointment.startsAt, reason: null, key: '' }
  return outcome(conversation, wanted, await follow(conversation, appointment, 'move'))
}

async function outcome(conversation: Conversation, wanted: Move, followed: Followed): Promise<ToolResult> {
  const { was, startsAt } = wanted
  const { standing, appointment } = followed
  const spoken = { service: appointment.service.name, when: said(conversation, startsAt) }
  // Somebody was faster: "confirmed" is also what is gone as wanted.
  if (appointment.status === 'cancelled') return { ...(await toldCancelled(conversation, appointment)), success: false }
  // Another turn of the same request met a refusal and moved it back.
  if (appointment.startsAt !== startsAt) return stays(conversation, wanted, followed)
  const fields = fieldsOf(conversation, appointment)
  const ref = String(fields.appointment_ref)
  switch (standing.is) {
    case 'confirmed':
      await withdrawOffers(conversation)
      return answer(conversation, 'MOVED', { ...spoken, was: said(conversation, was), ref }, { success: true, fields })
    case 'requested':
      await withdrawOffers(conversation)
      return answer(conversation, 'MOVE_REQUESTED', { ...spoken, ref }, { success: true, fields })
    case 'pending':
      return answer(conversation, 'MOVE_PENDING', spoken, { fields })
    case 'refused':
      if (!notThen.has(standing.code)) return answer(conversation, 'NOT_MOVED', spoken)
      return moveBack(conversation, wanted)
  }
}

/** The calendar has kept it where it was: so is it here, before the caller is told so. */
async function moveBack(conversation: Conversation, wanted: Move): Promise<ToolResult> {
  const { desk, author } = conversation
  await forget(conversation, wanted.key)
  const reason = 'The new time was taken, and the caller was told so.'
  const back = await desk.appointments.reschedule(author, wanted.appointment.id, { startsAt: wanted.was, reason })
  return stays(conversation, wanted, await follow(conversation, back, 'move'))
}

/** That it stays where it was is said only where the calendar has it there. */
async function stays(
  conversation: Conversation,
  wanted: Move,
  { standing, appointment }: Followed,
): Promise<ToolResult> {
  if (appointment.status === 'cancelled') return { ...(await toldCancelled(conversation, appointment)), success: false }
  const isThere = standing.is === 'confirmed' || standing.is === 'requested'
  if (isThere && appointment.startsAt === wanted.was) return moveTaken(conversation, wanted)
  const values = { service: appointment.service.name, when: said(conversation, wanted.startsAt) }
  await owe(conversation, appointment.id, {
    operation: 'move',
    told: 'NOT_MOVED',
    code: standing.is === 'refused' ? standing.code : null,
  })
  return answer(conversation, 'NOT_MOVED', values)
}

async function moveTaken(conversation: Conversation, { appointment, startsAt, was }: Move): Promise<ToolResult> {
  const service = await serviceOf(conversation, appointment)
  const options = timeOptions(conversation, await alternatives(conversation, service, startsAt))
  const spoken = { service: service.name, when: said(conversation, startsAt), was: said(conversation, was) }
  const fields = fieldsOf(conversation, { ...appointment, startsAt: was })
  return answer(conversation, 'MOVE_TAKEN', { ...spoken, choices: choicesOf(options) }, { options, fields })
}
