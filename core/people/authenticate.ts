import type { Principal } from '../contract/people.ts'
import type { Log } from '../contract/provider.ts'
import { findPrincipal, touchKey } from '../store/api-keys.ts'
import type { Database } from '../store/database.ts'
import { touchOperatorKey } from '../store/operator-keys.ts'
import { findSession } from '../store/sessions.ts'
import { findTenant } from '../store/tenants.ts'
import { createRecent } from './recent.ts'
import { hashToken, isToken } from './tokens.ts'

/** Who a request comes from. */
export type Authenticate = {
  /** The key's principal, or null for a key that is unknown, expired or revoked. */
  key(token: string): Promise<Principal | null>
  /** The person behind a session's token, or null where it has ended. */
  session(token: string): Promise<Principal | null>
  /** The id of the tenant that an operator names by id or slug, or null. */
  tenant(idOrSlug: string): Promise<string | null>
  /** Ends a session here at once; without, it would live on for the moment that answers are remembered. */
  forgetSession(token: string): void
  /** Resolves when what was noted behind the requests' backs is written; before the database is closed. */
  idle(): Promise<void>
}

/** How long an answer is remembered, and so how long a revoked key lives on at most. */
const rememberMs = 1_000
const touchEveryMs = 60_000

/**
 * Recognises keys and sessions. A busy key is looked up once a second, not once a request; that it was used is noted at
 * most once a minute, and no request waits for the note.
 */
export function createAuthenticate(deps: { db: Database; log: Log }): Authenticate {
  const { db } = deps
  const keys = createRecent<Principal>(rememberMs)
  const sessions = createRecent<Principal>(rememberMs)
  const tenants = createRecent<string>(rememberMs)
  const note = createNotes(deps)

  return {
    async key(token) {
      if (!isToken(token)) return null
      const tokenHash = hashToken(token)
      const principal = await keys.get(tokenHash.toString('base64'), () => findPrincipal(db, tokenHash))
      if (principal) note.used(principal)
      return principal
    },
    async session(token) {
      const tokenHash = hashToken(token)
      return sessions.get(tokenHash.toString('base64'), async () => {
        const person = await findSession(db, tokenHash)
        return person && { kind: 'user', ...person }
      })
    },
    tenant: (idOrSlug) => tenants.get(idOrSlug, async () => (await findTenant(db, idOrSlug))?.id ?? null),
    forgetSession: (token) => sessions.forget(hashToken(token).toString('base64')),
    idle: note.idle,
  }
}

/** Writes the times of use, outside of the requests. */
function createNotes({ db, log }: { db: Database; log: Log }) {
  const touched = new Map<string, number>()
  const running = new Set<Promise<void>>()

  async function write({ kind, id, tenantId }: Principal): Promise<void> {
    try {
      if (kind === 'operator') await touchOperatorKey(db, id)
      else await touchKey(db, tenantId as string, id)
    } catch (error) {
      // The request is answered as it should be; only the note is missing, until the next one.
      touched.delete(id)
      log.warn({ keyId: id, reason: (error as Error).message }, 'that a key was used could not be noted')
    }
  }

  return {
    used(principal: Principal) {
      const now = performance.now()
      if (now - (touched.get(principal.id) ?? -touchEveryMs) < touchEveryMs) return
      touched.set(principal.id, now)
      const writing = write(principal).finally(() => running.delete(writing))
      running.add(writing)
    },
    async idle() {
      await Promise.all(running)
    },
  }
}
