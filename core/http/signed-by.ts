import type { FastifyRequest } from 'fastify'
import { KalendsError } from '../errors.ts'
import { createRecent } from '../people/recent.ts'

/** Who is said to have sent a request, and how that is proved. */
export type Sender<T> = {
  /** Tells this sender from the others of the same proof. */
  key: string
  /** Whoever it is said to be, or null. */
  find(): Promise<T | null>
  /** Whether the request is signed by whom was found; asked for nobody too, so that nobody costs what a stranger costs. */
  isSigned(found: T | null): boolean
}

/** The sender of a request, once proved. @throws KalendsError KAL_WEBHOOK_REFUSED, alike for nobody and for a wrong signature */
export type SignedBy<T> = (request: FastifyRequest, sender: Sender<T>) => Promise<T>

/** For how long what was found tells a wrong signature in a storm of them. Milliseconds. */
const rememberMs = 1_000

/**
 * The one way in for signed requests. Where too many signatures were wrong, a request is tried first with what was found a
 * moment ago, so that a storm asks the database once a second. A right one is looked up anew all the same: what was
 * changed, paused or removed counts at once.
 */
export function createSignedBy<T>(): SignedBy<T> {
  const recent = createRecent<{ is: T | null }>(rememberMs)
  return async ({ tooMany }, { key, find, isSigned }) => {
    const proved = (found: T | null): T => {
      if (!isSigned(found) || found === null) throw new KalendsError('KAL_WEBHOOK_REFUSED')
      return found
    }
    if (tooMany) proved((await recent.get(key, async () => ({ is: await find() })))?.is ?? null)
    return proved(await find())
  }
}
