/** What a sync code says to the person at the desk: what happened, and what to do about it. */
type Explanation = { happened: string; remedy: string }

function row(happened: string, remedy: string): Explanation {
  return { happened, remedy }
}

const ownFault = row('The calendar has a fault of its own.', 'Retry later.')
const noAnswer = row('The calendar did not answer in time.', 'Look whether it is booked there, then retry.')
const busy = row(
  'The calendar takes no more requests for now.',
  'Nothing, if it passes by itself; else ask for a higher limit.',
)

const explanations: Record<string, Explanation> = {
  // the way to the calendar
  NETWORK: row('The calendar could not be reached.', 'Check the base URL of the connection, then retry.'),
  TIMEOUT: noAnswer,
  HTTP_504: noAnswer,
  HOST_NOT_ALLOWED: row(
    'The base URL of the connection may not be called.',
    'Correct it, or ask the operator to allow the host.',
  ),
  REPLY_UNREADABLE: row(
    'The answer of the calendar could not be read.',
    'Look whether it is booked there, then retry.',
  ),
  PROVIDER_FAULT: row(
    'The plugin of the calendar broke off.',
    'The log says where; look whether it is booked there, then retry.',
  ),
  PLUGIN_MISSING: row('The plugin of this connection is not enabled.', 'Enable it in the settings, then retry.'),
  BREAKER_OPEN: row(
    'The calendar failed so often that it is left alone for a while.',
    'Find out what ails it; what waits is sent by itself when it answers again.',
  ),
  HTTP_429: busy,
  RATE_LIMITED: busy,

  // the credential
  HTTP_401: row(
    'The calendar does not accept the key of this connection.',
    'Store a valid key in the connection and check it.',
  ),
  SECRET_UNREADABLE: row(
    'The stored key of this connection cannot be read any more.',
    'Start with the secret key that it was stored with, or store the key anew, and check.',
  ),
  NEEDS_AUTH: row(
    'The connection to the calendar needs a valid key.',
    'Store one in the connection and check it; what waits is sent then.',
  ),
  CONNECTION_PAUSED: row('The connection to the calendar is paused.', 'Resume it; what waits is sent then.'),
  WEBHOOK_URL_REFUSED: row(
    'The calendar refuses our webhook address.',
    'Set server.publicUrl to one that it can reach.',
  ),
  LIST_VERSION_UNSUPPORTED: row(
    'The API version set for lists cannot be polled.',
    'Set versions.list of the connection back.',
  ),
  HTTP_403: row(
    'The key may not do this in the calendar.',
    'Give the key the missing right, or store another, and check; then retry what failed.',
  ),

  // what was asked for
  HTTP_400: row('The calendar did not accept the request.', 'Compare the appointment with the event type, then retry.'),
  HTTP_404: row(
    'The calendar does not know the event type or booking.',
    'Link the service to an event type that exists, then retry.',
  ),
  HTTP_409: row(
    'The calendar holds something that stands against this.',
    'Look at the time in the calendar, then retry or cancel.',
  ),
  HTTP_422: row(
    'The calendar refused the details of the appointment.',
    'Correct the details that the event type asks for, then retry.',
  ),
  EVENT_TYPE_NOT_FOUND: row(
    'The event type of this service is gone from the calendar.',
    'Link the service anew, then retry.',
  ),
  EVENT_TYPE_UNSUPPORTED: row(
    'The event type makes series, seats or several lengths.',
    'Link one that makes single bookings, then retry.',
  ),
  TARGET_INVALID: row('The link of the service names no event type.', 'Link the service anew, then retry.'),
  NO_HOSTS: row('The event type has no host who could take the booking.', 'Give it one in the calendar, then retry.'),
  FIELD_REQUIRED: row(
    'The event type asks for a field of its own that is not filled in here.',
    'Make it optional there, then retry.',
  ),
  FIELD_INVALID: row(
    'The calendar does not take what stands in one of the fields.',
    'Correct the appointment, then retry.',
  ),
  FIELD_UNKNOWN: row(
    'The calendar does not know one of the fields.',
    'Check the API version of the connection, then retry.',
  ),
  REASON_REQUIRED: row('The calendar wants a reason for the cancellation.', 'Cancel there by hand, or retry.'),

  // the customer
  PHONE_INVALID: row('The calendar does not take this phone number.', 'Correct it, then retry.'),
  PHONE_REQUIRED: row('The event type asks for a phone number.', 'Add the customer’s number, then retry.'),
  CONTACT_REQUIRED: row('The calendar asks for an e-mail address or a phone number.', 'Add one, then retry.'),
  EMAIL_UNVERIFIED: row(
    'The event type has customers verify their e-mail address, which only they can do.',
    'Switch that off in the calendar, then retry.',
  ),
  EMAIL_BLOCKED: row(
    'The calendar takes no bookings from this e-mail address.',
    'Unblock it there, or book with another address.',
  ),
  BOOKING_LIMIT: row(
    'The customer has as many open bookings as the event type allows.',
    'Raise the limit in the calendar, then retry.',
  ),

  // time
  SLOT_TAKEN: row('The time is taken in the calendar.', 'Agree on another time with the customer, or cancel.'),
  OUTSIDE_BOOKING_WINDOW: row(
    'The calendar takes no bookings at this time (too soon, or too far ahead).',
    'Agree on another time, or widen the window there.',
  ),
  START_IN_PAST: row(
    'The time had passed when the calendar was asked.',
    'Agree on another time with the customer, or cancel.',
  ),
  NOTICE_TOO_SHORT: row('The calendar allows no move at such short notice.', 'Move it in the calendar by hand.'),
  ALREADY_ENDED: row('The booking is over in the calendar.', 'Nothing can be changed there any more; dismiss this.'),
  CANCEL_NOT_ALLOWED: row(
    'The event type allows no cancellation.',
    'Allow it in the calendar, then retry; or cancel there by hand.',
  ),

  // two sides
  ALREADY_CANCELLED: row('The booking was cancelled in the calendar.', 'Ask who cancelled it; retry books it again.'),
  ALREADY_MOVED: row('The booking was moved in the calendar meanwhile.', 'Compare both sides, then retry.'),
  ORPHANED_LOCAL: row(
    'The appointment stands here, but its booking is gone from the calendar.',
    'Ask who removed it; cancel it here, and book anew if it is still wanted.',
  ),
  NEVER_BOOKED: row(
    'The visit is over here and was never in the calendar.',
    'Enter it there by hand if it took place; then dismiss this.',
  ),
  ORPHANED_REMOTE: row('The calendar holds a booking that is not known here.', 'Find out where it came from.'),
  DATA_MISMATCH: row('The calendar says something else than we do.', 'Compare both sides, then retry.'),
  CONFLICT: row(
    'It was changed here and in the calendar at the same time; the calendar was kept.',
    'Compare both, and repeat what is missing.',
  ),
  PHASE_CHANGED_REMOTE: row(
    'One phase of a composite appointment was changed in the calendar.',
    'Bring the other phases in line with it.',
  ),
  COMPENSATED: row(
    'Cancelled again, because another part of the service could not be booked.',
    'See what kept the other part from being booked; a retry books all of them.',
  ),
  HALF_BOOKED: row(
    'Only a part of the service is booked, and what is booked could not be cancelled.',
    'The list says which parts: book the others in the calendar or cancel these there, then retry.',
  ),
  NOT_KEPT: row(
    'The calendar said that it was booked, and does not have it.',
    'Find out what ails the calendar; it is tried again by itself.',
  ),
  SEVERAL_FOUND: row(
    'The calendar holds several bookings that could be this one.',
    'Cancel the wrong ones there, then retry.',
  ),
  VERIFICATION_ERROR: row('The appointment could not be compared with the calendar.', 'Retry later.'),
  UNKNOWN_EVENT_TYPE: row(
    'The calendar has bookings on an event type that no service is linked to.',
    'Link it to a service, or dismiss this to leave it alone from now on.',
  ),
  LINK_REFUSED: row(
    'A service and the event type that it is linked to do not fit, so it cannot be booked.',
    'Correct one of the two, or link it to another event type; this closes when they fit.',
  ),
  NOT_TAKEN_IN: row(
    'Something that the calendar told could not be taken in.',
    'Compare the calendar with the list here; the log says what was in the way.',
  ),
  HOP_LIMIT: row(
    'A change went round between calendars and was stopped.',
    'Look whether two links point at each other.',
  ),

  // the phone
  CALL_BACK: row(
    'What a caller asked for failed, and they were told that the team sees to it.',
    'Call them back today: agree on what is possible, or say what went wrong. Then resolve this as called_back.',
  ),
  CALL_SAYS_BOOKED: row(
    'After a call the phone agent says that an appointment was booked, and none was.',
    'Listen to the call at the vendor. If the customer was told so call them back, and resolve this as called_back.',
  ),
}

const unlisted = row(
  'The appointment could not be brought in line with the calendar.',
  'Look at its timeline, then retry.',
)

function explanationOf(code: string): Explanation {
  if (Object.hasOwn(explanations, code)) return explanations[code] as Explanation
  return /^HTTP_5\d\d$/.test(code) ? ownFault : unlisted
}

/** What happened, in one sentence. Never a provider's own words: they may name people. */
export function explain(code: string): string {
  return explanationOf(code).happened
}

/** What happened and what to do, as a review says it. */
export function advise(code: string): string {
  const { happened, remedy } = explanationOf(code)
  return `${happened} ${remedy}`
}
