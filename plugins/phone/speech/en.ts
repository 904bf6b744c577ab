import type { Catalogue } from './keys.ts'

/** English. Values stand behind a colon or a comma, so that none has to fit into the grammar around it. */
export const en: Catalogue = {
  or: 'or',
  and: 'and',
  standing: { pending: 'not confirmed yet', requested: 'requested and not confirmed yet' },
  facts: { name: 'your name', day: 'the day', reference: 'the appointment number' },
  instead: { service: 'an appointment', name: 'you' },
  sentences: {
    CONTEXT: ['It is now {now}, time zone {zone}.'],
    SERVICES: ['We offer: {services}.'],
    NO_SERVICES: ['I am sorry, I cannot make any appointments at the moment.'],
    SERVICE_NEEDED: ['Which service is it for: {choices}?'],
    SERVICE_UNKNOWN: ['I am sorry, I cannot find that here.', 'We offer: {services}.'],
    SERVICE_AMBIGUOUS: ['Which one do you mean: {choices}?'],
    SERVICE_NOT_BOOKABLE: ['I am sorry, I cannot book this right now: {service}.'],

    AVAILABLE: ['Free for {service}: {choices}.'],
    NOT_AVAILABLE: ['I am sorry, for {service} this is not free: {when}.', 'I could offer: {choices}.'],
    NONE_THAT_DAY: ['I am sorry, nothing is free for {service} on that day: {day}.', 'I could offer: {choices}.'],
    NONE_AT_THAT_HOUR: [
      'At that time of day nothing is free for {service} in the whole week: {when}.',
      'I could offer: {choices}.',
    ],
    NONE_THEN: ['I am sorry, nothing is free for {service} in that time.', 'I could offer: {choices}.'],
    NONE_AVAILABLE: ['I am sorry, nothing is free for {service} around that time.', 'Would another day suit you?'],
    CALENDAR_SLOW: ['I am sorry, I cannot look into the calendar right now.'],

    BOOKED: ['The appointment is booked for {name}: {service}, {when}.', 'Your appointment number is {ref}.'],
    REQUESTED: [
      'The appointment is requested for {name} and still has to be confirmed: {service}, {when}.',
      'Your appointment number is {ref}.',
    ],
    PENDING: [
      'The appointment is not confirmed yet: {service}, {when}.',
      'I will enter it as soon as the calendar answers. If that does not work, our team will call you.',
    ],
    SLOT_TAKEN: ['I am sorry, this has just been taken: {service}, {when}.', 'I could still offer: {choices}.'],
    NOT_BOOKED: ['I am sorry, that did not work: {service}, {when}.', 'Our team will look into it.'],
    MOVE_OR_ADD: [
      'You already have an appointment: {service}, {was}.',
      'Shall I move it, or book this one as well: {when}?',
    ],
    SAME_OR_OTHER: [
      'We already had this one: {service}, {when}, for {name}.',
      'Is it the same person, or somebody else?',
    ],
    NAME_NEEDED: ['What name may I put the appointment under?'],
    PHONE_NEEDED: ['On which phone number can we reach you?'],
    TOO_MANY_BOOKINGS: ['I am sorry, I cannot make any more appointments in this call.'],

    FACT_NEEDED: ['Please tell me either {choices}.'],
    FACTS_NEEDED: [
      'Please tell me two of these three: {facts}.',
      'Please tell me one more thing as well: either {choices}.',
    ],
    NOT_FOUND: ['I am sorry, I cannot help you any further with these details.'],
    WHICH_APPOINTMENT: ['Which appointment do you mean: {choices}?'],
    TOO_MANY_ATTEMPTS: ['I am sorry, I cannot help you any further this way.'],
    FOUND: ['I can see: {appointments}.'],
    FOUND_UNCONFIRMED: ['I can see: {appointments}.'],
    FOUND_FAILED: [
      'I can see: {appointments}.',
      'I am sorry, the calendar does not have it like this: {failed}. Our team will look into it.',
    ],

    MOVED: ['The appointment is moved: {service}, from {was} to {when}.', 'Your appointment number is {ref}.'],
    MOVE_REQUESTED: [
      'The new time is requested and still has to be confirmed: {service}, {when}.',
      'Your appointment number is {ref}.',
    ],
    MOVE_PENDING: [
      'The new time is not confirmed yet: {service}, {when}.',
      'I will enter it as soon as the calendar answers. If that does not work, our team will call you.',
    ],
    MOVE_TAKEN: [
      'I am sorry, this time is not free: {when}. Your appointment stays as it is: {service}, {was}.',
      'I could offer: {choices}.',
    ],
    NOT_MOVED: ['I am sorry, moving it did not work: {service}, {when}.', 'Our team will look into it.'],
    CANCEL_ANOTHER: [
      'This one is cancelled already: {service}, {when}.',
      'Is this one to be cancelled too: {choices}?',
    ],
    CANCELLED: ['The appointment is cancelled: {service}, {when}.'],
    CANCEL_PENDING: [
      'The cancellation is not confirmed yet: {service}, {when}.',
      'I will cancel it as soon as the calendar answers. If that does not work, our team will call you.',
    ],
    NOT_CANCELLED: ['I am sorry, cancelling it did not work: {service}, {when}.', 'Our team will look into it.'],
    APPOINTMENT_OVER: ['That appointment is already over.'],

    TIME_AMBIGUOUS: ['Which time do you mean?', 'For example: {choices}.'],
    DATE_AMBIGUOUS: ['Which day do you mean?', 'For example: {choices}.'],
    DATE_MISSING: ['Which day would you like?', 'For example: {choices}.'],
    TIME_MISSING: ['What time would you like?', 'For example: {choices}.'],
    DATE_IN_PAST: ['That day is already over, today is {today}.', 'Do you mean: {choices}?'],
    TIME_IN_PAST: ['That time is already over today.', 'Do you mean: {choices}?'],
    DATE_TOO_FAR: ['I am sorry, I cannot plan that far ahead.', 'Do you mean: {choices}?'],
    DATE_DOES_NOT_EXIST: ['There is no such day in the calendar.', 'Do you mean: {choices}?'],
    TIME_IN_GAP: ['There is no such time on that day, because the clocks change.', 'Would this do: {choices}?'],
    TIME_TWICE: ['That time comes twice on that day, because the clocks change.', 'Do you mean: {choices}?'],
    WEEKDAY_MISMATCH: ['The weekday and the date do not go together.', 'Do you mean: {choices}?'],
    DATE_UNREADABLE: ['I am sorry, I did not get the day. Today is {today}.', 'Do you mean: {choices}?'],
    TIME_UNREADABLE: ['I am sorry, I did not get the time.', 'Do you mean: {choices}?'],

    UNKNOWN_FUNCTION: ['I am sorry, I cannot do that right now.'],
    INTERNAL: ['I am sorry, I cannot do that right now.'],
  },
}
