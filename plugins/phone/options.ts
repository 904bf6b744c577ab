import { type Static, Type } from 'typebox'
import { closed, mapOf, parseDuration, positiveDurationPattern } from '#core'
import { ArgumentAliases, type ArgumentNames, readArgumentAliases } from './argument-aliases.ts'
import type { Language } from './when/spoken.ts'

/** What an agent may ask for. */
export const functionNames = [
  'get_current_context',
  'list_services',
  'check_availability',
  'book_appointment',
  'find_appointments',
  'reschedule_appointment',
  'cancel_appointment',
] as const
export type FunctionName = (typeof functionNames)[number]

const duration = (value: string, description: string) =>
  Type.Optional(Type.String({ pattern: positiveDurationPattern, default: value, description }))

const count = (value: number, description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: value, description }))

export const PhoneOptions = closed({
  lookupWithin: duration('3s', 'by then a question that changes nothing is answered, whatever the calendar does'),
  changeWithin: duration(
    '8s',
    'by then booking, moving and cancelling are answered; what is not known yet goes on. What the vendor waits bounds both',
  ),
  holdMinutes: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 60, default: 5, description: 'how long a time that was offered is kept' }),
  ),
  language: Type.Optional(
    Type.Unsafe<Language>(
      Type.Union([Type.Literal('de'), Type.Literal('en')], {
        default: 'en',
        description: 'spoken where neither the caller’s language is known nor the tenant’s is one of these',
      }),
    ),
  ),
  /** What the agents of this gateway call the functions, beside the names that are known: `{ termin_buchen: book_appointment }`. */
  aliases: Type.Optional(
    mapOf(Type.Unsafe<FunctionName>(Type.Union(functionNames.map((name) => Type.Literal(name)))), 64),
  ),
  /** The same for their arguments, for all functions or for one: `{ all: { wunschleistung: service } }`. */
  argumentAliases: Type.Optional(ArgumentAliases),
  failedProofsPerCall: count(5, 'wrong answers to "who are you" after which a call is told nothing more'),
  failedProofsPerNumber: count(10, 'the same for one number, within an hour'),
  failedProofsWithheld: count(60, 'the same for all callers without a number together, within an hour'),
  bookingsPerCall: count(6, 'appointments that one call may make'),
  greetKnownCallers: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'tells the agent before it picks up whether the number is a customer’s; numbers can be forged',
    }),
  ),
})
export type PhoneOptions = Static<typeof PhoneOptions>

/** The options as the functions need them; lengths of time in milliseconds. */
export type PhoneSettings = {
  lookupMs: number
  changeMs: number
  holdMinutes: number
  language: Language
  aliases: ReadonlyMap<string, FunctionName>
  argumentAliases: ArgumentNames
  failedProofsPerCall: number
  failedProofsPerNumber: number
  failedProofsWithheld: number
  bookingsPerCall: number
  greetKnownCallers: boolean
}

/** What agents that were built before call the functions. */
const knownAliases: Readonly<Record<string, FunctionName>> = {
  current_context: 'get_current_context',
  get_services: 'list_services',
  get_alternatives: 'check_availability',
  get_availability: 'check_availability',
  start_booking: 'book_appointment',
  book_job: 'book_appointment',
  check_customer: 'find_appointments',
  lookup_customer: 'find_appointments',
  list_appointments: 'find_appointments',
  move_appointment: 'reschedule_appointment',
  cancel_booking: 'cancel_appointment',
}

/**
 * Completes the options of the plugin; names of the tenant's own go over those that are known.
 *
 * @throws KalendsError KAL_PLUGIN_OPTIONS for an alias of an argument that cannot be one.
 */
export function readSettings(options: PhoneOptions): PhoneSettings {
  const { lookupWithin = '3s', changeWithin = '8s', aliases = {} } = options
  const own = functionNames.map((name) => [name, name] as const)
  return {
    lookupMs: parseDuration(lookupWithin) ?? 3_000,
    changeMs: parseDuration(changeWithin) ?? 8_000,
    holdMinutes: options.holdMinutes ?? 5,
    language: options.language ?? 'en',
    aliases: new Map([...Object.entries(knownAliases), ...Object.entries(aliases), ...own]),
    argumentAliases: readArgumentAliases(options.argumentAliases ?? {}),
    failedProofsPerCall: options.failedProofsPerCall ?? 5,
    failedProofsPerNumber: options.failedProofsPerNumber ?? 10,
    failedProofsWithheld: options.failedProofsWithheld ?? 60,
    bookingsPerCall: options.bookingsPerCall ?? 6,
    greetKnownCallers: options.greetKnownCallers ?? false,
  }
}

/** The function that an agent means, or null. A version at the end (`check_availability_v17`) says nothing. */
export function functionNamed(name: string, { aliases }: PhoneSettings): FunctionName | null {
  return aliases.get(name) ?? aliases.get(name.replace(/_?v\d{1,4}$/, '')) ?? null
}
