import type { RemoteStatus } from '#core'

/**
 * What a trigger tells: `status` of the booking, null where only a look can tell; `says` what `payload.status` holds
 * then, a constant of the trigger and not always true. `wanted`: our own webhook subscribes to it.
 */
export type Meaning = { status: RemoteStatus | null; says: string | null; wanted: boolean }

const row = (status: Meaning['status'], says: Meaning['says'], wanted: boolean): Meaning => ({ status, says, wanted })

/** The triggers that concern a booking's state. Wanted are only such as both the hosted and the self-hosted Cal.com know: one unknown to it is refused with the whole webhook. */
const meanings = new Map<string, Meaning>([
  ['BOOKING_CREATED', row('accepted', 'ACCEPTED', true)],
  ['BOOKING_REQUESTED', row('pending', 'PENDING', true)],
  ['BOOKING_RESCHEDULED', row('accepted', 'ACCEPTED', true)],
  ['BOOKING_CANCELLED', row('cancelled', 'CANCELLED', true)],
  ['BOOKING_REJECTED', row('rejected', 'REJECTED', true)],
  // It says ACCEPTED, yet nothing is before it is paid.
  ['BOOKING_PAYMENT_INITIATED', row('pending', 'ACCEPTED', true)],
  // What follows, an accepted booking or a request to the host, is told by another trigger.
  ['BOOKING_PAID', row(null, null, true)],
  ['BOOKING_NO_SHOW_UPDATED', row('no_show', null, true)],
  ['MEETING_ENDED', row('completed', 'ACCEPTED', true)],
  ['MEETING_STARTED', row(null, null, false)],
  ['AFTER_HOSTS_CAL_VIDEO_NO_SHOW', row(null, null, false)],
  ['AFTER_GUESTS_CAL_VIDEO_NO_SHOW', row(null, null, false)],
])

const lookAgain = row(null, null, false)

/** What a trigger means for a booking, or null where it means nothing. What is new about bookings is worth a look. */
export function meaningOf(trigger: string): Meaning | null {
  return meanings.get(trigger) ?? (trigger.startsWith('BOOKING_') ? lookAgain : null)
}

/** The triggers that our webhook subscribes to. */
export const wantedTriggers: readonly string[] = [...meanings].flatMap(([name, { wanted }]) => (wanted ? [name] : []))
