import { type NotDone, notDone, type Unknown, unknown } from '#core'
import type { Answer, Failure, Operation, Refusal, Silence, Unreadable } from './client.ts'
import type { Unmappable } from './map.ts'
import { allowedAgain } from './rate-limit.ts'

/** What a successful reply shows, beside what was asked for. One that shows several is called by the first that fits. */
export type Sight =
  | Unmappable
  | ('another booking' | 'another service' | 'another person' | 'still stands' | 'another time')
  | ('only a guest' | 'as asked')

/** How a request ended, as the table looks at it. */
export type Observation = Failure | { is: 'success'; sight: Sight }

/**
 * What an observation means. `stands`: the booking in the reply is the answer. `left out`: a list gave more than was
 * asked for. `gone`: what was asked for does not exist, or has ended already.
 */
export type Verdict = NotDone | Unknown | { is: 'stands' | 'left out' | 'gone' }

/** What a row may look at beyond the observation: the id in question, and the time in milliseconds since 1970. */
export type Circumstances = { id?: string; now: number }

type End = (seen: Observation, circumstances: Circumstances) => Verdict
type Seen = number | Sight | Unreadable['what'] | `${'sent' | 'unsent'} ${Silence['code']}`
type Row = { on: readonly Operation[]; seen: readonly Seen[]; ends: End; says: RegExp }

const write: readonly Operation[] = ['create', 'reschedule', 'cancel']
const place: readonly Operation[] = ['create', 'reschedule']
const onBookings: readonly Operation[] = [...write, 'get', 'list']
const subscribing: readonly Operation[] = ['subscribe', 'mend']
// A record, because a list could forget an operation that is added one day.
const all: Record<Operation, true> = {
  ...{ create: true, reschedule: true, cancel: true, get: true, list: true },
  ...{ slots: true, hold: true, release: true, services: true, service: true, me: true },
  ...{ webhooks: true, subscribe: true, mend: true, unsubscribe: true },
}
const any = Object.keys(all) as readonly Operation[]

const between = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
const never = (code: string) => () => notDone(code)
const parked = (code: string) => () => notDone(code, { retry: 'later', scope: 'connection' })
const doubt = (code?: string) => (seen: Observation) => unknown(code ?? codeOf(seen))
const is = (word: 'stands' | 'left out' | 'gone') => () => ({ is: word })
const row = (on: Row['on'], seen: Row['seen'], ends: End, says = /(?:)/): Row => ({ on, seen, ends, says })

/**
 * The whole table: on which operations, what is seen (a status, or a word), what it means, and in which words of Cal.com's
 * where those decide. The first row that fits counts.
 *
 * `never` stands only where Cal.com says so itself, before it wrote anything. A write that it refuses with words that are
 * not known here is a doubt: its errors were seen to come after the booking had been made.
 */
export const table: readonly Row[] = [
  // No reply. What never left may be sent again; of what left nobody knows whether it arrived.
  row(any, ['unsent TIMEOUT', 'unsent NETWORK'], (seen) => notDone(codeOf(seen), { retry: 'later' })),
  row(any, ['unsent HOST_NOT_ALLOWED'], parked('HOST_NOT_ALLOWED')),
  row(any, ['unsent BREAKER_OPEN', 'unsent RATE_LIMITED'], held),
  row(any, ['sent TIMEOUT', 'sent NETWORK'], doubt()),

  // A reply that is none of Cal.com's: a proxy answered, or half of it was lost. What was done behind it is not known.
  row(any, ['redirect', 'empty', 'html', 'malformed', 'too large', 'no envelope'], doubt()),

  // Success. It counts as ours only if it is proven to be: where a host must confirm, Cal.com answers a create with the
  // booking that the same customer has there already, be it another appointment's or one of the customer's own making.
  row(['create'], ['another booking'], doubt('SLOT_TAKEN')),
  row(place, ['another service'], doubt('DATA_MISMATCH')),
  row(['create'], ['another person'], doubt('DATA_MISMATCH')),
  row(['reschedule', 'cancel', 'get'], ['another booking'], doubt()),
  row(['cancel'], ['still stands'], doubt()),
  // What it says that it booked is told as it is: another time becomes a mismatch in the core, for a person to look at.
  row(place, ['another time'], is('stands')),
  // A get asks what stands there, whatever that is, and a cancel ends whatever stands there. A move takes its attendee
  // along unchanged, so another person is what a change of the name or the address here looks like, and no mistake.
  row(onBookings, ['as asked'], is('stands')),
  // Its filters are wider than ours, and an API version that it does not know ignores them all.
  row(['list'], ['another service', 'another person', 'another time', 'only a guest'], is('left out')),
  // Several appointments in one: no event type of theirs can be linked, so in a list they are none of ours.
  row(['list'], ['RECURRING_BOOKING', 'SEATED_BOOKING'], is('left out')),
  row([...write, 'get'], ['RECURRING_BOOKING', 'SEATED_BOOKING'], doubt()),
  // Half a list proves nothing: one row that cannot be read breaks it off.
  row(onBookings, ['REPLY_UNREADABLE'], doubt()),

  // The connection. Refusals that look like its key's but concern one booking or hold only.
  row(['reschedule'], [403], never('NOTICE_TOO_SHORT'), /minimum notice period/i),
  row(['create'], [400, 403], never('EMAIL_BLOCKED'), /Cannot use this email|email has been blocked/i),
  row(['hold'], [403], never('HOLD_REFUSED'), /not owner of event type|specify reservationDuration/i),
  row(any, [401], parked('HTTP_401')),
  row(any, [403], parked('HTTP_403')),
  row(any, [429], rateLimited),

  // Gone already.
  row(['get', 'cancel'], [404], gone(/^Booking with uid=(\S+) (?:was )?not found/)),
  row(['service'], [404], gone(/^Event type with id (\S+) (?:was )?not found/i)),
  row(['cancel'], [400], is('gone'), /has been cancelled already/i),
  row(['unsubscribe'], [404], gone(/^Webhook \((\S+)\) (?:was )?not found/)),

  // A place that may be taken by our own earlier try, whose reply was lost: look first.
  row(place, [400, 409], doubt('SLOT_TAKEN'), /already has booking at this time or is not available/i),
  row(place, [400, 409], doubt('SLOT_TAKEN'), /booking_conflict_error|record that already exists/i),
  row(place, [400, 500], doubt('SLOT_TAKEN'), /hosts?_unavailable_for_booking/),
  // A reservation is no booking: there is nothing to look for.
  row(['hold'], [422], never('SLOT_TAKEN'), /already (?:booked|reserved)|seats left/i),

  // A booking that is no longer the one to move.
  row(['reschedule'], [400], movedAlready, /cancelled and rescheduled already/i),
  row(['reschedule'], [400], never('ALREADY_CANCELLED'), /has been cancelled/i),
  row(['reschedule'], [404], never('HTTP_404'), /^Booking with uid=\S+ (?:was )?not found/),

  // Time.
  row(place, [400], never('START_IN_PAST'), /meeting in the past/i),
  row(place, [400], never('OUTSIDE_BOOKING_WINDOW'), /can't be booked at the "start" time/i),
  row(['cancel'], [400], never('ALREADY_ENDED'), /already ended/i),

  // The customer.
  row(place, [400], never('PHONE_INVALID'), /Invalid phone number format/i),
  row(place, [400], never('PHONE_REQUIRED'), /Missing attendee phone number/i),
  row(place, [400], never('CONTACT_REQUIRED'), /at least one contact method/i),
  row(place, [400], never('BOOKING_LIMIT'), /maximum number of active bookings/i),
  row(place, [400], never('EMAIL_UNVERIFIED'), /email_verification_required|invalid_verification_code/),

  // The event type.
  row(['create'], [404], never('EVENT_TYPE_NOT_FOUND'), /^Event type with .* not found/i),
  row(['create'], [400], never('TARGET_INVALID'), /Either eventTypeId or eventTypeSlug/i),
  row(place, [422], never('NO_HOSTS'), /has no hosts/i),
  row(place, [400], never('EVENT_TYPE_UNSUPPORTED'), /lengthInMinutes|seated booking|managed event type/i),
  row(place, [409], never('EVENT_TYPE_UNSUPPORTED'), /No more seats left/i),
  row(['cancel'], [400], never('CANCEL_NOT_ALLOWED'), /does not allow cancellations/i),

  // The request.
  row(place, [400], never('FIELD_REQUIRED'), /Missing required booking field|error_required_field/i),
  row(write, [400], never('FIELD_UNKNOWN'), /property \S+ should not exist/i),
  row(write, [400], never('FIELD_INVALID'), /property is wrong|Metadata must have/i),
  row(place, [400], never('FIELD_INVALID'), /Invalid (?:type|option) .*booking field|Booking location with type/i),
  row(['cancel'], [400], never('REASON_REQUIRED'), /Cancellation reason is required/i),

  // Where it is to call.
  row(subscribing, [400], never('WEBHOOK_URL_REFUSED'), /Webhook URL is not allowed|subscriberUrl/i),
  row(subscribing, [400], never('WEBHOOK_TRIGGER_UNKNOWN'), /value in triggers/i),

  // Words that are not known here, a fault of its own, or of what stands before it (502 to 504, 520 to 527).
  row(any, between(400, 999), doubt()),
]

/** What an observation means for an operation. */
export function verdict(operation: Operation, seen: Observation, circumstances: Circumstances): Verdict {
  const [word, text] = [wordOf(seen), seen.is === 'refusal' ? seen.message : '']
  const fitting = table.find((each) => each.on.includes(operation) && each.seen.includes(word) && each.says.test(text))
  return fitting === undefined ? unknown(codeOf(seen)) : fitting.ends(seen, circumstances)
}

/** The same for what did not succeed, where nothing can be `gone`. */
export function failure(operation: Operation, seen: Failure, circumstances: Circumstances): NotDone | Unknown {
  const found = verdict(operation, seen, circumstances)
  return found.is === 'not_done' || found.is === 'unknown' ? found : unknown('REPLY_UNREADABLE')
}

/** Whether an answer proves that what was asked for does not exist, or has ended already. */
export function isGone(operation: Operation, answer: Answer, circumstances: Circumstances): boolean {
  return answer.is !== 'data' && verdict(operation, answer, circumstances).is === 'gone'
}

function wordOf(seen: Observation): Seen {
  if (seen.is === 'silence') return `${seen.sent ? 'sent' : 'unsent'} ${seen.code}`
  if (seen.is === 'refusal') return seen.status
  return seen.is === 'unreadable' ? seen.what : seen.sight
}

/** The code of an observation for which the table has no better one. */
function codeOf(seen: Observation): string {
  if (seen.is === 'silence') return seen.code
  if (seen.is === 'refusal') return `HTTP_${seen.status}`
  return seen.is === 'success' && /^[A-Z_]+$/.test(seen.sight) ? seen.sight : 'REPLY_UNREADABLE'
}

function held(seen: Observation, { now }: Circumstances): NotDone {
  const at = (seen.is === 'silence' ? seen.retryAt : null) ?? allowedAgain({}, now)
  return notDone(codeOf(seen), { retry: { at }, scope: 'connection' })
}

function rateLimited(seen: Observation, { now }: Circumstances): NotDone {
  const headers = seen.is === 'refusal' ? seen.headers : {}
  return notDone('HTTP_429', { retry: { at: allowedAgain(headers, now) }, scope: 'connection' })
}

/**
 * A 404 proves an absence only in the words that Cal.com has for it, in the envelope of its own exception, and about the
 * very id that was asked for. Every other 404 (a wrong base URL, a proxy, the fallback API version, whose text is
 * "Booking with UID=… does not exist") says nothing about the booking, and an appointment would be orphaned by it.
 */
function gone(words: RegExp) {
  return (seen: Observation, { id }: Circumstances): Verdict => {
    const { kind, message } = seen as Refusal
    return kind === 'NotFoundException' && id !== undefined && message.match(words)?.[1] === id
      ? { is: 'gone' }
      : unknown('HTTP_404')
  }
}

function movedAlready(seen: Observation): NotDone {
  const successorId = /already to booking with uid=([A-Za-z0-9_-]{1,200})/.exec((seen as Refusal).message)?.[1]
  return notDone('ALREADY_MOVED', { successorId })
}
