import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  type Changes,
  done,
  epoch,
  instantOf,
  notDone,
  type Outcome,
  ProviderError,
  parseInstant,
  type RemoteBooking,
  unknown,
} from '#core'
import type { Means } from './bookings.ts'
import { everyStatus, rows } from './list.ts'
import { remoteBooking } from './map.ts'
import { isPagedByOffset } from './options.ts'
import { ownership } from './ownership.ts'
import type { CalcomBooking } from './replies.ts'

/** How far back a connection without a cursor begins, in milliseconds. */
export const lookback = 24 * 60 * 60 * 1000
/** A change is stamped before it can be read: so much of what was read is read again, for clocks and slow commits. */
const overlap = 2 * 60 * 1000
/** How many rows one call reads; more only where they all bear the same stamp. */
const enough = 500
/** How many it reads at least, however slow Cal.com is: with less it would get nowhere. */
const atLeast = 100

const Time = Type.Integer({ minimum: 0, maximum: 8.64e15 })
const Position = Type.Object({
  upTo: Time,
  walk: Type.Union([Type.Object({ at: Time, cap: Time }), Type.Null()]),
})

/**
 * The cursor, in milliseconds since 1970. What is stamped up to `upTo` has been read. `walk` is one that has not reached
 * the end: `at` is where it stands, `cap` when it began. A change stamped after that may have come to light behind its
 * back, so no walk counts for more.
 */
type Position = Static<typeof Position>

const position = Compile(Position)

/**
 * The account's own bookings that changed since the cursor, in every status, by Cal.com's own update stamp. The newest
 * are told again by the next call; series and seats are left out, as in every list.
 */
export async function changesSince(means: Means, cursor: string | null): Promise<Outcome<Changes>> {
  if (!isPagedByOffset(means.settings.versions.list))
    return notDone('LIST_VERSION_UNSUPPORTED', { scope: 'connection' })
  try {
    return done(await read(means, positionOf(means, cursor)))
  } catch (problem) {
    if (problem instanceof ProviderError) return problem.outcome
    throw problem
  }
}

/** A cursor that cannot be read begins anew: stopping for ever would leave out more. */
function positionOf(means: Means, cursor: string | null): Position {
  const found = cursor === null ? null : parsed(cursor)
  if (position.Check(found)) return found
  if (cursor !== null) means.call.log.warn({}, 'The cursor of changes cannot be read: the last 24 hours are read again')
  return { upTo: means.now() - lookback, walk: null }
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(cursor)
  } catch {
    return null
  }
}

async function read(means: Means, start: Position): Promise<Changes> {
  const isOurs = await ownership(means)
  const isEnough = bound(means)
  // A walk goes on with its last stamp only. With the whole overlap again, a burst of more changes than one call reads
  // would hold it in the same place for ever.
  const after = start.walk === null ? start.upTo - overlap : start.walk.at - 1
  const cap = start.walk?.cap ?? Math.max(start.upTo, means.now())
  const found = new Map<string, { booking: RemoteBooking; at: number }>()
  let [upTo, last, count, inOrder] = [start.upTo, 0, 0, true]
  for await (const row of changedRows(means, after)) {
    const at = stampOf(row)
    inOrder &&= at >= last
    // Stopping is safe only in a list that is in order, where nothing older can follow, and behind the stamp that this
    // call began with: else the next one would begin there as well.
    const mayStop = inOrder && last > (start.walk?.at ?? 0)
    if (mayStop && isEnough(count)) return changes(found, { upTo, walk: { at: last, cap } })
    count++
    last = at
    upTo = Math.max(upTo, at)
    if (row.updatedAt && at < after) continue
    if (!(await isOurs(row))) continue
    const booking = remoteBooking(row, means.settings)
    if (booking === 'REPLY_UNREADABLE') throw new ProviderError(unknown(booking))
    if (typeof booking !== 'string') found.set(row.uid, { booking, at })
  }
  return changes(found, { upTo: Math.min(upTo, cap), walk: null })
}

/** A booking that changes while we read comes again at the end of the list, and counts as another row. */
function changedRows(means: Means, after: number) {
  const parameters = { status: everyStatus, sortUpdatedAt: 'asc', afterUpdatedAt: instantOf(after) }
  return rows(means, parameters, ({ uid, updatedAt }) => `${uid} ${updatedAt}`)
}

function stampOf({ updatedAt, createdAt }: CalcomBooking): number {
  const stamp = parseInstant(updatedAt ?? createdAt ?? '')
  return stamp === null ? 0 : epoch(stamp)
}

/** Whether so many rows are enough for one call: half of its time is for reading, the rest for the page under way. */
function bound({ call, now }: Means): (count: number) => boolean {
  const until = now() + (call.deadline - now()) / 2
  return (count) => count >= enough || (count >= atLeast && now() >= until)
}

function changes(found: ReadonlyMap<string, { booking: RemoteBooking; at: number }>, next: Position): Changes {
  const bookings = [...found.values()].sort((a, b) => a.at - b.at).map(({ booking }) => booking)
  return { bookings, cursor: JSON.stringify(next), more: next.walk !== null }
}
