import { type AppointmentView, later, type Standing } from '#core'
import { type Conversation, leftMs } from '../conversation.ts'

/** What was promised to be seen to, as long as it is not known how it went. */
export type Promised = { callId: string; operation: 'book' | 'move' | 'cancel'; at: string }

/** An appointment, and how it stands with the calendar as far as can be known before the answer is due. */
export type Followed = { standing: Standing; appointment: AppointmentView }

/** So much is left for saying it. Milliseconds. */
const sayingMs = 150
/** A promise is kept in mind until long after what is transient has passed or was given up. */
const promiseMs = 30 * 24 * 3_600_000

/** Where a promise about an appointment is written down. */
export const promiseKey = (appointmentId: string) => `promise:${appointmentId}`

/**
 * Waits for the calendar's word on an appointment, as long as the caller can. Where it does not come in time, the promise
 * that somebody sees to it is written down before it is given, and then it is looked once more: what failed in between
 * would else be known to nobody.
 */
export async function follow(
  conversation: Conversation,
  appointment: AppointmentView,
  operation: Promised['operation'],
): Promise<Followed> {
  const first = await look(conversation, appointment, leftMs(conversation) - sayingMs)
  if (first.standing.is !== 'pending') return settled(conversation, first)
  await promise(conversation, appointment.id, operation)
  const last = await look(conversation, appointment, 0)
  return last.standing.is === 'pending' ? last : settled(conversation, last)
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

/** What is known is no promise any more. A refusal stays one: somebody is to call back. */
async function settled({ state }: Conversation, followed: Followed): Promise<Followed> {
  const key = promiseKey(followed.appointment.id)
  const isGood = followed.standing.is === 'confirmed' || followed.standing.is === 'requested'
  if (isGood && (await state.get(key)) !== null) await state.remove(key)
  return followed
}

/** In the timeline too: who reads it later sees what the customer was told, and who watches over promises hears of it. */
async function promise(conversation: Conversation, id: string, operation: Promised['operation']): Promise<void> {
  const { state, call, desk, author } = conversation
  const before = (await state.get(promiseKey(id)))?.value as Promised | undefined
  // Asked again while it is under way: it is the same promise.
  if (before?.operation === operation) return
  const at = desk.clock.now()
  await state.put(promiseKey(id), { callId: call.callId, operation, at } satisfies Promised, {
    expiresAt: later(at, promiseMs),
  })
  await desk.appointments.remark(author, id, {
    kind: 'call.promised',
    message: 'The caller was told that it is not certain yet, and that it goes on.',
    data: { callId: call.callId, operation },
  })
}
