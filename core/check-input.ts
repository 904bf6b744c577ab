import type { Static, TSchema } from 'typebox'
import { KalendsError } from './errors.ts'
import { problemText, validate } from './validate.ts'

/**
 * Holds what a verb was given against its schema. HTTP has done so before; an embedder or a plugin calls the verb
 * directly. Answers the value itself: the schema's defaults are not filled in, because in a PATCH they would be changes.
 * @throws KalendsError KAL_VALIDATION with every problem: path, found, expected
 */
export function checkInput<T extends TSchema>(schema: T, input: unknown): Static<T> {
  const problems = validate(schema, structuredClone(input))
  if (problems.length > 0) throw new KalendsError('KAL_VALIDATION', { problem: problemText(problems) })
  return input as Static<T>
}
