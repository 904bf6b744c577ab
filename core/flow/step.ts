import type { BookingRequest, Call } from '../contract/provider.ts'
import type { Appointment } from '../domain/appointment.ts'
import type { Booking, RemoteBooking } from '../domain/booking.ts'
import { type Outcome, unknown } from '../domain/outcome.ts'
import type { Step } from '../domain/sync-plan.ts'
import { type Instant, later } from '../domain/time.ts'
import type { Target } from '../store/intents.ts'
import type { Recorded } from '../store/record.ts'
import { lastOfChain } from './chain.ts'
import { deferred, finish, retried, unclear } from './conclude.ts'
import { judge, type Moment } from './judge.ts'
import { notKept } from './not-kept.ts'
import { readOne } from './read-back.ts'
import { type Bringing, note, replaced, write } from './work.ts'

/** A write that no repetition will bring about, and why. */
export type Refusal = { booking: Booking; code: string; operation: Step['kind'] | 'look' }

/** How a step ended for the plan that it belongs to; a `Recorded` ends the work. */
export type StepResult = Recorded | 'on' | 'plan again' | Refusal

/**
 * One write to the calendar: announced, made, judged, recorded. The announcement is durable before the call leaves, so
 * that whoever comes after a crash knows what to look for.
 */
export async function takeStep(work: Bringing, planned: Step, isLast: boolean): Promise<StepResult> {
  const { ports, snapshot } = work
  const step = withIdentity(work, planned)
  const intentId = ports.ids.next()
  if (step !== planned && (await write(work, { is: 'working' })) === 'fenced') return 'fenced'
  // Opened before the announcement renews the lease: the call's deadline lies before the end of the lease, and a worker
  // that froze in between sends nothing when it wakes.
  const call = ports.outbound.open(snapshot.connection)
  if (!(await announce(work, step, intentId))) return 'fenced'
  ports.mark('after intent')
  work.attempted = true
  const outcome = await perform(work, call, step)
  ports.mark('after call')
  if (wasNeverSeen(step, outcome)) {
    note(work, { kind: 'booking.looked', message: 'What was to be cancelled was never there under this id.' }, [
      { id: intentId, state: 'not_done', code: 'NOT_KEPT', externalId: null },
    ])
    const stopped = await notKept(work, step.booking)
    if (stopped) return stopped
    work.intents = work.intents.filter(({ id }) => id !== intentId)
  }
  const { booking, intent, entry, go } = judge(step, outcome, snapshot.appointment, moment(work))
  note(work, entry, [{ id: intentId, ...intent }])
  replaced(work, booking)
  // The create that came through answers for those before it that were never heard of again.
  if (step.kind === 'create' && intent.state === 'done') closeEarlier(work, booking.id)
  switch (go.is) {
    case 'on':
      work.attempts = 0
      if (isLast) return finish(work)
      return (await write(work, { is: 'working' })) === 'fenced' ? 'fenced' : 'on'
    case 'follow':
      // Whoever moved it may have been quicker than our own move; our cancel goes to where it stands now.
      if (step.kind !== 'cancel') return (await readOne(work, booking)) ?? 'plan again'
      return (await write(work, { is: 'working' })) === 'fenced' ? 'fenced' : 'plan again'
    case 'settle':
      return unclear(work, booking, go.code)
    case 'retry':
      return retried(work, booking, go)
    case 'defer':
      // Held back by ourselves, nothing was tried.
      if (go.code === 'BREAKER_OPEN' || go.code === 'RATE_LIMITED') work.attempted = false
      return deferred(work, booking, go.at)
    case 'give_up':
      if (isGone(step, go.code)) {
        const stopped = await readOne(work, booking)
        if (stopped) return stopped
      }
      return { booking, code: go.code, operation: step.kind }
  }
}

/** What cannot be moved because it is not there (any more) is looked at: somebody cancelled it, or it never was. */
function isGone({ kind }: Step, code: string): boolean {
  return code === 'ALREADY_CANCELLED' || (kind === 'reschedule' && code === 'HTTP_404')
}

/** "Gone already" proves nothing of a booking that the calendar only said it made or moved: it may stand where it stood. */
function wasNeverSeen({ kind, booking }: Step, outcome: Outcome<RemoteBooking | null>): boolean {
  return kind === 'cancel' && booking.verifiedAt === null && outcome.is === 'done' && outcome.value === null
}

/** Now, and when what the calendar is about to say is to be seen there. */
function moment({ ports: { clock, policy } }: Bringing): Moment {
  const at = clock.now()
  return { at, confirmAt: policy.postSyncVerification ? later(at, policy.settleDelay) : null }
}

/** A booking whose place was given up is made anew under another name: its old one still stands in the calendar's history. */
function withIdentity(work: Bringing, step: Step): Step {
  if (step.kind !== 'create' || !step.fresh) return step
  const { booking } = step
  const fresh = {
    ...booking,
    gatewayId: work.ports.ids.next(),
    generation: booking.generation + 1,
    externalId: null,
    remoteStatus: null,
    synced: null,
    startsAt: null,
    endsAt: null,
    syncStatus: 'pending' as const,
  }
  replaced(work, fresh)
  return { ...step, booking: fresh }
}

function announce(work: Bringing, step: Step, id: string): Promise<boolean> {
  const { ports, snapshot } = work
  const { appointment } = snapshot
  return ports.store.announce({
    id,
    key: snapshot.key,
    lease: snapshot.lease,
    bookingId: step.booking.id,
    kind: step.kind,
    version: snapshot.wantedVersion,
    generation: step.booking.generation,
    target: targetOf(step, appointment),
    sentAt: ports.clock.now(),
  })
}

function targetOf(step: Step, { startsAt, endsAt }: Appointment): Target {
  if (step.kind === 'cancel') return { startsAt, endsAt }
  const target = { startsAt: step.startsAt, endsAt: step.endsAt }
  const { externalId, synced } = step.booking
  if (step.kind === 'create' || externalId === null || synced === null) return target
  return { ...target, from: { externalId, startsAt: synced.startsAt, endsAt: synced.endsAt } }
}

/** Calls the calendar. A provider that throws has a fault of its own, after which nothing is known of the write. */
async function perform(work: Bringing, call: Call, step: Step): Promise<Outcome<RemoteBooking | null>> {
  const { ports, snapshot } = work
  try {
    return await dispatchStep(work, call, step)
  } catch (error) {
    ports.log.error(
      { event: 'failed', plugin: snapshot.connection.plugin, err: error },
      'a provider threw instead of answering',
    )
    return unknown('PROVIDER_FAULT')
  }
}

async function dispatchStep(work: Bringing, call: Call, step: Step) {
  const { provider, snapshot } = work
  const { appointment } = snapshot
  const ref = { externalId: step.booking.externalId as string, target: step.booking.target }
  switch (step.kind) {
    case 'create':
      return provider.createBooking(call, requestFor(work, step))
    case 'reschedule':
      return provider.rescheduleBooking(call, ref, { ...requestFor(work, step), reason: appointment.rescheduleReason })
    case 'cancel': {
      const outcome = await provider.cancelBooking(call, ref, appointment.cancellationReason)
      // "Gone already" is also what a calendar says of a booking that was moved to another id, and that one stands.
      return outcome.is === 'done' && outcome.value === null ? lastOfChain(provider, call, step.booking) : outcome
    }
  }
}

function requestFor(
  work: Bringing,
  step: { booking: Step['booking']; startsAt: Instant; endsAt: Instant },
): BookingRequest {
  const { appointment } = work.snapshot
  const { gatewayId, target } = step.booking
  const { customer, timeZone, notes } = appointment
  return { gatewayId, target, startsAt: step.startsAt, endsAt: step.endsAt, timeZone, customer, notes }
}

function closeEarlier(work: Bringing, bookingId: string): void {
  const known = new Set(work.intents.map((intent) => intent.id))
  for (const { id, bookingId: of, code } of work.snapshot.openIntents) {
    if (of !== bookingId) continue
    if (known.has(id)) work.intents = work.intents.filter((intent) => intent.id !== id)
    work.intents.push({ id, state: 'not_done', code, externalId: null })
  }
}
