const sentences: Record<string, string> = {
  TIMEOUT: 'The calendar did not answer in time.',
  NETWORK: 'The calendar could not be reached.',
  HTTP_401: 'The calendar refused the credential of this connection. Enter a valid one and check it.',
  HTTP_403: 'The credential of this connection may not do this. Give it the rights, or enter another.',
  HTTP_404: 'The calendar does not know what it was asked for (event type or booking).',
  HTTP_422: 'The calendar found the booking not valid.',
  HTTP_429: 'The calendar takes no more calls at the moment; it is tried again later.',
  SLOT_TAKEN: 'The slot is taken in the calendar. Offer the customer another time.',
  OUT_OF_BOUNDS: 'The calendar does not take bookings at this time (too soon, or too far ahead).',
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
