import { type Author, type Gateway, KalendsError, type ReviewView } from '#core'

type Desk = Pick<Gateway, 'reviews'>

/** A caller who is to be called back: what they wanted, the code of what they were told, and how it failed. */
export type Caller = {
  tenantId: string
  appointmentId: string
  /** The phone's. */
  connectionId: string
  callId: string
  operation: string
  told: string
  code: string | null
}

/** Told that it goes on, they have what they wanted where the calendar agrees after all. */
const goesOn = 'PENDING'

/**
 * Asks a person to call somebody back, once for each appointment. Of a caller who was told that it goes on it is asked
 * with the calendar's connection, so that the question closes itself when the calendar agrees. Who was told that it did
 * not work knows nothing of a later success, and may come at another time: that question only a person closes, and it
 * takes the place of the other.
 */
export async function askToCall(desk: Desk, caller: Caller, calendarId: string | null): Promise<void> {
  const { tenantId, appointmentId, connectionId, ...told } = caller
  const isRefused = caller.told !== goesOn
  const before = await openCalls(desk, caller)
  if (!isRefused && before.some(isOfRefusal)) return
  await desk.reviews.ask(authorOf(caller), {
    code,
    subject: { kind: 'appointment', id: appointmentId },
    appointmentId,
    connectionId: isRefused ? null : calendarId,
    details: { urgent: true, ...told },
  })
  const note = 'The caller was told since then that it did not work: another question asks for the same call.'
  if (isRefused)
    await dismiss(
      desk,
      caller,
      before.filter((review) => !isOfRefusal(review)),
      note,
    )
}

/** The caller has heard since then that it is as they wanted: nobody need call. */
export async function nobodyNeedCall(desk: Desk, told: Called): Promise<void> {
  const note = 'The caller was told since then that it is as they wanted.'
  await dismiss(desk, told, (await openCalls(desk, told)).filter(isOfRefusal), note)
}

/** Of whom: the tenant, the appointment and the phone. */
type Called = Pick<Caller, 'tenantId' | 'appointmentId' | 'connectionId'>

const code = 'CALL_BACK'
const isOfRefusal = ({ details }: ReviewView) => details.told !== goesOn
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
