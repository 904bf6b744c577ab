import { type AppointmentView, type BusEvent, epoch, type Gateway, type Instant, later, type Standing } from '#core'
import { type Promised, promisedMs, promiseKey } from '../functions/owed-call.ts'
import { askToCall, cameTrue, isToBeCalled, nobodyNeedCall, nobodyNeedCallAbout } from './ask-to-call.ts'

/** What of the gateway is used to see to promises. */
type Keeper = Pick<Gateway, 'appointments' | 'bus' | 'clock' | 'connections' | 'jobs' | 'reviews' | 'state'>

/** A promise that was given on the phone, by ids only. `connectionId` is that of the phone. */
type Given = { tenantId: string; connectionId: string; appointmentId: string }

/** The first look after a promise; the waits grow with its age, up to the longest. Milliseconds. */
type Waits = { firstMs: number; longestMs: number }
const usualWaits: Waits = { firstMs: 30_000, longestMs: 3_600_000 }
/** So long the calendar is looked at where a failure seems to be mended. */
const lookMs = 5_000

/**
 * Sees to what callers were promised: who was told "it is not certain yet, but goes on" is to be called back where it
 * fails, and who was told "it did not work, our team sees to it" at once. A promise is seen to until what they asked for
 * is there as they asked for it, they heard how it stands, or a person has called them. That the desk cancels or moves
 * what failed is none of these.
 */
export function watchPromises(keeper: Keeper, waits = usualWaits): void {
  const { bus, jobs, clock } = keeper
  jobs.define('mended', async (data) => void (await seeTo(keeper, givenBy(data), { failure: null, withinMs: lookMs })))
  jobs.define('promise', async (data) => {
    const given = givenBy(data)
    const age = await seeTo(keeper, given, { failure: null, withinMs: 0 })
    // Without a key: this very job's would be taken for the one that is wanted next.
    const wait = Math.min(waits.longestMs, Math.max(waits.firstMs, age ?? 0))
    if (age !== null) await jobs.send('promise', given, { after: later(clock.now(), wait) })
  })
  bus.subscribe('promises', async (events) => {
    for (const event of events) {
      if (event.appointmentId === null) continue
      if (event.kind === 'appointment.sync_failed') await heedFailure(keeper, event, event.appointmentId)
      if (event.kind === 'review.closed') await heedMended(keeper, event, event.appointmentId)
      const { tenantId, appointmentId, origin } = event
      if (!origin.connectionId) continue
      const given = { tenantId, appointmentId, connectionId: origin.connectionId }
      if (event.kind === 'call.refused') await askToCall(keeper, { ...given, ...refusalOf(event) })
      if (event.kind === 'call.settled') await nobodyNeedCall(keeper, given)
      if (event.kind !== 'call.promised') continue
      await jobs.send('promise', given, { key: event.id, after: later(clock.now(), waits.firstMs) })
    }
  })
}

/** The event does not say by which phone it was promised, and the appointment may have been made at the desk. */
async function heedFailure(keeper: Keeper, event: BusEvent, appointmentId: string): Promise<void> {
  const failure = { code: codeOf(event) }
  for (const given of await promisesOf(keeper, event.tenantId, appointmentId)) {
    await seeTo(keeper, given, { failure, withinMs: 0 })
  }
}

/** That a question about a failure closed itself is how it is heard that it was mended. The calendar is looked at then. */
async function heedMended(keeper: Keeper, { tenantId, data }: BusEvent, appointmentId: string): Promise<void> {
  if (data.state !== 'healed') return
  for (const given of await promisesOf(keeper, tenantId, appointmentId)) await keeper.jobs.send('mended', given)
}

async function promisesOf(keeper: Keeper, tenantId: string, appointmentId: string): Promise<Given[]> {
  const { items } = await keeper.connections.list(tenantId, { limit: 200 })
  const all = items.map(({ id: connectionId }) => ({ tenantId, connectionId, appointmentId }))
  const found = await Promise.all(
    all.map(({ connectionId: id }) => keeper.state({ tenantId, id }).get(promiseKey(appointmentId))),
  )
  return all.filter((_, index) => found[index] !== null)
}

const givenBy = ({ tenantId = '', connectionId = '', appointmentId = '' }): Given => ({
  tenantId,
  connectionId,
  appointmentId,
})
const codeOf = ({ data }: BusEvent) => (typeof data.code === 'string' ? data.code : null)

/** What the line in the timeline says of what a caller was told. */
function refusalOf(event: BusEvent) {
  const { callId, operation, told } = event.data
  return { callId: String(callId), operation: String(operation), told: String(told), code: codeOf(event) }
}

/** How it failed, where that is known already, and how long the calendar's word is waited for. Milliseconds. */
type Look = { failure: { code: string | null } | null; withinMs: number }

/** Looks how a promise stands. Answers its age where it is to be looked at again, in milliseconds; else null. */
async function seeTo(keeper: Keeper, given: Given, { failure, withinMs }: Look): Promise<number | null> {
  const { tenantId, connectionId, appointmentId } = given
  const state = keeper.state({ tenantId, id: connectionId })
  const found = await state.get(promiseKey(appointmentId))
  if (found === null) return null
  const promised = found.value as Promised
  const { standing, appointment } = await keeper.appointments.follow(tenantId, appointmentId, { withinMs })
  if (isAsPromised(promised, standing, appointment)) {
    await cameTrue(keeper, given)
    return forget(keeper, given, promised)
  }
  if (promised.isAsked && !(await isToBeCalled(keeper, given))) return forget(keeper, given, promised)
  const isKnown = promised.isAsked || (standing.is === 'pending' && failure === null)
  if (!isKnown) {
    const code = failure?.code ?? (standing.is === 'refused' ? standing.code : null)
    await ask(keeper, given, { promised, version: found.version, code })
  }
  return ageOf(keeper, promised, appointment.endsAt)
}

/** Whether the calendar has what the caller asked for. What the desk made of it since then they know nothing of. */
function isAsPromised({ startsAt }: Promised, { is }: Standing, appointment: AppointmentView): boolean {
  if (is !== 'confirmed' && is !== 'requested') return false
  const isCancelled = appointment.status === 'cancelled'
  return startsAt === null ? isCancelled : !isCancelled && appointment.startsAt === startsAt
}

type Broken = { promised: Promised; version: number; code: string | null }

/** Asked before it is written down: should this process die in between, it is asked once more and not never. */
async function ask(keeper: Keeper, given: Given, { promised, version, code }: Broken): Promise<void> {
  const state = keeper.state({ tenantId: given.tenantId, id: given.connectionId })
  const { callId, operation } = promised
  await askToCall(keeper, { ...given, callId, operation, told: 'PENDING', code })
  const expiresAt = later(keeper.clock.now(), promisedMs)
  const asked: Promised = { ...promised, isAsked: true }
  if (await state.put(promiseKey(given.appointmentId), asked, { version, expiresAt })) return
  // Another promise sees to it from now on; where there is none the caller has heard meanwhile how it stands.
  if ((await state.get(promiseKey(given.appointmentId))) === null) await nobodyNeedCallAbout(keeper, given)
}

/** Of two promises for one appointment the later one is kept. */
async function forget(
  keeper: Keeper,
  { tenantId, connectionId, appointmentId }: Given,
  { at }: Promised,
): Promise<null> {
  const state = keeper.state({ tenantId, id: connectionId })
  const { value } = (await state.get(promiseKey(appointmentId))) ?? {}
  if ((value as Promised | undefined)?.at === at) await state.remove(promiseKey(appointmentId))
  return null
}

/** Null where the visit is over: nobody need call any more, and that it was never booked is asked elsewhere. */
function ageOf({ clock }: Keeper, { at }: Promised, endsAt: Instant): number | null {
  const now = epoch(clock.now())
  return now >= epoch(endsAt) ? null : now - epoch(at)
}
