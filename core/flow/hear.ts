import type { ProviderReport } from '../contract/provider.ts'
import { holdsPlace, type RemoteBooking, type SyncedState } from '../domain/booking.ts'
import { announce } from '../store/announce.ts'
import type { CallableConnection } from '../store/connections.ts'
import { isIgnoredTarget } from '../store/ignored-targets.ts'
import { awaitsCreate, findKnown, type KnownBooking } from '../store/known-bookings.ts'
import { hearSync } from '../store/nudges.ts'
import { findServiceByTarget } from '../store/services.ts'
import type { Heard } from '../store/syncs.ts'
import { adopt, whyNotAdopted } from './adopt.ts'
import type { Ports } from './ports.ts'
import { openReview } from './review.ts'
import type { SweepDeps } from './sweep.ts'

/** What hearing needs: the ports, and the way to send jobs. */
export type HearDeps = { ports: Ports; sweepDeps: SweepDeps }

/** The connection that a report came through. */
export type Source = CallableConnection

/**
 * How a report ended. `echo`: it says what was agreed already. `nudged`: the calendar will be looked at under the lease.
 * `waiting`: our own write is under way, and this may be its echo. `review`: a person is asked. `ignored`: not ours.
 */
export type Hearing = 'echo' | 'nudged' | 'adopted' | 'waiting' | 'review' | 'ignored'

/** A report is only a hint, as a webhook gives it: what it leads to is decided by a look at the calendar. */
export async function hearReport(
  deps: HearDeps,
  source: Source,
  report: ProviderReport,
  patient: boolean,
): Promise<Hearing> {
  const { db } = deps.ports.store
  const externalIds = [report.externalId, report.predecessorId].filter((id) => id !== null)
  const known = await findKnown(db, source.tenantId, source.id, { externalIds, gatewayId: report.gatewayId })
  if (known) {
    if (known.busy && patient) return 'waiting'
    return hearKnown(deps, known, report)
  }
  const { targetId, startsAt } = report
  const mayBeOurs = report.gatewayId === null && targetId !== null && startsAt !== null && patient
  if (mayBeOurs && (await awaitsCreate(db, source.tenantId, source.id, { targetId, startsAt }))) return 'waiting'
  return lookAtUnknown(deps, source, report, patient)
}

/** A booking as the calendar's own list gives it: that is already a look. */
export async function hearBooking(deps: HearDeps, source: Source, remote: RemoteBooking): Promise<Hearing> {
  const { db } = deps.ports.store
  const externalIds = [remote.externalId, remote.predecessorId].filter((id) => id !== null)
  const known = await findKnown(db, source.tenantId, source.id, { externalIds, gatewayId: remote.gatewayId })
  if (known) return hearKnown(deps, known, remote)
  const { targetId, startsAt } = remote
  const mayBeOurs = remote.gatewayId === null && targetId !== null
  // Its create is under way or in doubt and will find it; adopting it now would make it two.
  if (mayBeOurs && (await awaitsCreate(db, source.tenantId, source.id, { targetId, startsAt }))) return 'waiting'
  return hearUnknown(deps, source, remote)
}

type Word = {
  externalId: string
  status: RemoteBooking['status'] | null
  startsAt: string | null
  endsAt: string | null
}

async function hearKnown({ ports, sweepDeps }: HearDeps, known: KnownBooking, word: Word): Promise<Hearing> {
  if (isEcho(known, word)) return 'echo'
  const heard: Heard = { externalId: word.externalId, status: word.status, startsAt: word.startsAt }
  await ports.store.db.transaction(async (tx) => {
    const jobs = await hearSync(tx, known.key, heard)
    await sweepDeps.send(tx, jobs)
  })
  return 'nudged'
}

/** It says of the very booking that we know, and of nothing else, what was last agreed. */
function isEcho({ externalId, synced }: KnownBooking, word: Word): boolean {
  return externalId === word.externalId && synced !== null && word.status !== null && sameState(synced, word)
}

function sameState(synced: SyncedState, { status, startsAt, endsAt }: Word): boolean {
  if (status === null || !holdsPlace(status) || !holdsPlace(synced.status)) {
    return status !== null && !holdsPlace(status) && !holdsPlace(synced.status)
  }
  const sameTime = (startsAt ?? synced.startsAt) === synced.startsAt && (endsAt ?? synced.endsAt) === synced.endsAt
  return status === synced.status && sameTime
}

async function lookAtUnknown(
  deps: HearDeps,
  source: Source,
  report: ProviderReport,
  patient: boolean,
): Promise<Hearing> {
  const { ports } = deps
  const provider = ports.providers.get(source.plugin)
  if (!provider) return 'ignored'
  const call = ports.outbound.open(source)
  const outcome = await provider.getBooking(call, { externalId: report.externalId, target: {} })
  // What cannot be read now is read later; the poll would find it too.
  if (outcome.is !== 'done') return patient ? 'waiting' : 'ignored'
  if (!outcome.value) return patient ? 'waiting' : 'ignored'
  return hearUnknown(deps, source, outcome.value)
}

async function hearUnknown(deps: HearDeps, source: Source, remote: RemoteBooking): Promise<Hearing> {
  const { db } = deps.ports.store
  const { tenantId, id: connectionId } = source
  const ground =
    remote.targetId === null ? null : await findServiceByTarget(db, tenantId, connectionId, remote.targetId)
  if (!ground) return strange(deps, source, remote)
  const { service, timeZone } = ground
  const link = service.links.find((one) => one.connectionId === connectionId && one.externalId === remote.targetId)
  if (!link || whyNotAdopted({ service, remote }, deps.ports.clock.now())) return 'ignored'
  const origin = { name: source.plugin, connectionId }
  const result = await adopt(deps.ports, { tenantId, timeZone, origin, service, link, remote })
  return result === 'adopted' ? 'adopted' : 'echo'
}

/** An event type that no service is linked to: one question per event type, and none where somebody said to ignore it. */
async function strange({ ports }: HearDeps, source: Source, remote: RemoteBooking): Promise<Hearing> {
  const { db } = ports.store
  const { tenantId, id: connectionId, plugin } = source
  const targetId = remote.targetId ?? 'unknown'
  if (!holdsPlace(remote.status) || (await isIgnoredTarget(db, tenantId, connectionId, targetId))) return 'ignored'
  const origin = { name: plugin, connectionId }
  await db.transaction(async (tx) => {
    const review = await openReview(tx, {
      tenantId,
      code: 'UNKNOWN_EVENT_TYPE',
      subject: { kind: 'event_type', id: targetId },
      connectionId,
      fingerprint: targetId,
      details: { eventType: targetId },
      origin,
    })
    if (!review?.opened) return
    const cause = { causalId: ports.ids.next(), hops: 0 }
    const message = 'A booking of an event type that no service is linked to was left alone.'
    await announce(tx, {
      tenantId,
      kind: 'booking.ignored',
      message,
      origin,
      cause,
      connectionId,
      data: { eventType: targetId },
    })
  })
  return 'review'
}
