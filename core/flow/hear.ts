import type { ProviderReport } from '../contract/provider.ts'
import { holdsPlace, type RemoteBooking, type SyncedState } from '../domain/booking.ts'
import type { CallableConnection } from '../store/connections.ts'
import { awaitsCreate, findKnown, type KnownBooking } from '../store/known-bookings.ts'
import { hearSync } from '../store/nudges.ts'
import { findServiceByTarget } from '../store/services.ts'
import type { Heard } from '../store/syncs.ts'
import { adopt, whyNotAdopted } from './adopt.ts'
import type { Ports } from './ports.ts'
import { askAboutEventType } from './strange.ts'
import type { SweepDeps } from './sweep.ts'
import { traceBack } from './trace-back.ts'

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
  // It will tell by its reply whether it is this one. Where the reply was lost, the look below tells at once.
  if (patient && (await mayBeOurs(deps, source, report, 'under way'))) return 'waiting'
  return lookAtUnknown(deps, source, report, patient)
}

/** A booking as the calendar's own list gives it: that is already a look. */
export async function hearBooking(deps: HearDeps, source: Source, remote: RemoteBooking): Promise<Hearing> {
  const trace = await traceBack(deps.ports, source, remote)
  if (trace.is === 'unread') return 'waiting'
  // What was moved to where we know it stands says nothing new: the list shows it for as long as it is quiet.
  if (trace.is === 'known' && remote.successorId !== null && remote.successorId === trace.known.externalId)
    return 'echo'
  if (trace.is === 'known') return hearKnown(deps, trace.known, remote)
  // Its create is under way or in doubt and will find it; adopting it now would make it two.
  if (await mayBeOurs(deps, source, remote, 'in doubt')) return 'waiting'
  return hearUnknown(deps, source, remote, trace.formerIds)
}

/** Whether a create of ours may have made a booking that bears no name of ours. */
async function mayBeOurs(
  { ports }: HearDeps,
  source: Source,
  { gatewayId, targetId, startsAt, attendee }: Pick<ProviderReport, 'gatewayId' | 'targetId' | 'startsAt' | 'attendee'>,
  how: 'under way' | 'in doubt',
): Promise<boolean> {
  if (gatewayId !== null || targetId === null || startsAt === null) return false
  return awaitsCreate(ports.store.db, source.tenantId, source.id, { targetId, startsAt, attendee }, how)
}

type Word = {
  externalId: string
  status: RemoteBooking['status'] | null
  startsAt: string | null
  endsAt: string | null
}

async function hearKnown({ ports, sweepDeps }: HearDeps, known: KnownBooking, word: Word): Promise<Hearing> {
  if (isEcho(known, word)) {
    await confirmed(ports, known, word)
    return 'echo'
  }
  const heard: Heard = { externalId: word.externalId, status: word.status, startsAt: word.startsAt }
  await ports.store.db.transaction(async (tx) => {
    const jobs = await hearSync(tx, known.key, heard)
    await sweepDeps.send(tx, jobs)
  })
  return 'nudged'
}

/** That the calendar tells of it by itself is as good as a look. */
async function confirmed(
  ports: Ports,
  { key, bookingId, unconfirmed, synced }: KnownBooking,
  word: Word,
): Promise<void> {
  if (!unconfirmed || !synced) return
  const { externalId } = word
  await ports.store.confirm({ ...key, bookingId, externalId, startsAt: synced.startsAt, at: ports.clock.now() })
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

/** What is heard of for the first time is looked at: only the calendar says whose it is. */
async function lookAtUnknown(
  deps: HearDeps,
  source: Source,
  report: ProviderReport,
  patient: boolean,
): Promise<Hearing> {
  const { ports } = deps
  const provider = ports.providers.get(source.plugin)
  if (!provider) return 'ignored'
  // What cannot be read now is read later; the poll would find it too.
  const unread = patient ? 'waiting' : 'ignored'
  const outcome = await provider.getBooking(ports.outbound.open(source), { externalId: report.externalId, target: {} })
  if (outcome.is !== 'done' || !outcome.value) return unread
  const remote = outcome.value
  const trace = await traceBack(ports, source, remote)
  if (trace.is === 'unread') return unread
  if (trace.is === 'known') return hearKnown(deps, trace.known, report.status === null ? remote : report)
  const isGoing = report.status !== null && !holdsPlace(report.status) && holdsPlace(remote.status)
  // A cancel is announced before it happens: what goes in a moment is not taken in.
  if (patient && (isGoing || (await mayBeOurs(deps, source, remote, 'in doubt')))) return 'waiting'
  return hearUnknown(deps, source, remote, trace.formerIds)
}

async function hearUnknown(
  deps: HearDeps,
  source: Source,
  remote: RemoteBooking,
  formerIds: readonly string[],
): Promise<Hearing> {
  const { db } = deps.ports.store
  const { tenantId, id: connectionId } = source
  const ground =
    remote.targetId === null ? null : await findServiceByTarget(db, tenantId, connectionId, remote.targetId)
  if (!ground) return askAboutEventType(deps.ports, source, remote)
  const { service, timeZone } = ground
  const link = service.links.find((one) => one.connectionId === connectionId && one.externalId === remote.targetId)
  if (!link || whyNotAdopted({ service, remote }, deps.ports.clock.now())) return 'ignored'
  const origin = { name: source.plugin, connectionId }
  const result = await adopt(deps.ports, { tenantId, timeZone, origin, service, link, remote, formerIds })
  if (result === 'adopted') return 'adopted'
  // Somebody else took it in at this moment, perhaps as it stood before a move: what we saw is told to that one.
  const now = await traceBack(deps.ports, source, remote)
  return now.is === 'known' ? hearKnown(deps, now.known, remote) : 'waiting'
}
