import { Ajv, type ErrorObject } from 'ajv'
import { type TSchema, Type } from 'typebox'

/** One thing that is wrong in settings: where, what stands there (never a secret), and what should. */
export type Problem = { path: string; found: string; expected: string }

type Schema = Record<string, unknown>

// strict stays off: TypeBox's schemas carry `default` inside unions, which strict mode takes for a mistake.
const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, strict: false, validateFormats: false })
const secretKey = /secret|password|passphrase|token|credential|authorization|api_?key|private_?key|^key$/i
const listed = 20

/**
 * Checks a value that the caller owns against a TypeBox schema, filling in the schema's defaults in place. Returns every
 * problem, the first of each place only; `root` is what paths begin with (`plugins.mine.options`).
 * @param found how what was found is told: with its value where that is no secret, or (`kindText`) never with it
 */
export function validate(
  schema: TSchema,
  value: unknown,
  root = '',
  found: (value: unknown, path: string) => string = foundText,
): Problem[] {
  const check = ajv.compile(schema as Schema)
  if (check(value)) return []
  const problems = new Map<string, Problem>()
  for (const error of withoutBranches(check.errors ?? [])) {
    const problem = problemOf(error, root, found)
    if (!problems.has(problem.path)) problems.set(problem.path, problem)
  }
  return [...problems.values()]
}

/** The same schema where a key that it does not name is refused, unless the author says himself how open it is. */
export function closedSchema(schema: TSchema | undefined): TSchema {
  if (schema === undefined) return Type.Object({}, { additionalProperties: false })
  return 'additionalProperties' in schema ? schema : ({ ...schema, additionalProperties: false } as TSchema)
}

/** All problems as sentences for a person, at most twenty of them. */
export function problemText(problems: readonly Problem[]): string {
  const sentences = problems
    .slice(0, listed)
    .map(({ path, found, expected }) => `${path || 'the settings'}: found ${found}, expected ${expected}.`)
  if (problems.length > listed) sentences.push(`And ${problems.length - listed} more.`)
  return sentences.join('\n')
}

/**
 * A value as a message may show it. Whatever its path or its look makes a secret, and every list and object, is shown
 * by its type only.
 */
export function foundText(value: unknown, path: string): string {
  if (isSecret(path)) return kindText(value)
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`
  // A URL may carry a password in front of the @, and an unparsable one still does.
  if (typeof value !== 'string' || value.includes('@')) return kindText(value)
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
}

/** What kind of value it is, and never the value: for what may be a secret or a customer's. */
export function kindText(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function isSecret(path: string): boolean {
  return path.split('.').some((segment) => secretKey.test(segment))
}

/** A union that fails reports each of its branches too: one sentence for the whole union says it better. */
function withoutBranches(errors: ErrorObject[]): ErrorObject[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf').map((error) => `${error.schemaPath}/`)
  return errors.filter((error) => !unions.some((union) => error.schemaPath.startsWith(union)))
}

function problemOf(error: ErrorObject, root: string, found: (value: unknown, path: string) => string): Problem {
  const here = pathOf(error.instancePath, root)
  const schema = (error.parentSchema ?? {}) as Schema
  if (error.keyword === 'additionalProperties') {
    const allowed = Object.keys((schema.properties as object | undefined) ?? {})
    const path = join(here, String(error.params.additionalProperty))
    return {
      path,
      found: 'an unknown key',
      expected: allowed.length === 0 ? 'no keys' : `one of: ${allowed.join(', ')}`,
    }
  }
  if (error.keyword === 'required') {
    const key = String(error.params.missingProperty)
    const missing = (schema.properties as Record<string, Schema> | undefined)?.[key]
    return { path: join(here, key), found: 'nothing', expected: expectedText(missing ?? {}) }
  }
  return { path: here, found: found(error.data, here), expected: expectedText(schema) }
}

function pathOf(pointer: string, root: string): string {
  return segmentsOf(pointer).reduce(join, root)
}

/** The names on the way of a JSON pointer (RFC 6901). */
export function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** What a schema wants, in words: its own description first. */
export function expectedText(schema: Schema): string {
  if (typeof schema.description === 'string') return schema.description
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(expectedText).join(' or ')
  const range = (low: string, high: string, unit = '') => bounds(schema[low], schema[high], unit)
  if (schema.type === 'string') {
    return typeof schema.pattern === 'string'
      ? `text like ${schema.pattern}`
      : `text${range('minLength', 'maxLength', ' characters')}`
  }
  if (schema.type === 'integer') return `a whole number${range('minimum', 'maximum')}`
  if (schema.type === 'number') return `a number${range('minimum', 'maximum')}`
  if (schema.type === 'array') return `a list${range('minItems', 'maxItems', ' entries')}`
  if (schema.type === 'boolean') return 'true or false'
  if (schema.type === 'null') return 'null'
  return schema.type === 'object' ? 'an object' : 'something else'
}

function bounds(low: unknown, high: unknown, unit: string): string {
  if (low === undefined && high === undefined) return ''
  if (high === undefined) return ` of at least ${low}${unit}`
  return low === undefined ? ` of at most ${high}${unit}` : ` of ${low} to ${high}${unit}`
}
