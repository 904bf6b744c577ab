import type { FastifyInstance } from 'fastify'
import { openFields } from './catalogue/credentials.ts'
import type { Closers } from './closers.ts'
import { epoch } from './domain/time.ts'
import type { Repeat } from './engine.ts'
import { answerCall, greetCall, isOwnCall } from './flow/answer-call.ts'
import { type CallEventDeps, hearCallEvent, keepCallEvent } from './flow/call-events.ts'
import { within } from './flow/deadline.ts'
import { faultFields } from './flow/fault-fields.ts'
import type { Ports } from './flow/ports.ts'
import { installPhoneCalls } from './http/phone-calls.ts'
import type { CalledConnection } from './http/serve-call.ts'
import type { Queue } from './queue/boss.ts'
import { startWorker } from './queue/worker.ts'
import type { Registry } from './registry.ts'
import type { Settings } from './settings.ts'
import { forgottenCallEvents } from './store/call-events.ts'
import { findCalled } from './store/calls.ts'
import type { Secrets } from './store/secrets.ts'

export type PhoneParts = {
  ports: Ports
  registry: Registry
  secrets: Secrets
  queue: Queue
  settings: Settings
}

/** How long a stop waits for functions whose callers were told that it goes on. Milliseconds. */
const stopGraceMs = 3_000
/** Events are left to their own jobs for so many turns of the sweep: half a minute. */
const graceTurns = 6

/** The doors through which phone vendors bring calls. */
export function openPhone(app: FastifyInstance, parts: PhoneParts): void {
  const { ports, registry, settings } = parts
  const { db } = ports.store
  const { log, clock } = ports
  const now = () => epoch(clock.now())
  const answering = { db, receptionist: registry.receptionist.get, now, log }
  const under = new Set<Promise<unknown>>()
  app.addHook('onClose', () => within(Promise.allSettled(under), stopGraceMs, () => undefined))
  installPhoneCalls(app, registry.phoneVendors.list(), {
    publicUrl: settings.server.publicUrl,
    now,
    log,
    find: (vendor, connectionId) => findOpened(parts, vendor, connectionId),
    isOwn: (reached, call, fits) =>
      isOwnCall(db, reached, call, async ({ connectionId }) => {
        const claimant = await findOpened(parts, reached.vendor, connectionId)
        return claimant?.credentials != null && fits(claimant.credentials)
      }),
    answer: (connection, call, deadline) =>
      answerCall(answering, connection, call, deadline, (work) => {
        under.add(work)
        void work.finally(() => under.delete(work))
      }),
    greet: (connection, lookup) => greetCall(answering, connection, lookup),
    keep: (reached, event, body) => keepCallEvent(eventDeps(parts), reached, event, body),
  })
}

/** Starts what has kept events heard; without a receptionist they wait. */
export function startPhone(parts: PhoneParts, repeat: Repeat, closers: Closers): void {
  const { registry, queue, settings } = parts
  if (!registry.receptionist.get()) return
  const deps = eventDeps(parts)
  const { db, log } = deps
  const worker = startWorker({
    queue,
    name: 'calls',
    places: 8,
    log,
    run: async ({ tenantId = '', eventId = '' }) => {
      await hearCallEvent(deps, tenantId, eventId)
      return 'finished'
    },
  })
  closers.add('the worker of call events', () => worker.stop())
  const vendors = registry.phoneVendors.list().map(({ name }) => name)
  const { sweepEveryMs } = settings.sync
  repeat('forgotten call events', sweepEveryMs, async () => {
    for (const { tenantId, id } of await forgottenCallEvents(db, vendors, graceTurns * sweepEveryMs, 500)) {
      // One that breaks off must not stand in the way of those behind it.
      await hearCallEvent(deps, tenantId, id).catch((error: unknown) =>
        log.error({ event: 'failed', callEventId: id, ...faultFields(error) }, 'an event of a call broke off'),
      )
    }
  })
}

function eventDeps({ ports, registry, secrets, queue }: PhoneParts): CallEventDeps {
  return {
    db: ports.store.db,
    registry,
    secrets,
    log: ports.log,
    send: (event, delayMs, tx) => queue.send('calls', [{ data: event, delayMs }], tx),
  }
}

async function findOpened(
  { ports, secrets }: PhoneParts,
  vendor: string,
  connectionId: string,
): Promise<CalledConnection | null> {
  const found = await findCalled(ports.store.db, connectionId, vendor)
  if (!found) return null
  const { tenantId, id, language, paused, credentials } = found
  const called = { reached: { tenantId, connectionId: id, vendor, language }, paused }
  try {
    return { ...called, credentials: openFields(secrets, { tenantId, id }, credentials) }
  } catch (error) {
    // Answered as a wrong signature: what ails our keys is for our log, not for whoever calls.
    ports.log.error(
      { event: 'failed', tenantId, connectionId: id, ...faultFields(error) },
      'a credential is unreadable',
    )
    return { ...called, credentials: null }
  }
}
