import { type NotDone, notDone, type Unknown, unknown } from '#core'
import type { Answer, Operation, Refusal } from './client.ts'
import { allowedAgain } from './rate-limit.ts'

/** How an answer without data is to be understood. `gone`: what was asked for does not exist, or has ended already. */
export type Verdict = NotDone | Unknown | { is: 'gone' }

/** What the table may look at beyond the refusal itself: the id in question, and the time in milliseconds since 1970. */
export type Circumstances = { id?: string; now: number }

type End = (refusal: Refusal, circumstances: Circumstances) => Verdict
type Row = { on: readonly Operation[]; status: readonly number[]; ends: End; says: RegExp }

const write: readonly Operation[] = ['create', 'reschedule', 'cancel']
const place: readonly Operation[] = ['create', 'reschedule']
const subscribing: readonly Operation[] = ['subscribe', 'mend']
const reading: readonly Operation[] = ['get', 'list', 'slots', 'services', 'service', 'me', 'webhooks']
const any: readonly Operation[] = [...write, ...reading, ...subscribing, 'unsubscribe']

const never = (code: string) => () => notDone(code)
const doubt = (code: string) => () => unknown(code)
const closedDoor = (code: string) => () => notDone(code, { retry: 'later', scope: 'connection' })
const row = (on: Row['on'], status: Row['status'], ends: End, says = /(?:)/): Row => ({ on, status, ends, says })

/**
 * Cal.com's refusals, the first row that fits decides. `never` stands only where Cal.com says so itself, before it wrote
 * anything; a write that it refuses with words that are not known here is a doubt, because its errors were seen to
 * come after the booking had been made.
 */
export const table: readonly Row[] = [
  // the connection
  row(any, [401], closedDoor('HTTP_401')),
  row(['reschedule'], [403], never('NOTICE_TOO_SHORT'), /minimum notice period/i),
  row(any, [403], closedDoor('HTTP_403')),
  row(any, [429], rateLimited),

  // gone already
  row(['get', 'cancel'], [404], gone(/^Booking with uid=(\S+) (?:was )?not found/)),
  row(['service'], [404], gone(/^Event type with id (\S+) (?:was )?not found/i)),
  row(['cancel'], [400], () => ({ is: 'gone' }), /has been cancelled already/i),
  row(['unsubscribe'], [404], gone(/^Webhook \((\S+)\) (?:was )?not found/)),

  // a place that may be taken by our own earlier try, whose reply was lost: look first
  row(place, [400, 409], doubt('SLOT_TAKEN'), /already has booking at this time or is not available/i),
  row(place, [400, 409], doubt('SLOT_TAKEN'), /booking_conflict_error|record that already exists/i),
  row(place, [400, 500], doubt('SLOT_TAKEN'), /hosts?_unavailable_for_booking/),

  // a booking that is no longer the one to move
  row(['reschedule'], [400], movedAlready, /cancelled and rescheduled already/i),
  row(['reschedule'], [400], never('ALREADY_CANCELLED'), /has been cancelled/i),
  row(['reschedule'], [404], never('HTTP_404'), /^Booking with uid=\S+ (?:was )?not found/),

  // time
  row(place, [400], never('START_IN_PAST'), /meeting in the past/i),
  row(place, [400], never('OUTSIDE_BOOKING_WINDOW'), /can't be booked at the "start" time/i),
  row(['cancel'], [400], never('ALREADY_ENDED'), /already ended/i),

  // the customer
  row(place, [400], never('PHONE_INVALID'), /Invalid phone number format/i),
  row(place, [400], never('PHONE_REQUIRED'), /Missing attendee phone number/i),
  row(place, [400], never('CONTACT_REQUIRED'), /at least one contact method/i),
  row(place, [400], never('BOOKING_LIMIT'), /maximum number of active bookings/i),
  row(place, [400], never('EMAIL_UNVERIFIED'), /email_verification_required|invalid_verification_code/),

  // the event type
  row(['create'], [404], never('EVENT_TYPE_NOT_FOUND'), /^Event type with .* not found/i),
  row(['create'], [400], never('TARGET_INVALID'), /Either eventTypeId or eventTypeSlug/i),
  row(place, [422], never('NO_HOSTS'), /has no hosts/i),
  row(place, [400], never('EVENT_TYPE_UNSUPPORTED'), /lengthInMinutes|seated booking|managed event type/i),
  row(place, [409], never('EVENT_TYPE_UNSUPPORTED'), /No more seats left/i),
  row(['cancel'], [400], never('CANCEL_NOT_ALLOWED'), /does not allow cancellations/i),

  // the request
  row(place, [400], never('FIELD_REQUIRED'), /Missing required booking field|error_required_field/i),
  row(write, [400], never('FIELD_UNKNOWN'), /property \S+ should not exist/i),
  row(write, [400], never('FIELD_INVALID'), /property is wrong|Metadata must have/i),
  row(place, [400], never('FIELD_INVALID'), /Invalid (?:type|option) .*booking field|Booking location with type/i),
  row(['cancel'], [400], never('REASON_REQUIRED'), /Cancellation reason is required/i),

  // where it is to call
  row(subscribing, [400], never('WEBHOOK_URL_REFUSED'), /Webhook URL is not allowed|subscriberUrl/i),
  row(subscribing, [400], never('WEBHOOK_TRIGGER_UNKNOWN'), /value in triggers/i),
]

/** What an answer without usable data means for an operation. */
export function verdict(operation: Operation, answer: Answer, circumstances: Circumstances): Verdict {
  switch (answer.is) {
    case 'silence':
      return answer.sent ? unknown(answer.code) : unreached(answer.code)
    case 'refusal':
      return refusalVerdict(operation, answer, circumstances)
    default:
      return unknown('REPLY_UNREADABLE')
  }
}

/** The same for operations that nothing can be `gone` for. */
export function failure(operation: Operation, answer: Answer, circumstances: Circumstances): NotDone | Unknown {
  const found = verdict(operation, answer, circumstances)
  return found.is === 'gone' ? unknown('REPLY_UNREADABLE') : found
}

function refusalVerdict(operation: Operation, refusal: Refusal, circumstances: Circumstances): Verdict {
  const fitting = table.find(
    ({ on, status, says }) => on.includes(operation) && status.includes(refusal.status) && says.test(refusal.message),
  )
  return fitting === undefined ? unknown(`HTTP_${refusal.status}`) : fitting.ends(refusal, circumstances)
}

function unreached(code: 'TIMEOUT' | 'NETWORK' | 'HOST_NOT_ALLOWED'): NotDone {
  return notDone(code, { retry: 'later', scope: code === 'HOST_NOT_ALLOWED' ? 'connection' : 'booking' })
}

/**
 * A 404 proves an absence only in the words that Cal.com has for it, in the envelope of its own exception, and about the
 * very id that was asked for. Every other 404 (a wrong base URL, a proxy, the fallback API version, whose text is
 * "Booking with UID=… does not exist") says nothing about the booking, and an appointment would be orphaned by it.
 */
function gone(words: RegExp) {
  return ({ kind, message }: Refusal, { id }: Circumstances): Verdict =>
    kind === 'NotFoundException' && id !== undefined && message.match(words)?.[1] === id
      ? { is: 'gone' }
      : unknown('HTTP_404')
}

function rateLimited({ headers }: Refusal, { now }: Circumstances): NotDone {
  return notDone('HTTP_429', { retry: { at: allowedAgain(headers, now) }, scope: 'connection' })
}

function movedAlready({ message }: Refusal): NotDone {
  const successorId = /already to booking with uid=([A-Za-z0-9_-]+)/.exec(message)?.[1]
  return notDone('ALREADY_MOVED', { successorId })
}
