import { randomBytes } from 'node:crypto'
import type { Log } from '../contract/provider.ts'
import type { CallFor } from '../outbound/calls.ts'
import type { Registry } from '../registry.ts'
import { type DueSubscription, findSubscription, keepWebhookSecret, recordSubscription } from '../store/connections.ts'
import type { Database } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'
import { openWebhookSecret, sealWebhookSecret } from './credentials.ts'
import type { OpenConnection } from './open-connection.ts'

export type SubscribeDeps = {
  db: Database
  registry: Registry
  secrets: Secrets
  openConnection: OpenConnection
  callFor: CallFor
  /** Where this gateway is reached from outside, without a final slash. */
  publicUrl: string
  log: Log
}

/** How it stands with a webhook subscription: `code` is null where it stands. `none`: the calendar takes none. */
export type Subscribed = { is: 'none' } | { is: 'tried'; code: string | null }

/**
 * Sees to it that the calendar tells us by itself: makes the connection's secret on first use, and the subscription in
 * the calendar, or mends what is there. A calendar that cannot reach us is no failure: polling takes over.
 */
export async function subscribe(deps: SubscribeDeps, connection: DueSubscription): Promise<Subscribed> {
  const { db, registry, secrets, openConnection, callFor, publicUrl, log } = deps
  const { tenantId, id, plugin } = connection
  const webhook = registry.providers.get(plugin)?.webhook
  if (!webhook?.subscribe) return { is: 'none' }
  const sealed =
    connection.webhookSecret ??
    (await keepWebhookSecret(
      db,
      tenantId,
      id,
      sealWebhookSecret(secrets, connection, randomBytes(32).toString('base64url')),
    ))
  if (sealed === null) return { is: 'none' }
  const secret = openWebhookSecret(secrets, connection, sealed)
  const call = callFor(openConnection.opened(connection))
  const outcome = await webhook.subscribe(call, { url: `${publicUrl}/${plugin}/${id}/webhook`, secret })
  const code = outcome.is === 'done' ? null : outcome.code
  await recordSubscription(db, tenantId, id, code)
  if (code !== null)
    log.warn({ event: 'failed', tenantId, connectionId: id, code }, 'a calendar takes no webhook of ours; it is polled')
  return { is: 'tried', code }
}

/** How it stands with a subscription, without touching it: for who may not know the address that calendars are to call. */
export async function subscribed({ db }: Pick<SubscribeDeps, 'db'>, connection: DueSubscription): Promise<Subscribed> {
  const code = await findSubscription(db, connection.tenantId, connection.id)
  return code === undefined ? { is: 'none' } : { is: 'tried', code }
}
