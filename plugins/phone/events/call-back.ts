import { type BusEvent, epoch, type Gateway, type Instant, later } from '#core'
import { type Promised, promiseKey } from '../functions/standing.ts'
import { askToCall, nobodyNeedCall } from './ask-to-call.ts'

/** What of the gateway is used to see to promises. */
type Keeper = Pick<Gateway, 'appointments' | 'bus' | 'clock' | 'connections' | 'jobs' | 'reviews' | 'state'>

/** A promise that was given on the phone, by ids only. `connectionId` is that of the phone. */
type Given = { tenantId: string; connectionId: string; appointmentId: string }

/** The first look after a promise; the waits grow with its age, up to the longest. Milliseconds. */
type Waits = { firstMs: number; longestMs: number }
const usualWaits: Waits = { firstMs: 30_000, longestMs: 3_600_000 }

/**
 * Sees to what callers were promised: who was told "it is not certain yet, but goes on" is to be called back where it
 * fails, and who was told "it did not work, our team sees to it" at once. Once it is confirmed, or somebody is asked to
 * call, there is nothing more to see to.
 */
export function watchPromises(keeper: Keeper, waits = usualWaits): void {
  const { bus, jobs, clock } = keeper
  jobs.define('promise', async ({ tenantId = '', connectionId = '', appointmentId = '' }) => {
    const given = { tenantId, connectionId, appointmentId }
    const age = await seeTo(keeper, given, null)
    // Without a key: this very job's would be taken for the one that is wanted next.
    const wait = Math.min(waits.longestMs, Math.max(waits.firstMs, age ?? 0))
    if (age !== null) await jobs.send('promise', given, { after: later(clock.now(), wait) })
  })
  bus.subscribe('promises', async (events) => {
    for (const event of events) {
      if (event.appointmentId === null) continue
      if (event.kind === 'appointment.sync_failed') await heedFailure(keeper, event, event.appointmentId)
      const { tenantId, appointmentId, origin } = event
      if (!origin.connectionId) continue
      const given = { tenantId, appointmentId, connectionId: origin.connectionId }
      if (event.kind === 'call.refused') await askToCall(keeper, { ...given, ...refusalOf(event) }, null)
      if (event.kind === 'call.settled') await nobodyNeedCall(keeper, given)
      if (event.kind !== 'call.promised') continue
      await jobs.send('promise', given, { key: event.id, after: later(clock.now(), waits.firstMs) })
    }
  })
}

/** The event does not say by which phone it was promised, and the appointment may have been made at the desk. */
async function heedFailure(keeper: Keeper, event: BusEvent, appointmentId: string): Promise<void> {
  const { tenantId, connectionId: calendarId, data } = event
  const code = typeof data.code === 'string' ? data.code : null
  const { items } = await keeper.connections.list(tenantId, { limit: 200 })
  for (const { id: connectionId } of items) {
    await seeTo(keeper, { tenantId, connectionId, appointmentId }, { code, calendarId })
  }
}

/** What the line in the timeline says of what a caller was told. */
function refusalOf({ data }: BusEvent) {
  const { callId, operation, told, code } = data
  return {
    callId: String(callId),
    operation: String(operation),
    told: String(told),
    code: typeof code === 'string' ? code : null,
  }
}

/** How it failed, where that is known already. */
type Failure = { code: string | null; calendarId: string | null }

/** Looks how a promise stands. Answers its age where it is to be looked at again, in milliseconds; else null. */
async function seeTo(keeper: Keeper, given: Given, failure: Failure | null): Promise<number | null> {
  const { tenantId, connectionId, appointmentId } = given
  const state = keeper.state({ tenantId, id: connectionId })
  const found = await state.get(promiseKey(appointmentId))
  if (found === null) return null
  const promised = found.value as Promised
  const { standing, appointment } = await keeper.appointments.follow(tenantId, appointmentId, { withinMs: 0 })
  if (standing.is === 'pending' && failure === null) return ageOf(keeper, promised, appointment.endsAt)
  if (standing.is === 'pending' || standing.is === 'refused') {
    const calendar = appointment.bookings.find(({ role }) => role === 'primary')?.connectionId ?? null
    const code = failure?.code ?? (standing.is === 'refused' ? standing.code : null)
    const { callId, operation } = promised
    await askToCall(keeper, { ...given, callId, operation, told: 'PENDING', code }, failure?.calendarId ?? calendar)
  }
  // Of two promises for one appointment the later one is kept.
  const { value } = (await state.get(promiseKey(appointmentId))) ?? {}
  if ((value as Promised | undefined)?.at === promised.at) await state.remove(promiseKey(appointmentId))
  return null
}

/** Null where the visit is over: nobody need call any more, and that it was never booked is asked elsewhere. */
function ageOf({ clock }: Keeper, { at }: Promised, endsAt: Instant): number | null {
  const now = epoch(clock.now())
  return now >= epoch(endsAt) ? null : now - epoch(at)
}
