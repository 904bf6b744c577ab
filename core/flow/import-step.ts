import { ProviderError } from '../contract/provider-error.ts'
import type { RemoteBooking } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import { type NotDone, type Unknown, unknown } from '../domain/outcome.ts'
import { epoch } from '../domain/time.ts'
import { announce } from '../store/announce.ts'
import { findConnection, type StoredConnection } from '../store/connections.ts'
import { isUnavailable } from '../store/database.ts'
import {
  addItems,
  endImport,
  type ImportResult,
  type ImportRun,
  moveImport,
  recordItems,
  waitingAmong,
} from '../store/imports.ts'
import { firstSpan, listWindow, type Place, shorter } from './calendar-window.ts'
import { type HearDeps, hearBooking } from './hear.ts'
import { groundsOf, sortBookings } from './import-sort.ts'
import { isAuth } from './park.ts'

/** So many windows in a row that could not be read, or looks at bookings that may be our own, are too many. */
const mostFailures = 8
/** A connection that is paused altogether is looked at again after this, in milliseconds. */
const pausedMs = 30_000
/** The progress is written down every so many bookings. */
const group = 20

/** How a step ended: `ended`, or how long to wait for the next in milliseconds. */
export type StepEnd = 'ended' | number

/** Does one window of an import: first all are counted, then, in a second walk, taken in. */
export async function importStep(deps: HearDeps, run: ImportRun, signal?: AbortSignal): Promise<StepEnd> {
  const source = await findConnection(deps.ports.store.db, run.tenantId, run.connectionId)
  if (!source) return 'ended'
  if (source.paused === 'all') {
    // Its due time moves on too: a run that looks forgotten gets another job, and then another.
    await moveImport(deps.ports.store.db, run, run, pausedMs)
    return pausedMs
  }
  if (source.state === 'needs_auth') return end(deps, run, source, 'failed', 'HTTP_401')
  const window = await list(deps, run, source)
  if ('outcome' in window) return failed(deps, run, source, window.outcome)
  const { bookings, next } = window
  if (run.step === 'count') {
    await addItems(deps.ports.store.db, run, await candidates(deps, run, source, bookings))
  } else {
    const heard = await takeIn(deps, run, source, bookings, signal)
    if (heard === 'stopped') return 0
    if (heard === 'waiting' && run.failures < mostFailures) return again(deps, run, run)
  }
  return goOn(deps, run, source, next)
}

async function list({ ports }: HearDeps, run: ImportRun, source: StoredConnection) {
  try {
    const provider = ports.providers.get(source.plugin)
    if (!provider) return { outcome: unknown('PLUGIN_MISSING') }
    return await listWindow(ports, provider, source, run, run.startedAt)
  } catch (error) {
    if (error instanceof ProviderError) return { outcome: error.outcome }
    ports.log.error({ event: 'failed', connectionId: source.id, err: error }, 'the list of a calendar broke off')
    return { outcome: unknown('PROVIDER_FAULT') }
  }
}

async function candidates(
  { ports }: HearDeps,
  { eventTypes }: ImportRun,
  source: StoredConnection,
  bookings: readonly RemoteBooking[],
): Promise<string[]> {
  const { db } = ports.store
  const sorted = await sortBookings(db, source, bookings, groundsOf(db, source), ports.clock.now())
  const isAsked = ({ targetId }: RemoteBooking) => eventTypes === null || eventTypes.includes(targetId as string)
  return sorted.flatMap((one) => (one.is === 'new' && isAsked(one.remote) ? one.remote.externalId : []))
}

async function takeIn(
  deps: HearDeps,
  run: ImportRun,
  source: StoredConnection,
  bookings: readonly RemoteBooking[],
  signal: AbortSignal | undefined,
): Promise<'done' | 'waiting' | 'stopped'> {
  const { db } = deps.ports.store
  const ids = await waitingAmong(
    db,
    run,
    bookings.map(({ externalId }) => externalId),
  )
  let ends: { externalId: string; result: ImportResult }[] = []
  let isWaiting = false
  for (const remote of bookings.filter(({ externalId }) => ids.has(externalId))) {
    if (signal?.aborted) break
    const result = await hear(deps, source, remote)
    if (result === 'waiting') isWaiting = true
    else ends.push({ externalId: remote.externalId, result })
    if (ends.length < group) continue
    await recordItems(db, run, ends)
    ends = []
  }
  if (ends.length > 0) await recordItems(db, run, ends)
  if (signal?.aborted) return 'stopped'
  return isWaiting ? 'waiting' : 'done'
}

async function hear(
  deps: HearDeps,
  source: StoredConnection,
  remote: RemoteBooking,
): Promise<ImportResult | 'waiting'> {
  try {
    const hearing = await hearBooking(deps, source, remote)
    if (hearing === 'waiting') return 'waiting'
    // Known by now: a webhook was faster, or this run before a crash. It stands here, which is what was asked for.
    return hearing === 'ignored' || hearing === 'review' ? 'skipped' : 'adopted'
  } catch (error) {
    if (isUnavailable(error)) throw error
    // One booking that breaks must not hold up all others for ever.
    deps.ports.log.error({ event: 'failed', connectionId: source.id, err: error }, 'a booking could not be taken in')
    return 'skipped'
  }
}

async function goOn(deps: HearDeps, run: ImportRun, source: StoredConnection, next: Place | null): Promise<StepEnd> {
  if (next === null && run.step === 'adopt') return end(deps, run, source, 'finished', null)
  const place = next ?? { listedTo: run.startedAt, spanDays: firstSpan }
  const step = next === null ? 'adopt' : run.step
  const moved = await moveImport(deps.ports.store.db, run, { ...place, step, failures: 0 }, 0)
  return moved ? 0 : 'ended'
}

async function failed(
  deps: HearDeps,
  run: ImportRun,
  source: StoredConnection,
  outcome: NotDone | Unknown,
): Promise<StepEnd> {
  const at = outcome.is === 'not_done' && typeof outcome.retry === 'object' ? epoch(outcome.retry.at) : 0
  const waitMs = at - epoch(deps.ports.clock.now())
  // An import leaves most of a calendar's limit to others: to wait for its turn is no failure.
  if (outcome.code === 'RATE_LIMITED') return again(deps, run, run, waitMs, run.failures)
  const isFinal = isAuth(outcome.code) || (outcome.is === 'not_done' && outcome.retry === 'never')
  if (isFinal || run.failures >= mostFailures) return end(deps, run, source, 'failed', outcome.code)
  return again(deps, run, shorter(run), waitMs)
}

/** The same window again, later each time; `leastMs` from now at the earliest. */
async function again(
  deps: HearDeps,
  run: ImportRun,
  place: Place,
  leastMs = 0,
  failures = run.failures + 1,
): Promise<StepEnd> {
  const delayMs = Math.max(leastMs, Math.min(60_000, 250 * 2 ** failures))
  const { listedTo, spanDays } = place
  const moved = await moveImport(deps.ports.store.db, run, { listedTo, spanDays, step: run.step, failures }, delayMs)
  return moved ? delayMs : 'ended'
}

async function end(
  { ports }: HearDeps,
  run: ImportRun,
  { plugin, id: connectionId }: StoredConnection,
  state: 'finished' | 'failed',
  code: string | null,
): Promise<StepEnd> {
  return ports.store.db.transaction(async (tx): Promise<StepEnd> => {
    const ended = await endImport(tx, run, { state, code })
    if (!ended) return 'ended'
    const { total, adopted, skipped, tenantId } = ended
    await announce(tx, {
      tenantId,
      kind: `import.${state}`,
      message:
        code === null ? `${adopted} of ${total} bookings were taken in.` : `${explain(code)} The import stopped.`,
      origin: { name: plugin, connectionId },
      cause: { causalId: ports.ids.next(), hops: 0 },
      connectionId,
      data: { total, adopted, skipped, code },
    })
    return 'ended'
  })
}
