import type { RemoteBooking } from '../domain/booking.ts'
import { isUnavailable } from '../store/database.ts'
import { type DuePoll, savePoll } from '../store/polls.ts'
import { type HearDeps, type Hearing, hearBooking, type Source } from './hear.ts'
import { askAboutUnreadable } from './unreadable.ts'

/** As many pages at the most in one go; the rest is due at once. */
const mostPages = 200

/**
 * Asks one calendar what changed since its cursor, and hears every booking of it. The cursor moves only behind what was
 * heard: a poll that breaks off begins there again, and so does the next one where a booking may be our own write under
 * way. The others are heard all the same: one that is in doubt for long must not silence a calendar. Answers how many
 * bookings were heard.
 */
export async function poll(deps: HearDeps, { cursor: from, ...source }: DuePoll): Promise<number> {
  const { ports } = deps
  const provider = ports.providers.get(source.plugin)
  let heard = 0
  let cursor = from
  let held = false
  for (let page = 0; provider?.changesSince && page < mostPages; page++) {
    const outcome = await provider.changesSince(ports.outbound.open(source, 'poll'), cursor)
    if (outcome.is !== 'done') {
      ports.log.warn({ event: 'failed', connectionId: source.id, code: outcome.code }, 'a calendar could not be polled')
      return heard
    }
    for (const booking of outcome.value.bookings) {
      heard++
      held = (await hearOne(deps, source, booking)) === 'waiting' || held
    }
    cursor = outcome.value.cursor
    if (!held) await savePoll(ports.store.db, source.tenantId, source.id, cursor)
    if (!outcome.value.more) return heard
  }
  return heard
}

/** One booking that cannot be taken in must not silence the calendar for all that come behind it. */
async function hearOne(deps: HearDeps, source: Source, booking: RemoteBooking): Promise<Hearing> {
  try {
    return await hearBooking(deps, source, booking)
  } catch (error) {
    if (isUnavailable(error)) throw error
    const { tenantId, id: connectionId } = source
    deps.ports.log.error({ event: 'failed', tenantId, connectionId, err: error }, 'a booking could not be taken in')
    await askAboutUnreadable(deps, source, booking.externalId)
    return 'review'
  }
}
