import { type BookingQuery, later, ProviderError, type RemoteBooking, unknown } from '#core'
import type { Means } from './bookings.ts'
import { ask } from './client.ts'
import { remoteBooking } from './map.ts'
import { eventTypeIdOf } from './options.ts'
import { failure, verdict } from './outcomes.ts'
import { ownership } from './ownership.ts'
import { booking, type CalcomBooking, pagination } from './replies.ts'
import { sightInList } from './sight.ts'

const take = 100
/** Each page begins with the last rows of the one before: where they are missing, the list has moved under us. */
const overlap = 10
const passes = 3
/** Without a status only upcoming bookings come. Series are left out: what they hold cannot be linked. */
export const everyStatus = 'upcoming,past,cancelled,unconfirmed'
const day = 24 * 60 * 60 * 1000

/**
 * The bookings that a query asks for, each once, oldest first by creation. Series and seats are left out: no event type
 * of theirs can be linked. So are bookings in which the key's owner is only a guest, which Cal.com lists as well.
 * Rejects with ProviderError where the list could not be read to its end.
 */
export async function* findBookings(means: Means, query: BookingQuery): AsyncGenerator<RemoteBooking> {
  const sightOf = sightInList(query)
  const isOurs = query.target === undefined ? await ownership(means) : null
  for await (const row of rows(means, parametersOf(query))) {
    const isGuest = isOurs !== null && !(await isOurs(row))
    const found = remoteBooking(row, means.settings)
    const isUnwanted = isGuest && query.withGuests !== true
    const sight = isUnwanted ? 'only a guest' : typeof found === 'string' ? found : sightOf(found, row)
    const end = verdict('list', { is: 'success', sight }, { now: means.now() })
    if (end.is === 'unknown' || end.is === 'not_done') throw new ProviderError(end)
    if (end.is === 'stands' && typeof found !== 'string') yield isGuest ? { ...found, isGuest } : found
  }
}

/**
 * The filters that Cal.com has, never narrower than the query. It filters by a booking's *end*, which lies behind its
 * start by at most a day; all four states are named because without them only upcoming ones come.
 */
function parametersOf(query: BookingQuery): Record<string, string> {
  const parameters: Record<string, string> = { status: everyStatus, sortCreated: 'asc' }
  const { target, startsFrom, startsTo, createdFrom, attendeeEmail } = query
  if (target !== undefined) parameters.eventTypeId = String(eventTypeIdOf(target) ?? refuse('TARGET_INVALID'))
  if (startsFrom !== undefined) parameters.afterStart = startsFrom
  if (startsTo !== undefined) parameters.beforeEnd = later(startsTo, day)
  if (createdFrom !== undefined) parameters.afterCreatedAt = createdFrom
  if (attendeeEmail !== undefined) parameters.attendeeEmail = attendeeEmail.toLowerCase()
  return parameters
}

/**
 * Walks the list by offset, giving each row once by its name. Sorted by creation or change, rows only ever join at its
 * end; rows that leave their place shift the rest, which the overlap notices, and the walk begins again. Rejects with
 * ProviderError where the end cannot be reached. Cal.com's `totalItems` is no help: it is counted without the
 * creation filter, so `hasNextPage` may promise a page that is empty.
 */
export async function* rows(
  means: Means,
  parameters: Record<string, string>,
  nameOf = ({ uid }: CalcomBooking) => uid,
): AsyncGenerator<CalcomBooking> {
  const seen = new Set<string>()
  for (let pass = 0; pass < passes; pass++) {
    let tail: string[] = []
    let skip = 0
    for (;;) {
      const page = await fetchPage(means, parameters, skip)
      const anchor = page.rows.findLastIndex((row) => tail.includes(row.uid))
      const ended = !page.more || anchor === page.rows.length - 1
      // A whole page without anything new is no end of the list: Cal.com did not heed where we wanted to go on.
      if (tail.length > 0 && (anchor === -1 || (ended && page.more && page.rows.length > overlap))) break
      for (const row of page.rows) {
        if (!seen.has(nameOf(row))) yield row
        seen.add(nameOf(row))
      }
      if (ended) return
      tail = page.rows.slice(-overlap).map((row) => row.uid)
      skip += Math.max(page.rows.length - overlap, 1)
    }
  }
  refuse('LIST_MOVED')
}

async function fetchPage(means: Means, parameters: Record<string, string>, skip: number) {
  const query = { ...parameters, take: String(take), skip: String(skip) }
  const answer = await ask(means.call, means.settings, { operation: 'list', version: 'list', path: 'bookings', query })
  if (answer.is !== 'data') throw new ProviderError(failure('list', answer, { now: means.now() }))
  const { data, page } = answer
  if (!Array.isArray(data) || !data.every((row) => booking.Check(row))) refuse('REPLY_UNREADABLE')
  const more = pagination.Check(page) ? (page.hasNextPage ?? page.hasMore) : null
  return { rows: data as CalcomBooking[], more: more ?? data.length >= take }
}

function refuse(code: string): never {
  throw new ProviderError(unknown(code))
}
