import { argumentMap } from './argument-map.ts'
import { fieldNames, newNames, oldNames, whenNames } from './argument-names.ts'
import { cleanText, type TextKind } from './argument-text.ts'
import type { Spoken } from './when/spoken.ts'

type Text = string | null

/** Who the appointment is for, as the model heard it: hints, no proof of anything. */
export type SaidCustomer = { name: Text; phone: Text; email: Text }

/** The arguments of each function after cleaning. Every text may be missing; nothing of it is checked against anything. */
export type CleanArguments = {
  get_current_context: Record<never, never>
  list_services: { query: Text }
  check_availability: { service: Text; staff: Text; when: Spoken }
  book_appointment: { service: Text; staff: Text; when: Spoken; customer: SaidCustomer; notes: Text }
  find_appointments: { reference: Text; service: Text; when: Spoken; customer: SaidCustomer }
  reschedule_appointment: {
    reference: Text
    service: Text
    customer: SaidCustomer
    /** The appointment that is to be moved. */
    oldWhen: Spoken
    /** Where it is to go. */
    newWhen: Spoken
    reason: Text
  }
  cancel_appointment: { reference: Text; service: Text; when: Spoken; customer: SaidCustomer; reason: Text }
}

export type PhoneFunction = keyof CleanArguments

type Said = ReadonlyMap<string, unknown>

const cleaners: { [F in PhoneFunction]: (said: Said) => CleanArguments[F] } = {
  get_current_context: () => ({}),
  list_services: (said) => ({ query: field(said, 'query', 'text') ?? field(said, 'service', 'text') }),
  check_availability: (said) => ({ ...serviceAndStaff(said), when: spoken(said) }),
  book_appointment: (said) => ({
    ...serviceAndStaff(said),
    when: spoken(said),
    customer: customer(said),
    notes: field(said, 'notes', 'notes'),
  }),
  find_appointments: (said) => ({ ...appointment(said), when: spoken(said) }),
  reschedule_appointment: (said) => ({
    ...appointment(said),
    ...oldAndNew(said),
    reason: field(said, 'reason', 'notes'),
  }),
  cancel_appointment: (said) => ({
    ...appointment(said),
    when: spoken(said),
    reason: field(said, 'reason', 'notes'),
  }),
}

/**
 * Cleans what a model sent for a function: any shape, any names of `argument-names.ts`, null words, variables that
 * nobody filled in, numbers for texts. What the function does not know is dropped, `execution_message` and `call_id`
 * among it. Takes anything and never throws.
 */
export function cleanArguments<F extends PhoneFunction>(name: F, raw: unknown): CleanArguments[F] {
  return cleaners[name](argumentMap(raw))
}

function serviceAndStaff(said: Said): { service: Text; staff: Text } {
  return { service: field(said, 'service', 'text'), staff: field(said, 'staff', 'name') }
}

function appointment(said: Said): { reference: Text; service: Text; customer: SaidCustomer } {
  return {
    reference: field(said, 'reference', 'reference'),
    service: field(said, 'service', 'text'),
    customer: customer(said),
  }
}

function customer(said: Said): SaidCustomer {
  const halves = [field(said, 'firstName', 'name'), field(said, 'lastName', 'name')].filter((half) => half !== null)
  const name = field(said, 'name', 'name') ?? (halves.length > 0 ? halves.join(' ') : null)
  return { name, phone: field(said, 'phone', 'phone'), email: field(said, 'email', 'email') }
}

function field(said: Said, name: keyof typeof fieldNames, kind: TextKind): Text {
  return firstText(said, fieldNames[name], kind)
}

/** The time under plain names, or under names with one of these words before them. */
function spoken(said: Said, prefixes: readonly string[] = []): Spoken {
  const text = (part: keyof Spoken) => {
    const names = prefixes.flatMap((prefix) => whenNames[part].map((name) => `${prefix}_${name}`))
    return firstText(said, prefixes.length === 0 ? whenNames[part] : names, 'when')
  }
  return {
    start: text('start'),
    date: text('date'),
    time: text('time'),
    weekday: text('weekday'),
    partOfDay: text('partOfDay'),
    timeFrom: text('timeFrom'),
    timeTo: text('timeTo'),
  }
}

/**
 * The two times of a reschedule. A plain `date` is the new one, except beside `new_date`: there it is the old one's.
 * Plain words without a day only complete the new time.
 */
function oldAndNew(said: Said): { oldWhen: Spoken; newWhen: Spoken } {
  const [oldWhen, named, plain] = [spoken(said, oldNames), spoken(said, newNames), spoken(said)]
  if (!isSaid(named)) return { oldWhen, newWhen: plain }
  const namesDay = plain.start !== null || plain.date !== null || plain.weekday !== null
  return namesDay && !isSaid(oldWhen)
    ? { oldWhen: plain, newWhen: named }
    : { oldWhen, newWhen: completed(named, plain) }
}

function isSaid(when: Spoken): boolean {
  return Object.values(when).some((text) => text !== null)
}

function completed(when: Spoken, plain: Spoken): Spoken {
  // A whole start needs nothing more, and a second word could only contradict it.
  return when.start === null
    ? { ...plain, ...Object.fromEntries(Object.entries(when).filter(([, text]) => text)) }
    : when
}

function firstText(said: Said, names: readonly string[], kind: TextKind): Text {
  for (const name of names) {
    const text = cleanText(said.get(name), kind)
    if (text !== null) return text
  }
  return null
}
