import { hashKey, type TwinAccount } from './accounts.ts'
import { CalError, unauthorized } from './errors.ts'
import type { Ledger } from './ledger.ts'
import type { Budget, RateLimit } from './rate-limit.ts'

/** Finds the account of a call; null for none. A credential that is bad is refused even where none is needed. */
export class Door {
  readonly #ledger: Ledger
  readonly #limit: RateLimit | null
  readonly #hashes = new Map<string, string>()

  constructor(ledger: Ledger, limit: RateLimit | null) {
    this.#ledger = ledger
    this.#limit = limit
  }

  /** The account of an `Authorization` header; 401 with the sentence of the guard that looks the key up first. */
  identify(authorization: string | undefined): TwinAccount | null {
    if (authorization === undefined) return null
    const token = /^Bearer (.+)$/i.exec(authorization)?.[1]
    const account = token && this.#ledger.accountByKey(this.#hashOf(token))
    if (account) return account
    if (token?.startsWith('cal_')) throw unauthorized('CustomThrottlerGuard - Invalid API Key')
    throw unauthorized('ApiAuthStrategy - access token - Invalid or expired access token')
  }

  /** Counts a call against its key, or against the address where there is none. Null where limits are off. */
  count(account: TwinAccount | null, address: string, now: number): Budget | null {
    return this.#limit?.take(account ? `key/${account.id}` : `address/${address}`, now) ?? null
  }

  forget(): void {
    this.#limit?.clear()
  }

  #hashOf(token: string): string {
    const known = this.#hashes.get(token)
    if (known) return known
    const hash = hashKey(token)
    if (this.#hashes.size < 1_000) this.#hashes.set(token, hash)
    return hash
  }
}

/** 401 where an endpoint needs an account and none came. */
export function requireAccount(account: TwinAccount | null): void {
  if (account) return
  throw unauthorized(
    'ApiAuthStrategy - No authentication method provided. Either pass an API key as Bearer in "Authorization" header, or OAuth client credentials as "x-cal-client-id" and "x-cal-secret-key" headers',
  )
}

/** The headers of a budget; 429 where it is used up. */
export function refuseWhenBlocked(budget: Budget): void {
  if (budget.blocked) throw new CalError(429, 'CustomThrottlerGuard - Too many requests. Please try again later.')
}
