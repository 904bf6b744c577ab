import type { CalendarProvider, Call } from '../contract/provider.ts'
import { ProviderError } from '../contract/provider-error.ts'
import type { Booking, RemoteBooking } from '../domain/booking.ts'
import { holdsPlace } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import type { JournalEntry } from '../domain/journal.ts'
import { findOurs } from '../domain/match.ts'
import type { NotDone, Unknown } from '../domain/outcome.ts'
import { epoch, type Instant, later } from '../domain/time.ts'
import type { OpenIntent, Snapshot } from '../store/syncs.ts'
import { agreed, ended } from './judge.ts'
import type { Ports } from './ports.ts'

/** What looking found out of one booking whose last write ended in doubt. */
export type Settled = {
  booking: Booking
  intents: { id: string; state: 'done' | 'not_done' | 'unknown'; code: string | null; externalId: string | null }[]
  entry: JournalEntry
  /**
   * `known`: the booking's state is proven. `absent`: a create left no trace so far. `unseen`: the look itself failed.
   * `several`: more than one booking could be ours.
   */
  is: 'known' | 'absent' | 'unseen' | 'several'
  code: string | null
  /** What stands in the calendar instead of what was tried: it is heeded like any change made there. */
  found?: RemoteBooking
  /** Where the calendar said from when on it may be looked at. */
  askAgainAt?: Instant
}

/**
 * Settles one booking's open intents by looking at the calendar. Nothing is written there: what is found is adopted,
 * and only what is proven not to have happened may be tried again.
 */
export async function settle(
  ports: Ports,
  provider: CalendarProvider,
  call: Call,
  snapshot: Snapshot,
  booking: Booking,
  intents: readonly OpenIntent[],
): Promise<Settled> {
  try {
    return booking.externalId === null || !holdsPlace(booking.remoteStatus)
      ? await settleCreate(ports, provider, call, snapshot, booking, intents)
      : await settleChange(ports, provider, call, snapshot, booking, intents)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return unseen(booking, intents, error.outcome)
  }
}

function unseen(booking: Booking, intents: readonly OpenIntent[], outcome: NotDone | Unknown): Settled {
  const { code } = outcome
  const retry = outcome.is === 'not_done' ? outcome.retry : 'later'
  return {
    booking: { ...booking, errorCode: code, errorMessage: explain(code) },
    intents: intents.map(({ id, code }) => ({ id, state: 'unknown', code, externalId: null })),
    entry: { kind: 'booking.looked', message: `The calendar could not be looked at: ${explain(code)}`, data: { code } },
    is: 'unseen',
    code,
    ...(typeof retry === 'object' ? { askAgainAt: retry.at } : {}),
  }
}

/** How far back the list is read: the calendar's clock stamps the booking, ours the intent. */
const lookBack = 10 * 60_000

async function settleCreate(
  ports: Ports,
  provider: CalendarProvider,
  call: Call,
  snapshot: Snapshot,
  booking: Booking,
  intents: readonly OpenIntent[],
): Promise<Settled> {
  const { appointment, key } = snapshot
  const first = intents[0] as OpenIntent
  const found: RemoteBooking[] = []
  const query = { target: booking.target, createdFrom: later(first.sentAt, -lookBack) }
  const heard = await lookAtHeard(provider, call, snapshot, booking)
  if (heard) found.push(heard)
  else for await (const remote of provider.findBookings(call, query)) found.push(remote)
  const free = await withoutForeign(ports, key, booking, found)
  const match = findOurs(
    {
      gatewayId: booking.gatewayId,
      targetId: booking.targetId,
      startsAt: first.target.startsAt,
      customer: appointment.customer,
      sentAt: first.sentAt,
      tolerance: provider.supports.rounding ? ports.policy.matchTolerance : 0,
    },
    free,
  )
  const at = ports.clock.now()
  if (match.is === 'none') {
    const code = intents.at(-1)?.code ?? null
    return {
      booking,
      intents: intents.map(({ id, code }) => ({ id, state: 'unknown', code, externalId: null })),
      entry: { kind: 'booking.looked', message: 'It is not in the calendar.', data: { looked: found.length } },
      is: 'absent',
      code,
    }
  }
  if (match.is === 'several') {
    return {
      booking: { ...booking, errorCode: 'SEVERAL_FOUND', errorMessage: explain('SEVERAL_FOUND') },
      intents: intents.map(({ id, code }) => ({ id, state: 'unknown', code, externalId: null })),
      entry: {
        kind: 'booking.looked',
        message: explain('SEVERAL_FOUND'),
        data: { externalIds: match.bookings.map((remote) => remote.externalId) },
      },
      is: 'several',
      code: 'SEVERAL_FOUND',
    }
  }
  const settled = (remote: RemoteBooking) => adopted(agreed(booking, remote, appointment, at), intents, match.booking)
  if (isAsMade(ports, provider, intents, match.booking)) return settled(match.booking)
  // It was made, and then moved or cancelled over there: somebody's will, which is heeded and not overruled.
  return { ...settled({ ...match.booking, ...targetOf(first), status: 'accepted' }), found: match.booking }
}

function isAsMade(
  ports: Ports,
  provider: CalendarProvider,
  intents: readonly OpenIntent[],
  { status, startsAt }: RemoteBooking,
): boolean {
  const tolerance = provider.supports.rounding ? ports.policy.matchTolerance : 0
  const isNear = ({ target }: OpenIntent) => Math.abs(epoch(target.startsAt) - epoch(startsAt)) <= tolerance
  return holdsPlace(status) && intents.some(isNear)
}

const targetOf = ({ target: { startsAt, endsAt } }: OpenIntent) => ({ startsAt, endsAt })

function adopted(booking: Booking, intents: readonly OpenIntent[], remote: RemoteBooking): Settled {
  return {
    booking,
    intents: intents.map(({ id, code }) => ({ id, state: 'done', code, externalId: remote.externalId })),
    entry: {
      kind: 'booking.adopted',
      message: 'Found in the calendar: it had been done.',
      data: { externalId: remote.externalId, status: remote.status, startsAt: remote.startsAt },
    },
    is: 'known',
    code: null,
  }
}

/** Leaves out bookings that are known to belong to another row, whatever they look like. */
async function withoutForeign(
  ports: Ports,
  key: Snapshot['key'],
  booking: Booking,
  found: readonly RemoteBooking[],
): Promise<RemoteBooking[]> {
  const rows = await ports.store.db.query<{ external_id: string }>(
    `select external_id from kalends.booking_ids
     where tenant_id = $1 and connection_id = $2 and external_id = any($3) and booking_id <> $4`,
    [key.tenantId, key.connectionId, found.map((remote) => remote.externalId), booking.id],
  )
  const foreign = new Set(rows.map((row) => row.external_id))
  return found.filter((remote) => !foreign.has(remote.externalId))
}

/** A move or a cancel: the booking itself says whether it happened, at the end of its chain. */
async function settleChange(
  ports: Ports,
  provider: CalendarProvider,
  call: Call,
  { appointment }: Snapshot,
  booking: Booking,
  intents: readonly OpenIntent[],
): Promise<Settled> {
  const last = intents.at(-1) as OpenIntent
  const outcome = await lastOfChain(provider, call, booking)
  if (outcome.is !== 'done') return unseen(booking, intents, outcome)
  const remote = outcome.value
  const at = ports.clock.now()
  const live = remote !== null && holdsPlace(remote.status)
  if (live && last.kind === 'reschedule' && remote.startsAt === last.target.startsAt) {
    return adopted(agreed(booking, remote, appointment, at), intents, remote)
  }
  if (!live && (last.kind === 'cancel' || !remote)) {
    return {
      booking: ended({ ...booking, externalId: remote?.externalId ?? booking.externalId }, at),
      intents: intents.map(({ id, code }) => ({ id, state: 'done', code, externalId: booking.externalId })),
      entry: { kind: 'booking.looked', message: 'It is gone from the calendar.', data: { operation: last.kind } },
      is: 'known',
      code: last.kind === 'cancel' ? null : 'ALREADY_CANCELLED',
    }
  }
  return {
    booking,
    intents: intents.map(({ id, code }) => ({ id, state: 'not_done', code, externalId: null })),
    entry: { kind: 'booking.looked', message: 'It had not been done.', data: { operation: last.kind } },
    is: 'known',
    code: null,
    found: remote as RemoteBooking,
  }
}

/** A booking that the calendar spoke of by itself needs no search; it counts only if it bears our name. */
export async function lookAtHeard(
  provider: CalendarProvider,
  call: Call,
  { heard }: Snapshot,
  { gatewayId, target }: Booking,
): Promise<RemoteBooking | null> {
  if (!heard) return null
  // To the end of its moves: what was moved on meanwhile is no less ours.
  const outcome = await lastOfChain(provider, call, { externalId: heard.externalId, target })
  return outcome.is === 'done' && outcome.value?.gatewayId === gatewayId ? outcome.value : null
}

const longestChain = 20

/** Walks from a booking to the one that took its place, to the end. */
export async function lastOfChain(
  provider: CalendarProvider,
  call: Call,
  booking: Pick<Booking, 'externalId' | 'target'>,
) {
  let externalId = booking.externalId as string
  for (let step = 0; ; step++) {
    const outcome = await provider.getBooking(call, { externalId, target: booking.target })
    const successorId = outcome.is === 'done' ? outcome.value?.successorId : null
    if (!successorId || step >= longestChain) return outcome
    externalId = successorId
  }
}
