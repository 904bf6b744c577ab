/** Somebody's wish to be told: of a user's bookings, or of one event type's. */
export type Subscription = {
  id: string
  userId: number
  eventTypeId: number | null
  subscriberUrl: string
  triggers: Trigger[]
  active: boolean
  secret: string | null
  payloadTemplate: string | null
  version: string
}

/** The triggers of both Cal.coms. */
export const triggers = [
  'BOOKING_CREATED',
  'BOOKING_PAYMENT_INITIATED',
  'BOOKING_PAID',
  'BOOKING_RESCHEDULED',
  'BOOKING_REQUESTED',
  'BOOKING_CANCELLED',
  'BOOKING_REJECTED',
  'BOOKING_NO_SHOW_UPDATED',
  'FORM_SUBMITTED',
  'FORM_SUBMITTED_NO_EVENT',
  'MEETING_STARTED',
  'MEETING_ENDED',
  'RECORDING_READY',
  'RECORDING_TRANSCRIPTION_GENERATED',
  'OOO_CREATED',
  'AFTER_HOSTS_CAL_VIDEO_NO_SHOW',
  'AFTER_GUESTS_CAL_VIDEO_NO_SHOW',
  'DELEGATION_CREDENTIAL_ERROR',
  'WRONG_ASSIGNMENT_REPORT',
] as const

/** What the hosted service knows beyond them. */
export const hostedTriggers = [
  'INSTANT_MEETING',
  'INSTANT_MEETING_ACCEPTED',
  'BOOKING_LOCATION_UPDATED',
  'BOOKING_REASSIGNED',
  'ROUTING_FORM_FALLBACK_HIT',
  'CALENDAR_ENTRY_REJECTED',
  'DELEGATION_CREDENTIAL_SECRET_ROTATION_FAILED',
  'DELEGATION_CREDENTIAL_ROTATION_REQUIRED',
  'DELEGATION_CREDENTIAL_SECRET_ROTATED',
] as const

export type Trigger = (typeof triggers)[number] | (typeof hostedTriggers)[number]

/** A webhook as the API shows it: the secret in clear, the id a text though the specification says number. */
export function webhookOutput(subscription: Subscription): unknown {
  const { id, userId, eventTypeId, subscriberUrl, triggers, active, secret, payloadTemplate, version } = subscription
  const owner = eventTypeId === null ? { userId } : { eventTypeId }
  return { id, ...owner, subscriberUrl, triggers, active, secret, payloadTemplate, version }
}
