import type { FastifyInstance } from 'fastify'
import type { Live } from './bus/live.ts'
import { openWebhookSecret } from './catalogue/credentials.ts'
import { type SubscribeDeps, subscribe } from './catalogue/subscribe.ts'
import type { Closers } from './closers.ts'
import type { Repeat } from './engine.ts'
import { KalendsError } from './errors.ts'
import { type ApplyDeps, apply } from './flow/apply.ts'
import type { ImportWork } from './flow/import.ts'
import { poll } from './flow/poll.ts'
import type { Ports } from './flow/ports.ts'
import { receive } from './flow/receive.ts'
import type { SweepDeps } from './flow/sweep.ts'
import { createUnderWay } from './flow/under-way.ts'
import { installWebhooks } from './http/webhooks.ts'
import type { Queue } from './queue/boss.ts'
import { startWorker } from './queue/worker.ts'
import type { Settings } from './settings.ts'
import { findWebhookConnection, takeDueSubscriptions } from './store/connections.ts'
import type { Sql } from './store/database.ts'
import { forgottenInbox } from './store/inbox.ts'
import { pollSoon, takeDuePolls } from './store/polls.ts'

/** An import that moved on no window for this long has lost its job. */
const lostImportMs = 120_000

export type InboundParts = {
  ports: Ports
  sweepDeps: SweepDeps
  subscribing: SubscribeDeps
  imports: ImportWork
  queue: Queue
  settings: Settings
}

/** How often what is due is looked for, and how many connections are asked at a time. */
const tickMs = 1_000
const atOnce = 8
/** A subscription that somebody took away over there is back after this. */
const subscribeEveryMs = 3_600_000
/** Entries of the inbox are left to their own jobs for so many turns of the sweep: half a minute. */
const graceTurns = 6

/** The doors through which calendars tell us by themselves. */
export function openDoors(app: FastifyInstance, { ports, subscribing, queue }: InboundParts): void {
  const { db, registry, secrets, log } = subscribing
  installWebhooks(app, registry.providers.list(), {
    async find(plugin, connectionId) {
      const found = await findWebhookConnection(db, connectionId, plugin)
      if (!found?.webhookSecret) return null
      const secret = readSecret(() => openWebhookSecret(secrets, found, found.webhookSecret as string))
      if (secret !== null) return { tenantId: found.tenantId, id: found.id, secrets: [secret] }
      log.error(
        { event: 'failed', connectionId },
        'a webhook cannot be checked: its secret was stored with another key',
      )
      return null
    },
    receive: ({ tenantId, id }, body, headers) =>
      receive(
        {
          db: ports.store.db,
          send: (tx, { inboxId }) => sendEntry(queue, { tenantId, inboxId }, 0, tx),
          mark: ports.mark,
        },
        { tenantId, connectionId: id, body, headers },
      ),
  })
}

/** A stranger at the door learns nothing of our keys: a secret that cannot be read is none. */
function readSecret(read: () => string): string | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof KalendsError && error.code === 'KAL_SECRET_UNREADABLE') return null
    throw error
  }
}

function sendEntry(
  queue: Queue,
  entry: { tenantId: string; inboxId: string },
  delayMs: number,
  tx?: Sql,
): Promise<void> {
  return queue.send('inbox', [{ data: { tenantId: entry.tenantId, inboxId: entry.inboxId }, delayMs }], tx)
}

/** Starts what reads the inbox, asks the calendars what changed, and keeps their subscriptions. */
export function startInbound(parts: InboundParts, live: Live, repeat: Repeat, closers: Closers): void {
  const { ports, sweepDeps, subscribing, queue, settings } = parts
  const { db } = ports.store
  const deps: ApplyDeps = { ports, sweepDeps, again: (entry, delayMs) => sendEntry(queue, entry, delayMs) }
  const worker = startWorker({
    queue,
    name: 'inbox',
    places: 16,
    log: ports.log,
    run: async ({ tenantId = '', inboxId = '' }) => {
      await apply(deps, tenantId, inboxId)
      return 'finished'
    },
  })
  closers.add('the worker of the inbox', () => worker.stop())
  startImports(parts, repeat, closers)
  const named = (can: 'webhooks' | 'changesSince') =>
    subscribing.registry.providers.list().flatMap(({ name, supports }) => (supports[can] ? name : []))
  live.onReconnect(() => void pollSoon(db).catch(() => undefined))
  const subscriptions = createUnderWay(ports.log)
  closers.add('subscriptions under way', () => subscriptions.ended())
  repeat('subscribe', tickMs, async () => {
    const most = atOnce - subscriptions.size
    for (const connection of await takeDueSubscriptions(db, named('webhooks'), subscribeEveryMs, most)) {
      subscriptions.begin(connection.id, 'a calendar could not be subscribed to', () =>
        subscribe(subscribing, connection),
      )
    }
  })
  const { withWebhooks, without } = settings.sync.pollEveryMs
  const polls = createUnderWay(ports.log)
  closers.add('polls under way', () => polls.ended())
  repeat('poll', Math.min(tickMs, without), async () => {
    const most = atOnce - polls.size
    for (const connection of await takeDuePolls(db, named('changesSince'), { withWebhooks, without }, most)) {
      polls.begin(connection.id, 'a calendar could not be polled', () => poll(deps, connection))
    }
  })
  // What was missed while nobody was here; several gateways that start ask once.
  void pollSoon(db).catch(() => undefined)
  const { sweepEveryMs } = settings.sync
  repeat('forgotten inbox', sweepEveryMs, async () => {
    for (const { tenantId, id } of await forgottenInbox(db, graceTurns * sweepEveryMs, 500)) {
      // One that breaks off must not stand in the way of those behind it.
      await apply(deps, tenantId, id).catch((error) =>
        ports.log.error({ event: 'failed', inboxId: id, err: error }, 'what a calendar told could not be applied'),
      )
    }
  })
}

/** Starts what takes in the bookings that a calendar held before it was connected. */
function startImports({ ports, queue, imports }: InboundParts, repeat: Repeat, closers: Closers): void {
  const stopping = new AbortController()
  const worker = startWorker({
    queue,
    name: 'import',
    places: 2,
    log: ports.log,
    run: async ({ tenantId = '', connectionId = '' }) => {
      await imports.work({ tenantId, connectionId }, stopping.signal)
      return 'finished'
    },
  })
  closers.add('the worker of imports', () => {
    stopping.abort()
    return worker.stop()
  })
  // Those that a killed gateway left begin at once; one that works still is only seen twice.
  imports.resume(0).catch((error) => ports.log.warn({ event: 'failed', err: error }, 'imports were not resumed'))
  repeat('forgotten imports', lostImportMs / 4, () => imports.resume(lostImportMs))
}
