import { holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import { advise, explain } from '../domain/explain.ts'
import type { Origin } from '../domain/origin.ts'
import { epoch } from '../domain/time.ts'
import { announce } from '../store/announce.ts'
import type { CallableConnection } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import { decideOnTargets, stanceOn } from '../store/ignored-targets.ts'
import { findServiceByTarget } from '../store/services.ts'
import type { Ports } from './ports.ts'
import { openReview } from './review.ts'

/** The code of the question what to do with an event type that no service is linked to. */
export const unknownEventType = 'UNKNOWN_EVENT_TYPE'

/** How such an event type is named where the calendar does not say which one it was: it was deleted there. */
export const deletedEventType = 'unknown'

/**
 * A booking of an event type that no service is linked to is left alone, and a person is asked once for the event type:
 * link it, or ignore it from now on. Nothing is asked for what is over.
 */
export async function askAboutEventType(
  ports: Ports,
  source: CallableConnection,
  remote: RemoteBooking,
): Promise<'review' | 'ignored'> {
  const { db } = ports.store
  const { tenantId, id: connectionId } = source
  const targetId = remote.targetId ?? deletedEventType
  if (!holdsPlace(remote.status) || epoch(remote.endsAt) <= epoch(ports.clock.now())) return 'ignored'
  const stance = await stanceOn(db, tenantId, connectionId, targetId, unknownEventType)
  if (stance.ignored) return 'ignored'
  if (stance.asked) return 'review'
  const described = await describe(ports, source, targetId)
  return db.transaction((tx) => ask(tx, ports, source, targetId, described))
}

/** What the calendar says of an event type; null where it does not, or not now. */
type Described = { name: string | null; durationMinutes: number | null; problem: string | null }

async function describe(ports: Ports, source: CallableConnection, targetId: string): Promise<Described> {
  const nothing: Described = { name: null, durationMinutes: null, problem: null }
  const provider = ports.providers.get(source.plugin)
  const target = provider?.target.read(targetId)
  if (!provider?.services || !target) return nothing
  try {
    const outcome = await provider.services.get(ports.outbound.open(source), target)
    if (outcome.is !== 'done' || !outcome.value) return nothing
    const { name, durationMinutes, problem } = outcome.value
    return { name: name.slice(0, 200), durationMinutes, problem }
  } catch {
    // It only makes the question easier to answer; the booking must be heard without it as well.
    return nothing
  }
}

async function ask(
  tx: Sql,
  ports: Ports,
  { tenantId, id: connectionId, plugin }: CallableConnection,
  targetId: string,
  described: Described,
): Promise<'review' | 'ignored'> {
  await decideOnTargets(tx, connectionId)
  const stance = await stanceOn(tx, tenantId, connectionId, targetId, unknownEventType)
  if (stance.ignored || (await findServiceByTarget(tx, tenantId, connectionId, targetId))) return 'ignored'
  const origin: Origin = { name: plugin, connectionId }
  const cause = { causalId: ports.ids.next(), hops: 0 }
  const details = { eventType: targetId, ...described }
  const review = await openReview(tx, {
    tenantId,
    code: unknownEventType,
    subject: { kind: 'event_type', id: targetId },
    connectionId,
    message: sentenceOf(described),
    details,
    origin,
    cause,
  })
  if (!review?.opened) return 'review'
  const message = `${explain(unknownEventType)} It is left alone until somebody decides.`
  await announce(tx, { tenantId, kind: 'booking.ignored', message, origin, cause, connectionId, data: details })
  return 'review'
}

function sentenceOf({ name, durationMinutes }: Described): string {
  return name === null
    ? advise(unknownEventType)
    : `${advise(unknownEventType)} It is "${name}", ${durationMinutes} minutes.`
}
