type Sentence = { happened: string; todo: string }

// One row per code: what happened, in words of the front desk, and what to do about it.
const sentences: Record<string, Sentence> = {
  HTTP_400: row('The calendar did not accept the request.', 'Compare the appointment with the event type, then retry.'),
  HTTP_401: row('The calendar no longer accepts the key.', 'Store a valid key in the connection and check it.'),
  HTTP_403: row(
    'The key may not do this in the calendar.',
    'Give the key the missing right, or store another, and check.',
  ),
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
  HTTP_429: row(
    'The calendar takes no more requests for now.',
    'Nothing, if it passes by itself; else ask for a higher limit.',
  ),
  HTTP_500: row('The calendar has a fault of its own.', 'Retry later.'),
  HTTP_502: row('The calendar has a fault of its own.', 'Retry later.'),
  HTTP_503: row('The calendar is out of service.', 'Retry later.'),
  HTTP_504: row('The calendar did not answer in time.', 'Look whether it is booked there, then retry.'),
  TIMEOUT: row('The calendar did not answer in time.', 'Look whether it is booked there, then retry.'),
  NETWORK: row('The calendar could not be reached.', 'Check the base URL of the connection, then retry.'),
  HOST_NOT_ALLOWED: row(
    'The base URL of the connection may not be called.',
    'Correct it, or ask the operator to allow the host.',
  ),
  BREAKER_OPEN: row(
    'The calendar failed so often that it is left alone for a while.',
    'Find out what ails it, then retry.',
  ),
  RATE_LIMITED: row(
    'The calendar takes no more requests for now.',
    'Nothing, if it passes by itself; else ask for a higher limit.',
  ),
  SLOT_TAKEN: row('The time is taken in the calendar.', 'Agree on another time with the customer, or cancel.'),
  ORPHANED_LOCAL: row(
    'The appointment stands here, but its booking is gone from the calendar.',
    'Ask who removed it; retry books it again.',
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
  SEVERAL_FOUND: row(
    'The calendar holds several bookings that could be this one.',
    'Cancel the wrong ones there, then retry.',
  ),
  VERIFICATION_ERROR: row('The appointment could not be compared with the calendar.', 'Retry later.'),
  UNKNOWN_EVENT_TYPE: row(
    'The calendar has bookings on an event type that no service is linked to.',
    'Link it to a service, or dismiss this.',
  ),
  HOP_LIMIT: row(
    'A change went round between calendars and was stopped.',
    'Look whether two links point at each other.',
  ),
}

const unlisted = row(
  'The appointment could not be brought in line with the calendar.',
  'Look at its timeline, then retry.',
)

function row(happened: string, todo: string): Sentence {
  return { happened, todo }
}

/** What a review of this code says to a person: what happened, and what to do. */
export function sentenceFor(code: string): string {
  const { happened, todo } = Object.hasOwn(sentences, code) ? (sentences[code] as Sentence) : unlisted
  return `${happened} ${todo}`
}
