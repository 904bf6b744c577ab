import type { FastifyInstance } from 'fastify'
import type { Live } from './bus/live.ts'
import { checkLinks } from './catalogue/check-links.ts'
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
          send: (tx, { inboxId }) => sendEntry(queue, { tenantId, inboxId, connectionId: id }, 0, tx),
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

type EntryKey = { tenantId: string; inboxId: string; connectionId: string }

function sendEntry(
  queue: Queue,
  { tenantId, inboxId, connectionId }: EntryKey,
  delayMs: number,
  tx?: Sql,
): Promise<void> {
  return queue.send('inbox', [{ data: { tenantId, inboxId, connectionId }, delayMs }], tx)
}

/** Starts what reads the inbox, asks the calendars what changed, and keeps their subscriptions. */
export function startInbound(parts: InboundParts, live: Live, repeat: Repeat, closers: Closers): void {
  const { ports, sweepDeps, subscribing, queue, settings } = parts
  const { db } = ports.store
  const applied = ({ tenantId, inboxId, connectionId }: EntryKey) => {
    const again: ApplyDeps['again'] = (entry, delayMs) => sendEntry(queue, { ...entry, connectionId }, delayMs)
    return apply({ ports, sweepDeps, again }, tenantId, inboxId)
  }
  const worker = startWorker({
    queue,
    name: 'inbox',
    places: 16,
    // Reading an entry asks its calendar: one that is slow must not hold up what the others tell.
    groupOf: ({ connectionId = '' }) => connectionId,
    log: ports.log,
    run: async ({ tenantId = '', inboxId = '', connectionId = '' }) => {
      await applied({ tenantId, inboxId, connectionId })
      return 'finished'
    },
  })
  closers.add('the worker of the inbox', () => worker.stop())
  startImports(parts, repeat, closers)
  const named = (...can: ('webhooks' | 'changesSince' | 'services')[]) =>
    subscribing.registry.providers
      .list()
      .flatMap(({ name, supports }) => (can.some((one) => supports[one]) ? name : []))
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
    const plugins = named('changesSince', 'services')
    for (const connection of await takeDuePolls(db, plugins, { withWebhooks, without }, most)) {
      polls.begin(connection.id, 'a calendar could not be polled', async () => {
        await poll({ ports, sweepDeps }, connection)
        // Links that could not be checked when they were made are, as soon as the calendar answers; by one gateway.
        await checkLinks(subscribing, connection)
      })
    }
  })
  // What was missed while nobody was here; several gateways that start ask once.
  void pollSoon(db).catch(() => undefined)
  startForgotten(parts, applied, repeat, closers)
}

/** Starts what reads entries whose jobs were lost: those of each calendar one after the other, beside the others'. */
function startForgotten(
  { ports, settings }: InboundParts,
  applied: (entry: EntryKey) => Promise<void>,
  repeat: Repeat,
  closers: Closers,
): void {
  const { sweepEveryMs } = settings.sync
  const stopping = new AbortController()
  const underWay = createUnderWay(ports.log)
  closers.add('forgotten entries under way', () => {
    stopping.abort()
    return underWay.ended()
  })
  const failure = 'what a calendar told could not be applied'
  async function inTurn(entries: Awaited<ReturnType<typeof forgottenInbox>>): Promise<void> {
    for (const { id: inboxId, ...entry } of entries) {
      if (stopping.signal.aborted) return
      // One that breaks off must not stand in the way of those behind it.
      await applied({ ...entry, inboxId }).catch((error) =>
        ports.log.error({ event: 'failed', inboxId, err: error }, failure),
      )
    }
  }
  repeat('forgotten inbox', sweepEveryMs, async () => {
    const entries = await forgottenInbox(ports.store.db, graceTurns * sweepEveryMs, 500, underWay.ids())
    for (const [connectionId, own] of Map.groupBy(entries, (entry) => entry.connectionId)) {
      underWay.begin(connectionId, failure, () => inTurn(own))
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
