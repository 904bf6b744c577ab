import type { Author } from '../contract/gateway.ts'
import type { ConnectionReport, Log } from '../contract/provider.ts'
import { healReviews } from '../flow/review.ts'
import type { CallFor } from '../outbound/calls.ts'
import type { Registry } from '../registry.ts'
import { announce, causeOf } from '../store/announce.ts'
import { activate, type StoredConnection } from '../store/connections.ts'
import type { Database } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'
import { checkLinks, doubtsOfLinks } from './check-links.ts'
import type { OpenConnection } from './open-connection.ts'
import { sharedLines } from './phone-lines.ts'
import type { Subscribed } from './subscribe.ts'

export type CheckDeps = {
  db: Database
  registry: Registry
  secrets: Secrets
  openConnection: OpenConnection
  callFor: CallFor
  release(tenantId: string, connectionId: string): Promise<void>
  /** Makes or mends the webhook subscription. */
  subscribe(connection: StoredConnection): Promise<Subscribed>
  log: Log
}

/**
 * Asks the calendar whether the connection is set up right. A pass makes one that needed a key active again, closes the
 * reviews that asked for it, asks about links that could not be checked so far, and sends what has waited.
 */
export async function checkConnection(
  deps: CheckDeps,
  author: Author,
  stored: StoredConnection,
): Promise<ConnectionReport> {
  const provider = deps.registry.providers.get(stored.plugin)
  if (!provider) {
    const message = 'This plugin calls nobody with the connection; what was entered has the right form.'
    const own = { level: 'ok', code: 'NOTHING_TO_CALL', message } as const
    return { ok: true, findings: [own, ...(await sharedLines(deps, stored))] }
  }
  const report = await ask(deps, provider, stored)
  if (!report.ok) return { ...report, findings: [...report.findings, ...(await doubtsOfLinks(deps.db, stored))] }
  if (stored.state === 'needs_auth') await reactivate(deps, author, stored)
  // Also where it was active: a release that a crash swallowed is made up for. A pause holds the work back as before.
  if (stored.paused === null) await deps.release(stored.tenantId, stored.id)
  const links = await checkLinks(deps, stored)
  return { ...report, findings: [...report.findings, ...webhookFindings(await deps.subscribe(stored)), ...links] }
}

/** A calendar that cannot tell us by itself is no error: it is asked instead, more often. */
function webhookFindings(subscribed: Subscribed): ConnectionReport['findings'] {
  if (subscribed.is === 'none') return []
  const { code } = subscribed
  if (code === null) {
    return [{ level: 'ok', code: 'WEBHOOK_SUBSCRIBED', message: 'The calendar tells of its changes by itself.' }]
  }
  const why =
    code === 'WEBHOOK_URL_REFUSED'
      ? 'It refuses our address; server.publicUrl must name one that it can reach.'
      : `The subscription could not be made (${code}).`
  const message = `The calendar does not tell of its changes by itself: it is asked instead, every minute or as set. ${why}`
  return [{ level: 'warning', code: 'WEBHOOK_NOT_SUBSCRIBED', message }]
}

async function ask(
  { openConnection, callFor, log }: CheckDeps,
  provider: { check(call: ReturnType<CallFor>): Promise<ConnectionReport> },
  stored: StoredConnection,
): Promise<ConnectionReport> {
  const call = callFor(openConnection.opened(stored), { priority: 'live' })
  try {
    return await provider.check(call)
  } catch (error) {
    // A check that broke is a check that failed: never "ok".
    const reason = error instanceof Error ? error.name : 'unknown'
    log.error(
      { event: 'failed', connectionId: stored.id, plugin: stored.plugin, reason },
      'the check of a connection broke',
    )
    const message = 'The check itself broke off. The log says why.'
    return { ok: false, findings: [{ level: 'error', code: 'CHECK_FAILED', message }] }
  }
}

async function reactivate({ db }: CheckDeps, author: Author, { tenantId, id, name }: StoredConnection): Promise<void> {
  const who = { origin: author.origin, cause: causeOf(author) }
  await db.transaction(async (tx) => {
    if (!(await activate(tx, tenantId, id))) return
    await healReviews(
      tx,
      {
        tenantId,
        connectionId: id,
        subject: { kind: 'connection', id },
        codes: ['HTTP_401', 'HTTP_403', 'SECRET_UNREADABLE', 'PLUGIN_MISSING'],
      },
      'The connection passed its check.',
      who,
    )
    const message = `Connection "${name}" passed its check and is active again.`
    await announce(tx, { tenantId, kind: 'connection.activated', message, connectionId: id, ...who })
  })
}
