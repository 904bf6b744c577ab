import { Type } from 'typebox'
import { closed, KalendsError, mapOf } from '#core'
import { argumentMap, canonicalName } from './argument-map.ts'
import { cleanText } from './argument-text.ts'
import type { PhoneFunction } from './arguments.ts'

const time = ['start', 'date', 'time', 'weekday', 'part_of_day', 'time_from', 'time_to'] as const
const person = ['customer_name', 'first_name', 'last_name', 'customer_phone', 'email'] as const

/** What each function takes, by the names of ours. What models call it besides stands in `argument-names.ts`. */
export const argumentsTaken = {
  list_services: ['query', 'service'],
  check_availability: ['service', 'staff', ...time],
  book_appointment: ['service', 'staff', ...time, ...person, 'notes', 'additional'],
  find_appointments: ['appointment_ref', 'service', ...time, ...person],
  reschedule_appointment: [
    ...['appointment_ref', 'service', ...person, 'reason', ...time],
    ...time.flatMap((name) => [`old_${name}`, `new_${name}`]),
  ],
  cancel_appointment: ['appointment_ref', 'service', ...time, ...person, 'reason'],
} as const satisfies Partial<Record<PhoneFunction, readonly string[]>>

const everyName = [...new Set(Object.values(argumentsTaken).flat())]

const aliasesOf = (names: readonly string[]) =>
  Type.Optional(
    mapOf(
      Type.Unsafe<string>(
        Type.Union(
          names.map((name) => Type.Literal(name)),
          { description: `one of: ${names.join(', ')}` },
        ),
      ),
      64,
    ),
  )

/** What the agents of a gateway call the arguments: for all functions, or for one, which goes over that. */
export const ArgumentAliases = closed({
  all: aliasesOf(everyName),
  list_services: aliasesOf(argumentsTaken.list_services),
  check_availability: aliasesOf(argumentsTaken.check_availability),
  book_appointment: aliasesOf(argumentsTaken.book_appointment),
  find_appointments: aliasesOf(argumentsTaken.find_appointments),
  reschedule_appointment: aliasesOf(argumentsTaken.reschedule_appointment),
  cancel_appointment: aliasesOf(argumentsTaken.cancel_appointment),
})

type Given = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>

/** For each function what an alias stands for, both by their canonical names. */
export type ArgumentNames = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * Completes the option.
 *
 * @throws KalendsError KAL_PLUGIN_OPTIONS where an alias has no letter or digit, is the name of another argument of ours, or
 * stands there twice.
 */
export function readArgumentAliases(given: Given): ArgumentNames {
  const problems = Object.entries(given).flatMap(([group, aliases = {}]) => problemsOf(group, Object.keys(aliases)))
  if (problems.length > 0) throw new KalendsError('KAL_PLUGIN_OPTIONS', { problems: problems.join('\n') })
  const canonical = (aliases: Given[string] = {}) =>
    Object.entries(aliases).map(([alias, name]) => [canonicalName(alias), name] as const)
  const functions = Object.keys(argumentsTaken)
  return new Map(functions.map((name) => [name, new Map([...canonical(given.all), ...canonical(given[name])])]))
}

function problemsOf(group: string, aliases: readonly string[]): string[] {
  const names = aliases.map(canonicalName)
  return aliases.flatMap((alias, n) => {
    const name = names[n] ?? ''
    const isFine = name !== '' && !everyName.includes(name) && names.indexOf(name) === n
    const path = `plugins.phone.options.argumentAliases.${group}.${alias}`
    return isFine ? [] : [`${path}: expected a name of its own, with letters, that is not one of ours.`]
  })
}

/**
 * The arguments of a call by the names of ours. What says something under an alias goes over the same thing under
 * another name; what an alias is called means nothing else any more.
 */
export function renamedArguments(raw: unknown, name: PhoneFunction, aliases: ArgumentNames): unknown {
  const own = aliases.get(name)
  if (own === undefined || own.size === 0) return raw
  const said = [...argumentMap(raw)]
  const renamed = said.flatMap(([key, value]) => {
    const target = own.get(key)
    return target !== undefined && saysSomething(value) ? [[target, value] as const] : []
  })
  return Object.fromEntries([...said.filter(([key]) => !own.has(key)), ...renamed.toReversed()])
}

function saysSomething(value: unknown): boolean {
  return typeof value === 'boolean' || cleanText(value, 'notes') !== null
}
