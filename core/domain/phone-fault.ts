/** What keeps a function from being done that is no outcome of business. */
export type PhoneFault =
  | 'NO_RECEPTIONIST'
  | 'CONNECTION_PAUSED'
  | 'CALL_MISSING'
  | 'CALL_UNREADABLE'
  | 'NOTHING_TO_DO'
  | 'TOO_MANY_CALLS'
  | 'CALL_CLOSED'
  | 'STILL_WORKING'
  | 'INTERNAL'

type Words = { message: { en: string; de: string }; instruction: string }

const unable = {
  en: 'I am sorry, I cannot do that right now.',
  de: 'Das kann ich gerade leider nicht erledigen.',
}
// Nobody at the desk would hear of a call back that an agent promises.
const handOver =
  'Do not try again. Hand over to a person if you can; else ask them to call again later. Promise no call back.'

/** The caller hears `message`, so it blames nobody and promises nothing; `instruction` is for the agent. */
const words: Record<PhoneFault, Words> = {
  NO_RECEPTIONIST: { message: unable, instruction: handOver },
  CONNECTION_PAUSED: { message: unable, instruction: handOver },
  CALL_MISSING: { message: unable, instruction: handOver },
  CALL_UNREADABLE: { message: unable, instruction: handOver },
  NOTHING_TO_DO: { message: unable, instruction: handOver },
  TOO_MANY_CALLS: {
    message: { en: 'One moment, one thing after the other.', de: 'Einen Moment, eins nach dem anderen.' },
    instruction: 'Call this function again, by itself.',
  },
  CALL_CLOSED: { message: unable, instruction: 'The call has ended. Do nothing more for it.' },
  STILL_WORKING: {
    message: {
      en: 'This takes a little longer. I am still on it.',
      de: 'Das dauert noch einen Augenblick. Ich bin noch dabei.',
    },
    // "Booked" may not be said, and neither may "failed": the work goes on.
    instruction:
      'Say that it is not confirmed yet. Call the same function with the same arguments to hear how it went.',
  },
  INTERNAL: {
    message: unable,
    instruction:
      'Do not say that it was done, nor that it was not. Try once more, then hand over to a person if you can. Promise no call back.',
  },
}

/** A fault as an answer that can be spoken, in German where `language` is German, else in English. */
export function spokenFault(code: PhoneFault, language: string) {
  const { message, instruction } = words[code]
  return { success: false, code, message: /^de\b/i.test(language) ? message.de : message.en, instruction }
}
