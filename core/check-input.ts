import type { Static, TSchema } from 'typebox'
import { KalendsError } from './errors.ts'
import { kindText, problemText, validate } from './validate.ts'

/**
 * Holds what a verb was given against its schema. HTTP has done so before; an embedder or a plugin calls the verb
 * directly. Answers the value itself: the schema's defaults are not filled in, because in a PATCH they would be changes.
 * @throws KalendsError KAL_VALIDATION with every problem: path, what kind was found (never the value: it may be a customer's), expected
 */
export function checkInput<T extends TSchema>(schema: T, input: unknown): Static<T> {
  const problems = validate(schema, structuredClone(input), 'input', kindText)
  if (problems.length > 0) throw new KalendsError('KAL_VALIDATION', { problem: problemText(problems) })
  return input as Static<T>
}
