/**
 * Everything that a caller may be told, by the stable code of the answer, with the values that the sentence needs.
 * `name[]` is a list, `name?` may be missing; all are texts that can be spoken as they are. Programs and dashboards know
 * the codes: one that is published is never renamed.
 */
export const speechKeys = {
  CONTEXT: ['now', 'zone'],
  SERVICES: ['services[]'],
  NO_SERVICES: [],
  SERVICE_NEEDED: ['choices[]'],
  SERVICE_UNKNOWN: ['services[]'],
  SERVICE_AMBIGUOUS: ['choices[]'],
  SERVICE_NOT_BOOKABLE: ['service'],

  AVAILABLE: ['service', 'choices[]'],
  NOT_AVAILABLE: ['service', 'when?', 'choices[]'],
  NONE_THAT_DAY: ['service', 'day', 'choices[]'],
  NONE_AT_THAT_HOUR: ['service', 'when', 'choices[]'],
  NONE_THEN: ['service', 'choices[]'],
  NONE_AVAILABLE: ['service'],
  CALENDAR_SLOW: [],

  BOOKED: ['service', 'when', 'name', 'ref'],
  REQUESTED: ['service', 'when', 'name', 'ref'],
  PENDING: ['service', 'when'],
  SLOT_TAKEN: ['service', 'when', 'choices[]'],
  NOT_BOOKED: ['service', 'when'],
  MOVE_OR_ADD: ['service', 'was', 'when'],
  SAME_OR_OTHER: ['service', 'when', 'name'],
  NAME_NEEDED: [],
  PHONE_NEEDED: [],
  TOO_MANY_BOOKINGS: [],

  FACT_NEEDED: ['choices[]'],
  // Of who said nothing yet all are asked (`facts`), of who said one the others (`choices`).
  FACTS_NEEDED: ['facts?', 'choices[]'],
  NOT_FOUND: [],
  WHICH_APPOINTMENT: ['choices[]'],
  TOO_MANY_ATTEMPTS: [],
  FOUND: ['appointments[]'],
  FOUND_UNCONFIRMED: ['appointments[]'],
  FOUND_FAILED: ['appointments[]', 'failed[]'],

  MOVED: ['service', 'was', 'when', 'ref'],
  MOVE_REQUESTED: ['service', 'when', 'ref'],
  MOVE_PENDING: ['service', 'when'],
  MOVE_TAKEN: ['service', 'when', 'was', 'choices[]'],
  NOT_MOVED: ['service', 'when'],
  CANCELLED: ['service', 'when'],
  CANCEL_ANOTHER: ['service', 'when', 'choices[]'],
  CANCEL_PENDING: ['service', 'when'],
  NOT_CANCELLED: ['service', 'when'],
  APPOINTMENT_OVER: [],

  TIME_AMBIGUOUS: ['today', 'choices[]'],
  DATE_AMBIGUOUS: ['today', 'choices[]'],
  DATE_MISSING: ['today', 'choices[]'],
  TIME_MISSING: ['today', 'choices[]'],
  DATE_IN_PAST: ['today', 'choices[]'],
  TIME_IN_PAST: ['today', 'choices[]'],
  DATE_TOO_FAR: ['today', 'choices[]'],
  DATE_DOES_NOT_EXIST: ['today', 'choices[]'],
  TIME_IN_GAP: ['today', 'choices[]'],
  TIME_TWICE: ['today', 'choices[]'],
  WEEKDAY_MISMATCH: ['today', 'choices[]'],
  DATE_UNREADABLE: ['today', 'choices[]'],
  TIME_UNREADABLE: ['today', 'choices[]'],

  UNKNOWN_FUNCTION: [],
  INTERNAL: [],
} as const satisfies Record<string, readonly string[]>

export type SpeechKey = keyof typeof speechKeys

/** The values of each sentence. */
export type SpeechValues = { [K in SpeechKey]: ValuesOf<(typeof speechKeys)[K][number]> }

type ValuesOf<Names extends string> = { readonly [N in Names as Needed<N>]: string } & {
  readonly [N in Names as Missing<N>]?: string | undefined
} & { readonly [N in Names as List<N>]: readonly string[] }

type Needed<N> = N extends `${string}?` | `${string}[]` ? never : N
type Missing<N> = N extends `${infer M}?` ? M : never
type List<N> = N extends `${infer M}[]` ? M : never

/**
 * One language: for every key one or two short sentences with `{name}` for each value. Of several sentences one whose
 * value is missing, or an empty list, is left out.
 */
export type Catalogue = {
  readonly sentences: Readonly<Record<SpeechKey, readonly string[]>>
  /** Between the last two of a list of which one is to be chosen (`choices`), and of any other, where all are meant. */
  readonly or: string
  readonly and: string
  /** How an appointment stands that is not agreed, said behind a comma. */
  readonly standing: { readonly pending: string; readonly requested: string }
  /** By what a caller shows that an appointment is theirs. A day is enough, the time need not be known. */
  readonly facts: { readonly name: string; readonly day: string; readonly reference: string }
  /** What is said for a name that has nothing in it that can be said. */
  readonly instead: { readonly service: string; readonly name: string }
}
