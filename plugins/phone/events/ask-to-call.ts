import { type Author, type Gateway, KalendsError, type ReviewView } from '#core'

type Desk = Pick<Gateway, 'reviews'>

/** Of whom: the tenant, the appointment and the phone. */
type Called = { tenantId: string; appointmentId: string; connectionId: string }

/** A caller who is to be called back: what they wanted, the code of what they were told, and how it failed. */
export type Caller = Called & { callId: string; operation: string; told: string; code: string | null }

/** Told that it goes on, they have what they wanted where it comes true after all. */
const goesOn = 'PENDING'

/**
 * Asks a person to call somebody back, once for each appointment. It names no calendar: that one agrees with what the
 * desk made of the appointment is nothing that the caller knows of. Who was told that it did not work knows nothing of a
 * later success either, and may come at another time: that question takes the place of one of who was told that it goes
 * on, and is kept apart from it, so that neither is written over the other.
 */
export async function askToCall(desk: Desk, caller: Caller): Promise<void> {
  const { tenantId: _, appointmentId, connectionId, ...told } = caller
  const isRefused = caller.told !== goesOn
  const before = await openCalls(desk, caller)
  if (!isRefused && before.some(isOfRefusal)) return
  await desk.reviews.ask(authorOf(caller), {
    code,
    subject: { kind: 'appointment', id: appointmentId },
    appointmentId,
    connectionId: isRefused ? null : connectionId,
    details: { urgent: true, ...told },
  })
  const note = 'The caller was told since then that it did not work: another question asks for the same call.'
  if (isRefused) await dismiss(desk, caller, before.filter(isOfPromise), note)
}

/** The caller has heard since then how it stands: nobody need call. */
export async function nobodyNeedCall(desk: Desk, told: Called): Promise<void> {
  await dismiss(desk, told, await openCalls(desk, told), heard)
}

/** The same for those who were told only that it goes on. */
export async function nobodyNeedCallAbout(desk: Desk, told: Called): Promise<void> {
  await dismiss(desk, told, (await openCalls(desk, told)).filter(isOfPromise), heard)
}

/** What a caller was told goes on has come true: they have what they asked for, as they asked for it. */
export async function cameTrue(desk: Desk, told: Called): Promise<void> {
  const reason = 'What the caller asked for came true after all, as they were told that it goes on.'
  for (const { id, version } of (await openCalls(desk, told)).filter(isOfPromise)) {
    await desk.reviews.heal(authorOf(told), id, { version, reason })
  }
}

/** Whether anybody is still to be called. */
export async function isToBeCalled(desk: Desk, told: Called): Promise<boolean> {
  return (await openCalls(desk, told)).length > 0
}

const code = 'CALL_BACK'
const heard = 'The caller was told since then how it stands.'
const isOfPromise = ({ details }: ReviewView) => details.told === goesOn
const isOfRefusal = (review: ReviewView) => !isOfPromise(review)
const authorOf = ({ tenantId, connectionId }: Called): Author => ({ tenantId, origin: { name: 'phone', connectionId } })

async function openCalls({ reviews }: Desk, { tenantId, appointmentId }: Called): Promise<ReviewView[]> {
  return (await reviews.list(tenantId, { code, state: 'open', appointmentId, limit: 50 })).items
}

async function dismiss(desk: Desk, called: Called, reviews: readonly ReviewView[], note: string): Promise<void> {
  for (const { id, version } of reviews) {
    try {
      await desk.reviews.resolve(authorOf(called), id, { resolution: 'dismiss', version, note })
    } catch (error) {
      // Somebody answered it, or it closed itself, at this very moment.
      const isOvertaken = error instanceof KalendsError && /^KAL_(REVIEW_CLOSED|VERSION_CONFLICT)$/.test(error.code)
      if (!isOvertaken) throw error
    }
  }
}
