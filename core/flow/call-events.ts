import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip, type ZlibOptions } from 'node:zlib'
import { v7 } from 'uuid'
import type { CallEvent, Reached } from '../contract/phone.ts'
import type { Log } from '../contract/provider.ts'
import type { Registry } from '../registry.ts'
import {
  insertCallEvent,
  loadCallEvent,
  type PendingCallEvent,
  putOffCallEvent,
  settleCallEvent,
} from '../store/call-events.ts'
import { noteCall } from '../store/calls.ts'
import type { Database, Sql } from '../store/database.ts'
import type { SecretContext, Secrets } from '../store/secrets.ts'
import { faultFields } from './fault-fields.ts'

export type CallEventDeps = {
  db: Database
  registry: Registry
  secrets: Secrets
  log: Log
  /** Sends the job that has an event heard; inside `tx` it exists when that commits. */
  send(event: { tenantId: string; connectionId: string; eventId: string }, delayMs: number, tx?: Sql): Promise<void>
}

/** The waits after the first, second, … attempt that failed, in milliseconds; after the last one it is given up. */
export const hearAgainAfter: readonly number[] = [1, 5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200].map(
  (seconds) => seconds * 1_000,
)

/**
 * Keeps what a vendor tells of a call, in one transaction with the job that has it heard, before it is acknowledged. The
 * bytes are kept and not what was understood of them, so that a fault of ours in reading loses nothing; sealed, since
 * transcripts hold what people said.
 */
export async function keepCallEvent(
  { db, secrets, send }: CallEventDeps,
  { tenantId, connectionId }: Pick<Reached, 'tenantId' | 'connectionId'>,
  event: CallEvent,
  body: Buffer,
): Promise<'kept' | 'duplicate'> {
  const id = v7()
  const owner = { tenantId, connectionId }
  const kept = {
    ...owner,
    id,
    callId: event.call.callId,
    event: event.name,
    fingerprint: event.once ? '' : hash('sha256', body, 'hex'),
    body: secrets.seal((await packed(body, { level: 1 })).toString('base64'), contextOf({ ...owner, id })),
  }
  return db.transaction(async (tx) => {
    if (!(await insertCallEvent(tx, kept))) return 'duplicate'
    await noteCall(tx, owner, event)
    await send({ ...owner, eventId: id }, 0, tx)
    return 'kept'
  })
}

/**
 * Has a kept event heard by the receptionist. One that fails comes again later and later, for about a day. Does nothing
 * for an event that waits no more, is not due, or whose connection is paused altogether.
 */
export async function hearCallEvent(deps: CallEventDeps, tenantId: string, eventId: string): Promise<void> {
  const pending = await loadCallEvent(deps.db, tenantId, eventId)
  if (pending === null) return
  try {
    if (await told(deps, pending)) await settleCallEvent(deps.db, pending, 'heard')
  } catch (error) {
    await putOff(deps, pending, error)
  }
}

/** False where nobody here could hear it: another gateway, or a later start, may have who can. */
async function told({ registry, secrets }: CallEventDeps, pending: PendingCallEvent): Promise<boolean> {
  const { tenantId, id, connectionId, vendor, language, body } = pending
  const receptionist = registry.receptionist.get()
  const reads = registry.phoneVendors.get(vendor)
  if (!receptionist || !reads) return false
  const bytes = await unpacked(Buffer.from(secrets.open(body, contextOf({ tenantId, connectionId, id })), 'base64'))
  const inbound = reads.parse({ method: 'POST', url: '', door: 'events', headers: {}, body: bytes })
  // What was an event when it came and is none now was read by another version; there is nothing to tell.
  if (inbound.is === 'call_event') {
    await receptionist.hear({ tenantId, connectionId, vendor, language }, inbound.event)
  }
  return true
}

async function putOff(deps: CallEventDeps, pending: PendingCallEvent, error: unknown): Promise<void> {
  const { db, log, send } = deps
  const { tenantId, id, connectionId, attempts } = pending
  const delayMs = hearAgainAfter[attempts]
  const fields = { tenantId, connectionId, callEventId: id, attempt: attempts + 1, ...faultFields(error) }
  if (delayMs === undefined) {
    log.error({ event: 'failed', ...fields }, 'an event of a call could not be heard and is given up')
    return settleCallEvent(db, pending, 'failed')
  }
  log.warn({ event: 'retried', ...fields }, 'an event of a call could not be heard and comes again')
  await putOffCallEvent(db, pending, delayMs)
  await send({ tenantId, connectionId, eventId: id }, delayMs)
}

// A transcript is a tenth of its size then, and storing it is what an acknowledgement waits for.
const packed = promisify<Buffer, ZlibOptions, Buffer>(gzip)
const unpacked = promisify<Buffer, Buffer>(gunzip)

/** Sealed for this very event: it opens nowhere else. */
function contextOf({ tenantId, connectionId, id }: { tenantId: string; connectionId: string; id: string }) {
  return { tenantId, connectionId, field: `callEvent.${id}` } satisfies SecretContext
}
