import { minutesLater } from '../../core/domain/time.ts'
import { instantFromJson } from '../../core/store/sql-values.ts'
import type { Entry } from './ledger.ts'
import type { Tables } from './tables.ts'
import type { Violation } from './witness.ts'
import type { World } from './world.ts'

type Found = { world: World; tables: Tables; broken(invariant: string, what: string): void }
type Booking = Tables['bookings'][number]
type Appointment = Tables['appointments'][number]

/** What must hold when everything is healed and nobody has anything left to do. Names as in RELIABILITY.md (c). */
const invariants = [
  nothingLost,
  oneLiveBooking,
  agreement,
  noResurrection,
  acknowledged,
  nothingOpen,
  versionsGrow,
  everyChangeIsSomebodys,
  noEcho,
  statusIsTrue,
  journalIsComplete,
  everyBookingIsSomebodys,
  wholeOrNone,
]

/** Checks every invariant against the tables and the ledgers; what was noted on the way is among the answers. */
export function check(world: World, tables: Tables): Violation[] {
  const violations = [...world.witness.violations]
  const broken = (invariant: string, what: string) => void violations.push({ invariant, what })
  for (const invariant of invariants) invariant({ world, tables, broken })
  return violations
}

/** The ledger entries that stand for a row: under a name that it was given, or an id that it ever had. */
function entriesOf({ world, tables }: Found, booking: Booking): Entry[] {
  const ids = new Set(tables.links.flatMap((link) => (link.booking_id === booking.id ? link.external_id : [])))
  const n = world.salon.connections.findIndex(({ id }) => id === booking.connection_id)
  const isOurs = ({ gatewayId, externalId }: Entry) =>
    (gatewayId !== null && world.witness.ownerOf.get(gatewayId) === booking.id) || ids.has(externalId)
  return (world.ledgers[n]?.live() ?? []).filter(isOurs)
}

function openReviews({ tables }: Found, appointmentId: string): string[] {
  return tables.reviews.flatMap((one) => (one.state === 'open' && one.appointment_id === appointmentId ? one.code : []))
}

/** Reviews in which both sides are left as they are until a person decides. */
const undecided = new Set(['SEVERAL_FOUND', 'PHASE_CHANGED_REMOTE', 'DATA_MISMATCH', 'HALF_BOOKED', 'ORPHANED_LOCAL'])

function wantedStart({ world }: Found, appointment: Appointment, { phase }: Booking): string {
  const offset = world.salon.service.phases.find(({ position }) => position === phase)?.offsetMinutes ?? 0
  return minutesLater(instantFromJson(appointment.starts_at), offset)
}

function* pairs({ tables }: Found): Iterable<[Appointment, Booking]> {
  for (const booking of tables.bookings) {
    const appointment = tables.appointments.find(({ id }) => id === booking.appointment_id)
    if (appointment) yield [appointment, booking]
  }
}

/** I2: what was acknowledged is in the inbox, and the inbox is read. */
function nothingLost({ world, tables, broken }: Found): void {
  for (const { state, reason } of tables.inbox)
    if (state === 'pending') broken('I2 nothing lost', `a report was never read: ${reason}`)
  for (const one of world.witness.acknowledged) {
    if (one.does !== 'report' || tables.inbox.some(({ body_hash }) => body_hash === one.inboxOf)) continue
    broken('I2 nothing lost', 'a report was acknowledged and is not there')
  }
}

/** I3: at most one live booking of an appointment's phase in a calendar, whoever is asked about what. */
function oneLiveBooking(found: Found): void {
  for (const [appointment, booking] of pairs(found)) {
    const live = entriesOf(found, booking).map(({ externalId }) => externalId)
    if (live.length <= 1 || openReviews(found, appointment.id).includes('SEVERAL_FOUND')) continue
    found.broken('I3 one live booking', `${appointment.id} holds ${live.join(' and ')}`)
  }
}

/** I4 and I6: what is wanted is there and nothing else, unless a person is being asked. */
function agreement(found: Found): void {
  for (const [appointment, booking] of pairs(found)) {
    if (openReviews(found, appointment.id).length > 0) continue
    const [entry] = entriesOf(found, booking)
    const isCancelled = appointment.status === 'cancelled'
    const wanted = isCancelled ? null : wantedStart(found, appointment, booking)
    const stands = entry?.startsAt ?? null
    if (wanted === stands) continue
    const invariant = isCancelled ? 'I6 cancel wins' : 'I4 convergence'
    found.broken(
      invariant,
      `${appointment.id} wants ${wanted ?? 'nothing'}, the calendar holds ${stands ?? 'nothing'}, and nobody is asked`,
    )
  }
}

/** I6: what was cancelled once stays so. */
function noResurrection({ tables, broken }: Found): void {
  for (const { appointment_id, kind } of tables.events) {
    const now = tables.appointments.find(({ id }) => id === appointment_id)
    if (kind === 'appointment.cancelled' && now?.status !== 'cancelled')
      broken('I6 cancel wins', `${appointment_id} came back to life`)
  }
}

/** I7: what a client was told it has done is in the journal; and a request that was sent again was done once. */
function acknowledged({ world, tables, broken }: Found): void {
  for (const one of world.witness.acknowledged) {
    if (one.does === 'report') continue
    const { does, appointmentId, startsAt } = one
    const told = tables.events.filter(({ appointment_id }) => appointment_id === appointmentId)
    // A move to where it stood already is no event of its own, but some event brought it there.
    const isThere = {
      book: told.some(({ kind }) => kind === 'appointment.booked'),
      move: told.some(({ data }) => data.to === startsAt || data.startsAt === startsAt),
      cancel: told.some(({ kind }) => kind === 'appointment.cancelled'),
      edit: told.length > 0,
    }[does]
    if (!isThere) broken('I2 nothing lost', `an accepted ${does} of ${appointmentId} is not there`)
  }
  const asked = world.scenario.operations.filter(({ does }) => does === 'book').length
  const made = tables.events.filter(
    ({ kind, origin_connection_id }) => kind === 'appointment.booked' && !origin_connection_id,
  )
  if (made.length > asked) broken('I7 one effect per key', `${made.length} appointments of ${asked} requests`)
}

/** I9: no write whose end is open, unless a person is asked; and everybody rests. */
function nothingOpen(found: Found): void {
  const { tables, broken } = found
  for (const { state, kind, booking_id } of tables.intents) {
    const booking = tables.bookings.find(({ id }) => id === booking_id)
    const isAsked = booking !== undefined && openReviews(found, booking.appointment_id).length > 0
    if ((state === 'sent' || state === 'unknown') && !isAsked)
      broken('I9 no intent stuck', `a ${kind} is ${state} and nobody looks`)
  }
  for (const { appointment_id, state } of tables.syncs) {
    if (state === 'waiting' || state === 'parked') broken('I9 no intent stuck', `${appointment_id} is ${state} at rest`)
  }
}

/** What somebody does, by what comes of it. */
const causes = {
  'appointment.booked': ['book', 'booked there'],
  'appointment.rescheduled': ['move', 'moved there'],
  'appointment.cancelled': ['cancel', 'cancelled there'],
  'appointment.edited': ['edit'],
} as const

const changes = new Set(Object.keys(causes))

/** I5: each change of an appointment has the next version. */
function versionsGrow({ tables, broken }: Found): void {
  const versions = new Map<string, number>()
  for (const { appointment_id, kind, version } of tables.events) {
    if (appointment_id === null || !changes.has(kind)) continue
    const before = versions.get(appointment_id) ?? 0
    if (version !== before + 1)
      broken('I5 monotonic versions', `${appointment_id} went from version ${before} to ${version}`)
    versions.set(appointment_id, version)
  }
}

/** I1: nothing happens that nobody did: a change that was told back and taken for another one would be one too many. */
function everyChangeIsSomebodys({ world, tables, broken }: Found): void {
  for (const [change, does] of Object.entries(causes)) {
    const made = tables.events.filter(({ kind }) => kind === change).length
    // A request whose gateway died and that is sent again is one still: it bears a key.
    const done = world.scenario.operations.filter((one) => (does as readonly string[]).includes(one.does)).length
    // A move of ours that lands after it was proven not to have happened cannot be told from one made over there.
    const late =
      change === 'appointment.rescheduled' ? world.faults.struck.filter(({ kind }) => kind === 'late').length : 0
    if (made > done + late) broken('I1 no echo', `${made} times ${change}, which was done ${done} times`)
  }
}

/** I1: what a calendar told is not written back to it. */
function noEcho({ tables, broken }: Found): void {
  for (const { booking_id, kind, version } of tables.intents) {
    const booking = tables.bookings.find(({ id }) => id === booking_id)
    const cause = tables.events.find(
      (one) => one.appointment_id === booking?.appointment_id && one.version === version && changes.has(one.kind),
    )
    // A second booking of ours that came late is cancelled whoever changed the appointment last.
    if (kind === 'cancel' && cause?.kind !== 'appointment.cancelled') continue
    if (cause?.connection_id && cause.connection_id === booking?.connection_id) {
      broken('I1 no echo', `a ${kind} was sent to the calendar that had told it`)
    }
  }
}

/** A status says what is true: synced exactly where the calendars agree, and a failure only where a person is asked. */
function statusIsTrue(found: Found): void {
  for (const [appointment, booking] of pairs(found)) {
    const codes = openReviews(found, appointment.id)
    const stands = entriesOf(found, booking)
    const wanted = appointment.status === 'cancelled' ? null : wantedStart(found, appointment, booking)
    const agrees = stands.length <= 1 && (stands[0]?.startsAt ?? null) === wanted
    const says = booking.sync_status
    // A phase that was cancelled again because another was refused is at rest; its appointment is called failed.
    if (says === 'synced' && !agrees && !codes.some((code) => undecided.has(code) || code === 'SLOT_TAKEN')) {
      found.broken('true status', `${appointment.id} is called synced and is not`)
    }
    if (says !== 'synced' && codes.length === 0)
      found.broken('true status', `${appointment.id} is called ${says} and nobody is asked`)
    if (
      says !== 'synced' &&
      agrees &&
      wanted !== null &&
      !codes.some((code) => undecided.has(code) || code === 'SLOT_TAKEN')
    ) {
      found.broken(
        'true status',
        `${appointment.id} is called ${says} (${booking.error_code}), though the calendar agrees`,
      )
    }
  }
}

/** I18: the journal alone tells how the appointment stands. */
function journalIsComplete({ tables, broken }: Found): void {
  for (const { id, status, starts_at, version } of tables.appointments) {
    const told = tables.events.filter(({ appointment_id, kind }) => appointment_id === id && changes.has(kind))
    const moves = told.flatMap(({ kind, data }) =>
      kind === 'appointment.booked' ? data.startsAt : kind === 'appointment.rescheduled' ? data.to : [],
    )
    if (told.at(-1)?.version !== version)
      broken('I18 audit', `${id} has version ${version}, the journal tells of ${told.at(-1)?.version}`)
    if (moves.at(-1) !== instantFromJson(starts_at))
      broken('I18 audit', `${id} begins at ${starts_at}, the journal says ${moves.at(-1)}`)
    const isCancelled = told.some(({ kind }) => kind === 'appointment.cancelled')
    if (isCancelled !== (status === 'cancelled'))
      broken('I18 audit', `${id} is ${status}, which the journal does not tell`)
  }
}

/** I3, seen from the calendar: what stands on an event type of ours is an appointment here. */
function everyBookingIsSomebodys({ world, tables, broken }: Found): void {
  if (world.scenario.shape === 'composite') return
  const linked = new Set(world.salon.service.links.map(({ connectionId }) => connectionId))
  world.ledgers.forEach((ledger, n) => {
    const connectionId = world.salon.connections[n]?.id as string
    if (!linked.has(connectionId)) return
    for (const { externalId, gatewayId } of ledger.live()) {
      const isKnown = tables.links.some(
        (link) => link.connection_id === connectionId && link.external_id === externalId,
      )
      if (!isKnown && gatewayId === null)
        broken('I2 nothing lost', `${externalId} stands in the calendar and is not known here`)
    }
  })
}

/** A composite service is booked whole or not at all, unless a person was told exactly which half there is. */
function wholeOrNone(found: Found): void {
  const { world, tables, broken } = found
  if (world.scenario.shape !== 'composite') return
  for (const appointment of tables.appointments) {
    const phases = tables.bookings.filter(({ appointment_id }) => appointment_id === appointment.id)
    const held = phases.filter((booking) => entriesOf(found, booking).length > 0).length
    const isHalf = held > 0 && held < phases.length
    // A cancel of one phase that was refused has its review; it is the booking that must not stay half.
    const isTold = openReviews(found, appointment.id).some(
      (code) => undecided.has(code) || appointment.status === 'cancelled',
    )
    if (isHalf && !isTold) broken('whole or none', `${held} of ${phases.length} phases of ${appointment.id} are booked`)
  }
}
