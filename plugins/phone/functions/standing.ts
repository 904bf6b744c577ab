import { type AppointmentView, later, type Standing } from '#core'
import { type Conversation, leftMs } from '../conversation.ts'
import { noLongerOwed, type Operation, owe, type Promised, promisedMs, promiseKey } from './owed-call.ts'

/** An appointment, and how it stands with the calendar as far as can be known before the answer is due. */
export type Followed = { standing: Standing; appointment: AppointmentView }

/** So much is left for saying it. Milliseconds. */
const sayingMs = 150

/** Refusals that another time would not meet: others are offered then, and nobody is told that somebody sees to it. */
export const notThen: ReadonlySet<string> = new Set(['SLOT_TAKEN', 'OUTSIDE_BOOKING_WINDOW'])

/** As what a refusal for good is told. Each of these sentences says that the team sees to it. */
const toldAs = { book: 'NOT_BOOKED', move: 'NOT_MOVED', cancel: 'NOT_CANCELLED' } as const

/**
 * Waits for the calendar's word on an appointment, as long as the caller can. Where it does not come in time, the promise
 * that somebody sees to it is written down before it is given, and then it is looked once more: what failed in between
 * would else be known to nobody.
 */
export async function follow(
  conversation: Conversation,
  appointment: AppointmentView,
  operation: Operation,
): Promise<Followed> {
  const first = await look(conversation, appointment, leftMs(conversation) - sayingMs)
  if (first.standing.is !== 'pending') return settled(conversation, first, operation)
  await promise(conversation, appointment, operation)
  const last = await look(conversation, appointment, 0)
  return last.standing.is === 'pending' ? last : settled(conversation, last, operation)
}

/** How an appointment stands at this moment. What cannot be looked at is pending. */
export function stand(conversation: Conversation, appointment: AppointmentView): Promise<Followed> {
  return look(conversation, appointment, 0)
}

async function look({ desk, tenant }: Conversation, appointment: AppointmentView, ms: number): Promise<Followed> {
  try {
    return await desk.appointments.follow(tenant.id, appointment.id, { withinMs: Math.max(0, ms) })
  } catch (error) {
    const code = (error as { code?: unknown }).code
    desk.log.error(
      {
        event: 'failed',
        tenantId: tenant.id,
        appointmentId: appointment.id,
        code: typeof code === 'string' ? code : null,
      },
      'it could not be followed how an appointment stands',
    )
    // It is stored, and that nobody can look is no reason to say that it failed.
    return { standing: { is: 'pending', code: null }, appointment }
  }
}

/** What the caller hears is no promise any more. Of what is refused for good they hear that the team sees to it. */
async function settled(conversation: Conversation, followed: Followed, operation: Operation): Promise<Followed> {
  const { standing, appointment } = followed
  if (standing.is === 'refused' && isToldRefused(followed, standing.code, operation)) {
    await owe(conversation, appointment.id, { operation, told: toldAs[operation], code: standing.code })
    // Two questions for one call would be one too many.
    await conversation.state.remove(promiseKey(appointment.id))
    return followed
  }
  // A move that was not taken is moved back first, and followed there.
  if (standing.is !== 'refused' || operation !== 'move') await noLongerOwed(conversation, appointment.id)
  return followed
}

function isToldRefused({ appointment }: Followed, code: string, operation: Operation): boolean {
  if (operation === 'cancel') return true
  // Cancelled meanwhile: they hear that the time is taken, and of others.
  return !notThen.has(code) && appointment.status !== 'cancelled'
}

/** In the timeline too: who reads it later sees what the customer was told, and who watches over promises hears of it. */
async function promise(conversation: Conversation, wanted: AppointmentView, operation: Operation): Promise<void> {
  const { state, call, desk, author } = conversation
  const { id } = wanted
  const startsAt = operation === 'cancel' ? null : wanted.startsAt
  const before = (await state.get(promiseKey(id)))?.value as Promised | undefined
  // Asked again while it is under way: it is the same promise.
  if (before?.operation === operation && before.startsAt === startsAt && before.isAsked !== true) return
  const at = desk.clock.now()
  await state.put(promiseKey(id), { callId: call.callId, operation, startsAt, at } satisfies Promised, {
    expiresAt: later(at, promisedMs),
  })
  await desk.appointments.remark(author, id, {
    kind: 'call.promised',
    message: 'The caller was told that it is not certain yet, and that it goes on.',
    data: { callId: call.callId, operation },
  })
}
