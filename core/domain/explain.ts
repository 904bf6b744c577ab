const sentences: Record<string, string> = {
  TIMEOUT: 'The calendar did not answer in time.',
  NETWORK: 'The calendar could not be reached.',
  HTTP_401: 'The calendar refused the credential of this connection. Enter a valid one and check it.',
  HTTP_403: 'The credential of this connection may not do this. Give it the rights, or enter another.',
  HTTP_404: 'The calendar does not know what it was asked for (event type or booking).',
  HTTP_422: 'The calendar found the booking not valid.',
  HTTP_429: 'The calendar takes no more calls at the moment; it is tried again later.',
  SLOT_TAKEN: 'The slot is taken in the calendar. Offer the customer another time.',
  OUTSIDE_BOOKING_WINDOW: 'The calendar does not take bookings at this time (too soon, or too far ahead).',
  START_IN_PAST: 'The time had passed when the calendar was asked.',
  NOTICE_TOO_SHORT: 'The calendar allows no move at such short notice.',
  ALREADY_CANCELLED: 'The booking was cancelled in the calendar before it could be moved.',
  ALREADY_MOVED: 'The booking was moved in the calendar meanwhile.',
  ALREADY_ENDED: 'The booking is over in the calendar and can no longer be cancelled there.',
  CANCEL_NOT_ALLOWED: 'The event type allows no cancellation. Allow it in the calendar, or cancel there by hand.',
  EVENT_TYPE_NOT_FOUND: 'The event type of this service is gone from the calendar. Link the service anew.',
  EVENT_TYPE_UNSUPPORTED: 'The event type makes series, seats or several lengths. Link one that makes single bookings.',
  NO_HOSTS: 'The event type has no host who could take the booking.',
  PHONE_INVALID: 'The calendar does not take this phone number.',
  PHONE_REQUIRED: 'The event type asks for a phone number.',
  CONTACT_REQUIRED: 'The calendar asks for an e-mail address or a phone number.',
  EMAIL_UNVERIFIED: 'The event type asks customers to verify their e-mail address, which only they can do.',
  BOOKING_LIMIT: 'The customer has as many open bookings as the event type allows.',
  FIELD_REQUIRED: 'The event type asks for a field of its own that is not filled in here. Make it optional there.',
  FIELD_INVALID: 'The calendar does not take what stands in one of the fields.',
  FIELD_UNKNOWN: 'The calendar does not know one of the fields; is the API version of the connection right?',
  DATA_MISMATCH: 'The calendar holds the booking with another time than the appointment.',
  ORPHANED_LOCAL: 'The booking is no longer in the calendar.',
  CONFLICT: 'The booking was changed in the calendar meanwhile.',
  SEVERAL_FOUND: 'Several bookings in the calendar could be this one; a person has to say which.',
  VERIFICATION_ERROR: 'What is in the calendar could not be found out.',
  PLUGIN_MISSING: 'The plugin of this connection is not enabled.',
  REPLY_UNREADABLE: 'The answer of the calendar could not be read.',
}

/** What a sync code means, in one sentence for the person at the desk. Never a provider's own words: they may name people. */
export function explain(code: string): string {
  return (
    sentences[code] ??
    (/^HTTP_5\d\d$/.test(code) ? 'The calendar has a fault of its own.' : `The calendar answered with ${code}.`)
  )
}
