import type { Booking } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import type { SyncStatus } from '../domain/sync-status.ts'
import { requireCredential } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import type { Recorded } from '../store/record.ts'
import { giveUp } from './give-up.ts'
import { openReview } from './review.ts'
import { replaced, type Work, write } from './work.ts'

/** Whether a refusal is about the credential, and so most often about every call of the connection. */
export const isAuth = (code: string) => code === 'HTTP_401' || code === 'HTTP_403'

/** The credential is refused: the connection needs a person, once, and its work waits without using up anything more. */
export function park(work: Work, booking: Booking, code: string): Promise<Recorded> {
  const { ports, snapshot } = work
  const { tenantId, connectionId } = snapshot.key
  replaced(work, { ...booking, errorCode: code, errorMessage: explain(code) })
  ports.log.error({ event: 'failed', tenantId, connectionId, code }, 'a connection needs a valid credential')
  const also = async (tx: Sql) => {
    // Somebody else was told already, or the key was replaced while the old one was being refused.
    if (!(await requireCredential(tx, tenantId, connectionId, snapshot.connection.credentials))) return
    await openReview(tx, {
      tenantId,
      code,
      subject: { kind: 'connection', id: connectionId },
      appointmentId: null,
      connectionId,
      phase: null,
      cause: snapshot.appointment.cause,
      details: {},
    })
  }
  return write(work, { is: 'parked', attempts: 0 }, { also })
}

/**
 * A call was refused for want of a right, whatever was tried. That may be the key, and then every call ends so; or this one
 * request alone: an event type of somebody else's, a calendar with rules of its own. So the connection is checked, and
 * parked only where it fails that too. Else this one has failed as `instead`, and all the others go on.
 */
export async function withoutRight(
  work: Work,
  booking: Booking,
  code: string,
  instead: { code?: string; syncStatus?: SyncStatus } = {},
): Promise<Recorded> {
  if (code !== 'HTTP_403') return park(work, booking, code)
  const { attempted } = work
  // Written first, which renews the lease: a check takes as long as any call.
  if ((await write(work, { is: 'working' })) === 'fenced') return 'fenced'
  work.attempted = attempted
  const { syncStatus = 'failed' } = instead
  return (await passesCheck(work))
    ? giveUp(work, booking, instead.code ?? code, { syncStatus })
    : park(work, booking, code)
}

/** A check that cannot be made is one that failed: nothing says then that the key is good. */
async function passesCheck({ ports, snapshot: { connection } }: Work): Promise<boolean> {
  const provider = ports.providers.get(connection.plugin)
  if (!provider) return false
  try {
    return (await provider.check(ports.outbound.open(connection))).ok
  } catch (error) {
    const { id: connectionId, plugin } = connection
    ports.log.error({ event: 'failed', connectionId, plugin, err: error }, 'the check of a connection broke')
    return false
  }
}

/** How long work waits for a plugin that is not enabled here: another gateway may have it, or this one again soon. */
const withoutPluginMs = 30_000

/** Nobody here speaks the calendar's language: the work waits, and a person is asked once for the whole connection. */
export function withoutPlugin(work: Work): Promise<Recorded> {
  const { snapshot } = work
  const { tenantId, connectionId } = snapshot.key
  const also = (tx: Sql) =>
    openReview(tx, {
      tenantId,
      code: 'PLUGIN_MISSING',
      subject: { kind: 'connection', id: connectionId },
      connectionId,
      cause: snapshot.appointment.cause,
    })
  const { attempts, looks, nudge } = snapshot
  return write(work, { is: 'waiting', delayMs: withoutPluginMs, attempts, looks, nudge: nudge + 1 }, { also })
}
