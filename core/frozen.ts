import { KalendsError } from './errors.ts'

const deepest = 64

/**
 * A copy of settings or options in which every plain object and list is our own; anything else in it (functions,
 * instances) is the caller's and handed on as it is, which structuredClone would refuse.
 *
 * @throws KalendsError KAL_SETTINGS_INVALID where it is nested beyond 64 levels, as an object within itself is.
 */
export function copyOf(value: unknown, root: string, depth = 0): unknown {
  if (depth > deepest) {
    const problems = `${root}: found an object nested more than ${deepest} levels deep, or within itself.`
    throw new KalendsError('KAL_SETTINGS_INVALID', { problems })
  }
  if (Array.isArray(value)) return value.map((item) => copyOf(item, root, depth + 1))
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner, root, depth + 1)]))
}

/** Freezes plain objects and lists, all the way down. */
export function deepFreeze<T>(value: T): T {
  if (!Array.isArray(value) && !isPlain(value)) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
