import { hash } from 'node:crypto'

/**
 * What makes two requests the same: their meaning, in the order in which the parts are given. A model words its
 * arguments anew each time, so their bytes say nothing. Usable as an Idempotency-Key; no part can be read from it.
 */
export function requestKey(...parts: readonly string[]): string {
  return `phone:${hash('sha256', JSON.stringify(parts), 'hex')}`
}
