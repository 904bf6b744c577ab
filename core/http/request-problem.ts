import type { ErrorObject } from 'ajv'
import { expectedText, kindText, segmentsOf } from '../validate.ts'

/** What is wrong with a request, in words. Values are never shown: they may be a customer's. */
export type RequestProblem = { path: string; expected: string; found: string }

type Schema = Record<string, unknown>

/** Names the first thing that is wrong. `part` is `body`, `querystring`, `params` or `headers`. */
export function requestProblem(errors: readonly ErrorObject[], part: string): RequestProblem {
  const error = mostTelling(errors)
  const root = part === 'querystring' ? 'query' : part === 'params' ? 'path' : part
  if (error === undefined) return { path: root, expected: 'something else', found: 'what does not fit' }
  const here = root + pathText(error.instancePath)
  const schema = (error.parentSchema ?? {}) as Schema
  if (error.keyword === 'additionalProperties') {
    const known = Object.keys((schema.properties ?? {}) as object)
    const path = `${here}.${shown(String(error.params.additionalProperty))}`
    return { path, expected: known.length === 0 ? 'no field' : `one of ${known.join(', ')}`, found: 'an unknown field' }
  }
  if (error.keyword === 'required') {
    const name = String(error.params.missingProperty)
    const missing = ((schema.properties ?? {}) as Record<string, Schema>)[name]
    return { path: `${here}.${name}`, expected: expectedText(missing ?? {}), found: 'nothing' }
  }
  return { path: here, expected: expectedText(schema), found: foundText(error) }
}

/**
 * A union that fails reports each of its branches, then itself. The union is told whole, unless one branch got the
 * type right and failed on something finer ("at most 200 characters"), which helps more.
 */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const union = errors.find((error) => error.keyword === 'anyOf')
  if (union === undefined) return errors[0]
  const coarse = new Set(['type', 'const', 'anyOf'])
  return errors.find((error) => !coarse.has(error.keyword) && error.schemaPath.startsWith(union.schemaPath)) ?? union
}

function pathText(pointer: string): string {
  return segmentsOf(pointer)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${shown(part)}`))
    .join('')
}

/** A field name that a stranger chose, as a sentence may show it. */
function shown(name: string): string {
  const clean = name.replace(/[^\x20-\x7e]/g, '?')
  return clean.length > 60 ? `${clean.slice(0, 60)}…` : clean
}

function foundText({ data, keyword }: ErrorObject): string {
  if (typeof data !== 'string') return kindText(data)
  if (keyword === 'maxLength' || keyword === 'minLength') return `${data.length} characters`
  // Of the right type, so "text" would say nothing.
  return data !== '' && keyword !== 'type' ? 'other text' : kindText(data)
}
