import type { SpeechKey } from './keys.ts'

const askAgain = 'Ask exactly this. Then call the same function again with the answer.'
// Nobody hears of a call back that an agent promises by itself: only the answers that say so bring it to the desk.
const handOver =
  'Do not try again. Hand over to a person if you can; else ask them to call again later. Promise no call back.'
const notYet =
  'Never say that it is done, nor that it failed: it goes on. Call the same function with the same arguments once more to hear how it stands. Promise no message.'
const seenTo = 'Do not try again. Say that the team will get in touch.'
const notFree = 'Nothing is booked. Ask which of the options, or for another time. Then call the same function again.'
const noneFree = 'Nothing is booked. Ask for another day or time. Then call the same function again.'
const whenAsked = 'Ask for it and never guess. Then call the same function again.'

/**
 * What the agent is to do next. In English whatever the caller speaks: an LLM reads it and nobody hears it, models
 * follow English most reliably, and one text to test is better than one for each language. Where nothing is said, the
 * message says it all.
 */
export const instructions: Readonly<Partial<Record<SpeechKey, string>>> = {
  NO_SERVICES: handOver,
  SERVICE_NEEDED: askAgain,
  SERVICE_UNKNOWN: askAgain,
  SERVICE_AMBIGUOUS:
    'Ask exactly this. Then call the same function again with the chosen entry of services, word for word.',
  SERVICE_NOT_BOOKABLE: handOver,

  AVAILABLE:
    'Nothing is booked yet. Ask which one. Then call book_appointment (or reschedule_appointment) with its start from options, unchanged.',
  NOT_AVAILABLE: notFree,
  NONE_THAT_DAY: notFree,
  NONE_AT_THAT_HOUR: notFree,
  NONE_THEN: notFree,
  NONE_AVAILABLE: 'Nothing is booked. Ask for another day or time. Then call check_availability again.',
  CALENDAR_SLOW:
    'Never say that a time is free or taken. Call this function once more; then hand over to a person, or ask them to call again later. Promise no call back.',

  BOOKED: 'Say the service, the day and the time exactly as they stand here.',
  REQUESTED: 'Say "requested", never "booked": the business still has to confirm it.',
  PENDING: notYet,
  SLOT_TAKEN:
    'Nothing was booked. Ask which of the options, or for another time. Then call book_appointment again with it.',
  NOT_BOOKED: seenTo,
  MOVE_OR_ADD:
    'Nothing was changed. Ask. To move it call reschedule_appointment with appointment_ref and the new time; to have both call book_appointment again with "additional": true.',
  SAME_OR_OTHER:
    'Nothing more was booked. Ask. For the same person call book_appointment again with the name as it stands here, to hear how it stands; for somebody else with "additional": true.',
  NAME_NEEDED: askAgain,
  PHONE_NEEDED:
    'Ask exactly this, and call the same function again with the answer. If they have none, ask no more: hand over to a person if you can, else say that you cannot book it. Promise no call back.',
  TOO_MANY_BOOKINGS: 'Do not try again. Hand over to a person if you can. Promise no call back.',

  FACT_NEEDED: 'Ask for one of these, and never suggest an answer. Then call the same function again.',
  FACTS_NEEDED: 'Ask for two of these, and never suggest an answer. Then call the same function again.',
  NOT_FOUND:
    'Say nothing about whether there is such an appointment. Ask whether the details are right, or hand over to a person. Promise no call back.',
  WHICH_APPOINTMENT: askAgain,
  TOO_MANY_ATTEMPTS: 'Do not try again, and do not say why. Hand over to a person if you can. Promise no call back.',

  FOUND_UNCONFIRMED:
    'Say of each how it stands here. Never say "booked" or "confirmed" of one that is not confirmed yet.',
  FOUND_FAILED:
    'What is not in the calendar like this is no appointment: never say that it is booked, and do not book it again. Say that the team will get in touch.',

  MOVE_REQUESTED: 'Say "requested", never "moved": the business still has to confirm it.',
  MOVE_PENDING: notYet,
  MOVE_TAKEN:
    'Nothing was moved. Ask which of the options, or for another time. Then call reschedule_appointment again with it.',
  NOT_MOVED: seenTo,
  CANCEL_ANOTHER:
    'Nothing more was cancelled. Ask. If yes call cancel_appointment again with the day and time of that one, or with appointment_ref where one stands here; if no there is nothing left to do.',
  CANCEL_PENDING: notYet,
  NOT_CANCELLED: seenTo,

  TIME_AMBIGUOUS: whenAsked,
  DATE_AMBIGUOUS: whenAsked,
  DATE_MISSING: whenAsked,
  TIME_MISSING: whenAsked,
  DATE_IN_PAST: whenAsked,
  TIME_IN_PAST: whenAsked,
  DATE_TOO_FAR: whenAsked,
  DATE_DOES_NOT_EXIST: whenAsked,
  TIME_IN_GAP: whenAsked,
  TIME_TWICE: whenAsked,
  WEEKDAY_MISMATCH: whenAsked,
  DATE_UNREADABLE: whenAsked,
  TIME_UNREADABLE: whenAsked,

  UNKNOWN_FUNCTION: handOver,
  INTERNAL:
    'Do not say that it was done, nor that it was not. Try once more, then hand over to a person if you can. Promise no call back.',
}

/** The same where the answer has no options: nobody is to be asked which of them. */
export const withoutOptions: Readonly<Partial<Record<SpeechKey, string>>> = {
  NOT_AVAILABLE: noneFree,
  NONE_THAT_DAY: noneFree,
  NONE_AT_THAT_HOUR: noneFree,
  NONE_THEN: noneFree,
  SLOT_TAKEN:
    'Nothing was booked. Ask for another day or time. Then call check_availability, or book_appointment again with it.',
  MOVE_TAKEN:
    'Nothing was moved. Ask for another day or time. Then call check_availability, or reschedule_appointment again with it.',
}
