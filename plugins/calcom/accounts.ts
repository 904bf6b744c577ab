import { createHash } from 'node:crypto'
import { type Call, type ProviderConnection, ProviderError, unknown } from '#core'
import { ask } from './client.ts'
import type { Settings } from './options.ts'
import { failure } from './outcomes.ts'
import { account, type CalcomAccount } from './replies.ts'

/** Whose key a connection holds. Rejects with ProviderError where Cal.com does not say. */
export type Accounts = { of(call: Call, settings: Settings): Promise<CalcomAccount> }

type Entry = { mark: string; until: number; account: CalcomAccount }

const kept = 5 * 60 * 1000

/** Asks Cal.com who the account is, and remembers the answer for five minutes per connection and key. */
export function createAccounts(now: () => number): Accounts {
  const entries = new Map<string, Entry>()
  return {
    async of(call, settings) {
      const { tenantId, id } = call.connection
      const [name, mark] = [`${tenantId} ${id}`, markOf(call.connection)]
      const entry = entries.get(name)
      if (entry !== undefined && entry.mark === mark && now() < entry.until) return entry.account
      const found = await read(call, settings, now)
      for (const [each, { until }] of entries) if (until <= now()) entries.delete(each)
      entries.set(name, { mark, until: now() + kept, account: found })
      return found
    },
  }
}

async function read(call: Call, settings: Settings, now: () => number): Promise<CalcomAccount> {
  const answer = await ask(call, settings, { operation: 'me', path: 'me' })
  if (answer.is !== 'data') throw new ProviderError(failure('me', answer, { now: now() }))
  if (!account.Check(answer.data)) throw new ProviderError(unknown('REPLY_UNREADABLE'))
  return answer.data
}

// A new key may be another account's. Its digest tells them apart without keeping the key beyond the call.
function markOf({ baseUrl, credentials }: ProviderConnection): string {
  return createHash('sha256')
    .update(JSON.stringify([baseUrl, credentials.apiKey]))
    .digest('hex')
}
