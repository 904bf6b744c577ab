import { Type } from 'typebox'
import type { BookingRequest, CalendarProvider, Call, Priority, ProviderReport } from '../../core/contract/provider.ts'
import { ProviderError } from '../../core/contract/provider-error.ts'
import { holdsPlace, type RemoteBooking } from '../../core/domain/booking.ts'
import type { Observation } from '../../core/domain/circuit.ts'
import { done, type NotDone, notDone, type Outcome, type Unknown, unknown } from '../../core/domain/outcome.ts'
import { epoch, instantOf } from '../../core/domain/time.ts'
import type { Circuits } from '../../core/outbound/circuits.ts'
import type { Dice } from './dice.ts'
import type { Faults, ReadFault, WriteFault } from './faults.ts'
import type { Entry, Ledger } from './ledger.ts'
import type { Actor, Scheduler } from './scheduler.ts'

/** One write that reached the calendar, from when it was sent to when its end was known or given up. */
export type Write = {
  kind: 'create' | 'reschedule' | 'cancel'
  actor: Actor
  connectionId: string
  /** What it was sent for: the name of a booking that is made, the id of one that stands. */
  about: string
  sentAt: number
  until: number
  /** Whether whoever sent it knows how it ended; nobody does where that one died. */
  isKnown: boolean
}

/** A call as the model lends it: it knows how urgent it is, and whether it was held back. */
export type ModelCall = Call & { priority: Priority; held: boolean }

export type CalendarParts = {
  plugin: string
  moves: 'in_place' | 'new_id'
  /** The ledger behind a connection. */
  ledgerOf(connectionId: string): Ledger
  scheduler: Scheduler
  faults: Faults
  dice: Dice
  circuits: Pick<Circuits, 'enter' | 'ended'>
  /** Whether every calendar is down at this moment. */
  isDown(): boolean
  /** A request reached a calendar. */
  onCall(priority: Priority): void
  onWrite(write: Write): void
  /** A booking or the list of them was asked for. */
  onLook(connectionId: string): void
  note(line: string): void
}

/** A write as it is asked for: what it does to the ledger, and what a calendar says of it that has done nothing. */
type Asked = {
  kind: Write['kind']
  about: string
  commit(): Outcome<RemoteBooking>
  lie(): Outcome<RemoteBooking>
}

const lateMs = 30_000
const throttledMs = 20_000

/**
 * The model calendar as one thread calls it: a provider like every other, whose answers come from a ledger, after a while,
 * and with the faults of the run. What it was asked to do it does at its own time, also when whoever asked is dead by then.
 */
export function calendarFor(actor: Actor, parts: CalendarParts): CalendarProvider {
  const { plugin, moves, ledgerOf, scheduler, faults, dice, circuits } = parts

  async function write(call: Call, { kind, about, commit, lie }: Asked): Promise<Outcome<RemoteBooking>> {
    await scheduler.turn(actor, `calls ${kind}`)
    const sentAt = scheduler.now()
    // Whoever froze between the announcement and the call sends nothing: its time is over.
    if (sentAt >= call.deadline) return notDone('TIMEOUT', { retry: 'later' })
    const held = await heldBack(call)
    if (held) return held
    const fault = parts.isDown() ? 'unavailable' : faults.at('write')
    const connectionId = call.connection.id
    const arrivesAt = sentAt + dice.between(10, 150)
    const repliesAt = Math.min(replyAt(fault, arrivesAt, call.deadline, dice), call.deadline)
    const sent: Write = { kind, actor, connectionId, about, sentAt, until: repliesAt, isKnown: false }
    parts.onWrite(sent)
    parts.note(`${kind} ${about} at ${plugin}${fault ? `: ${fault}` : ''}`)
    let outcome: Outcome<RemoteBooking> = unknown('TIMEOUT')
    const takes = () => {
      outcome = commit()
    }
    if (happens(fault)) scheduler.at(fault === 'late' ? arrivesAt + lateMs : arrivesAt, takes)
    await scheduler.sleepTo(actor, repliesAt, `hears of ${kind}`)
    circuits.ended(call.connection, sightOf(fault), null)
    if (fault === 'throws') throw new Error('The model provider has a fault of its own')
    const said = fault === 'lying 201' ? lie() : replyOf(fault, kind, outcome, scheduler.now())
    sent.isKnown = said.is !== 'unknown'
    return said
  }

  /** What the gate in front of every request says; null where it may leave. */
  async function heldBack(call: Call): Promise<NotDone | null> {
    const modelCall = call as ModelCall
    const wait = await circuits.enter(call.connection, modelCall.priority)
    modelCall.held = wait !== null
    if (!wait) parts.onCall(modelCall.priority)
    return wait && notDone(wait.code, { retry: { at: instantOf(Math.ceil(wait.until)) }, scope: 'connection' })
  }

  async function read(call: Call, what: string): Promise<NotDone | Unknown | null> {
    await scheduler.turn(actor, `calls ${what}`)
    const held = await heldBack(call)
    if (held) return held
    const fault = parts.isDown() ? 'unavailable' : faults.at('read')
    const takes = fault === 'slow' || fault === 'timeout' ? 12_000 : dice.between(10, 120)
    if (fault) parts.note(`${what} at ${plugin}: ${fault}`)
    await scheduler.sleepTo(
      actor,
      Math.min(scheduler.now() + takes, Math.max(call.deadline, scheduler.now())),
      `hears of ${what}`,
    )
    circuits.ended(call.connection, sightOf(fault), null)
    if (what !== 'changes') parts.onLook(call.connection.id)
    return unread(fault, scheduler.now())
  }

  async function* list(call: Call, query: Parameters<CalendarProvider['findBookings']>[1]) {
    const refused = await read(call, 'list')
    if (refused) throw new ProviderError(refused)
    const { createdFrom, startsFrom, startsTo } = query
    const now = scheduler.now()
    for (const entry of ledgerOf(call.connection.id).entries) {
      if (entry.listedFrom > now) continue
      if (createdFrom && epoch(entry.createdAt as string) < epoch(createdFrom)) continue
      if (startsFrom && epoch(entry.startsAt) < epoch(startsFrom)) continue
      if (startsTo && epoch(entry.startsAt) > epoch(startsTo)) continue
      yield copy(entry)
    }
  }

  return {
    name: plugin,
    supports: {
      lookup: 'list',
      webhooks: true,
      changesSince: true,
      services: false,
      holds: false,
      reschedule: moves,
      rounding: false,
      fields: { name: false, email: false, phone: false, notes: false, price: false },
    },
    target: {
      schema: Type.Object({ type: Type.String() }),
      id: ({ type }) => String(type),
      read: (id) => ({ type: id }),
    },
    createBooking(call, request) {
      const ledger = ledgerOf(call.connection.id)
      return write(call, {
        kind: 'create',
        about: request.gatewayId,
        commit: () => done(copy(ledger.create(bookingOf(request)))),
        lie: () => done(neverMade(request, scheduler.now(), plugin)),
      })
    },
    async getBooking(call, { externalId }) {
      const refused = await read(call, 'get')
      if (refused) return refused
      const entry = ledgerOf(call.connection.id).find(externalId)
      return done(entry ? copy(entry) : null)
    },
    findBookings: list,
    rescheduleBooking(call, { externalId }, { startsAt, endsAt }) {
      const ledger = ledgerOf(call.connection.id)
      const entry = ledger.find(externalId)
      const commit = () => standing(entry) ?? done(copy(ledger.move(entry as Entry, startsAt)))
      const lie = () => standing(entry) ?? done({ ...copy(entry as Entry), startsAt, endsAt })
      return write(call, { kind: 'reschedule', about: externalId, commit, lie })
    },
    cancelBooking(call, { externalId }) {
      const ledger = ledgerOf(call.connection.id)
      const entry = ledger.find(externalId)
      const commit = () => done(entry ? copy(holdsPlace(entry.status) ? ledger.cancel(entry) : entry) : (null as never))
      // A cancel that did nothing is no lie that anybody here could find out, short of asking for everything again.
      return write(call, { kind: 'cancel', about: externalId, commit, lie: commit })
    },
    async changesSince(call, cursor) {
      const refused = await read(call, 'changes')
      if (refused) return refused
      const now = scheduler.now()
      const from = cursor === null ? 0 : Number(cursor) - 30_000
      const changed = ledgerOf(call.connection.id).entries.filter(
        ({ updated, listedFrom }) => updated >= from && listedFrom <= now,
      )
      const bookings = [...changed].sort((a, b) => a.updated - b.updated).map(copy)
      return done({ bookings, cursor: String(now), more: false })
    },
    webhook: {
      verify: () => true,
      parse: ({ body }) => ({
        reports: [(JSON.parse(body.toString()) as { report: ProviderReport }).report],
        ignored: null,
      }),
    },
    check: () => Promise.resolve({ ok: true, findings: [] }),
  }
}

const copy = ({ listedFrom: _, updated: __, ...booking }: Entry): RemoteBooking => ({ ...booking })

function happens(fault: WriteFault | null): boolean {
  return (
    fault === null ||
    fault === 'slow' ||
    fault === 'late' ||
    fault === 'timeout after commit' ||
    fault === '400 after commit'
  )
}

function replyAt(fault: WriteFault | null, arrivesAt: number, deadline: number, dice: Dice): number {
  if (fault === 'timeout' || fault === 'timeout after commit' || fault === 'late') return deadline
  return arrivesAt + (fault === 'slow' ? 12_000 : dice.between(10, 250))
}

function replyOf(
  fault: WriteFault | null,
  kind: Write['kind'],
  outcome: Outcome<RemoteBooking>,
  now: number,
): Outcome<RemoteBooking> {
  switch (fault) {
    case 'timeout':
    case 'timeout after commit':
    case 'late':
      return unknown('TIMEOUT')
    case '400 after commit':
      return unknown('HTTP_400')
    case 'unavailable':
      return unknown('HTTP_503')
    case 'refused':
      return notDone(kind === 'cancel' ? 'HTTP_422' : 'SLOT_TAKEN')
    case 'throttled':
      return notDone('RATE_LIMITED', { retry: { at: instantOf(now + throttledMs) }, scope: 'connection' })
    default:
      return outcome
  }
}

function unread(fault: ReadFault | null, now: number): NotDone | Unknown | null {
  if (fault === 'unavailable') return unknown('HTTP_503')
  if (fault === 'timeout') return unknown('TIMEOUT')
  if (fault === 'throttled') {
    return notDone('RATE_LIMITED', { retry: { at: instantOf(now + throttledMs) }, scope: 'connection' })
  }
  return null
}

/** What the gate sees of an answer. */
function sightOf(fault: WriteFault | ReadFault | null): Observation {
  if (fault === 'throttled') return { is: 'limited', forMs: throttledMs }
  const isFailure =
    fault === 'unavailable' || fault === 'timeout' || fault === 'timeout after commit' || fault === 'late'
  return { is: isFailure ? 'failed' : 'answered' }
}

/** Why a booking cannot be moved; null where it can. */
function standing(entry: Entry | undefined): NotDone | null {
  if (!entry) return notDone('HTTP_404')
  if (entry.successorId) return notDone('ALREADY_MOVED', { successorId: entry.successorId })
  return holdsPlace(entry.status) ? null : notDone('ALREADY_CANCELLED')
}

function bookingOf({ gatewayId, target, startsAt, endsAt, timeZone, customer }: BookingRequest) {
  const { name, email, phone } = customer
  return { gatewayId, targetId: String(target.type), startsAt, endsAt, attendee: { name, email, phone, timeZone } }
}

function neverMade(request: BookingRequest, now: number, plugin: string): RemoteBooking {
  const at = instantOf(now)
  const nothing = { successorId: null, predecessorId: null, createdAt: at, updatedAt: at }
  return { ...bookingOf(request), ...nothing, externalId: `${plugin}-never-${request.gatewayId}`, status: 'accepted' }
}
