import { badRequest } from './errors.ts'
import { isTimeZone, parseTime } from './time.ts'

/** A field's rule: what is wrong with a value, or null. `inner` is the rule book of an object's own fields. */
export type Rule = { optional?: true; wrong?: (value: unknown, name: string) => string | null; inner?: Shape }

/** The fields that a body may have; any other is refused. */
export type Shape = Record<string, Rule>

type Wrong = (value: unknown, name: string) => string | null

/**
 * Checks a body as Cal.com's strict pipes do: 400 with `start property is wrong,...`, all findings joined by a comma.
 * An unknown field is a finding too: `property x should not exist`.
 */
export function checkBody(body: unknown, shape: Shape): Record<string, unknown> {
  const findings = findingsOf(isObject(body) ? body : {}, shape)
  if (findings.length > 0) throw badRequest(findings.join(', '))
  return (body ?? {}) as Record<string, unknown>
}

function findingsOf(body: Record<string, unknown>, shape: Shape): string[] {
  const findings: string[] = []
  for (const name in body) {
    if (!Object.hasOwn(shape, name)) findings.push(`${name} property is wrong,property ${name} should not exist `)
  }
  for (const name in shape) {
    const rule = shape[name] as Rule
    const value = body[name]
    if (rule.optional && (value === undefined || value === null)) continue
    const wrong = rule.wrong?.(value, name) ?? null
    const inner = rule.inner && wrong === null ? findingsOf(value as Record<string, unknown>, rule.inner) : []
    if (wrong !== null || inner.length > 0)
      findings.push(`${name} property is wrong,${wrong ?? ''} ${inner.join(', ')}`)
  }
  return findings
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const emailPattern = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const phonePattern = /^\+[1-9]\d{6,14}$/

const rule =
  (holds: (value: unknown) => boolean, text: string): Wrong =>
  (value, name) =>
    holds(value) ? null : `${name} ${text}`

/** The single constraints, with the sentences of the validator that Cal.com uses. */
export const a = {
  string: rule((value) => typeof value === 'string', 'must be a string'),
  filled: rule((value) => typeof value === 'string' && value !== '', 'should not be empty'),
  boolean: rule((value) => typeof value === 'boolean', 'must be a boolean value'),
  integer: rule(Number.isInteger, 'must be an integer number'),
  minutes: rule((value) => Number.isInteger(value) && (value as number) >= 0, 'must not be less than 0'),
  positive: rule((value) => Number.isInteger(value) && (value as number) >= 1, 'must not be less than 1'),
  array: rule(Array.isArray, 'must be an array'),
  object: rule(isObject, 'must be an object'),
  time: rule((value) => typeof value === 'string' && parseTime(value) !== null, 'must be a valid ISO 8601 date string'),
  zone: rule((value) => typeof value === 'string' && isTimeZone(value), 'must be a valid IANA time-zone'),
  email: rule((value) => typeof value === 'string' && emailPattern.test(value), 'must be an email'),
  emails: rule(
    (value) => Array.isArray(value) && value.every((each) => typeof each === 'string' && emailPattern.test(each)),
    'each value in guests must be an email',
  ),
  phone: (value: unknown) =>
    typeof value === 'string' && phonePattern.test(value)
      ? null
      : 'Invalid phone number format. Please use international format.',
  metadata: (value: unknown) =>
    isMetadata(value)
      ? null
      : 'Metadata must have at most 50 keys, each key up to 40 characters, and string values up to 500 characters.',
}

function isMetadata(value: unknown): boolean {
  if (!isObject(value)) return false
  const entries = Object.entries(value)
  return entries.length <= 50 && entries.every(([key, each]) => key.length <= 40 && isMetadataValue(each))
}

function isMetadataValue(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= 500 : typeof value === 'number' || typeof value === 'boolean'
}
