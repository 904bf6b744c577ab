import type { TwinAccount } from './accounts.ts'
import type { Booking } from './booking.ts'
import { badQuery } from './errors.ts'
import type { Ledger } from './ledger.ts'
import { type ListView, truthful } from './list-faults.ts'
import { parseTime } from './time.ts'

/** The query of a list as it came: texts by name. */
export type ListQuery = Record<string, string | undefined>

/** One page, and the block that says where in the whole it lies. */
export type Page = { bookings: Booking[]; pagination: Record<string, number | boolean> }

const statuses = ['upcoming', 'recurring', 'past', 'cancelled', 'unconfirmed'] as const

/** The bookings where the account is host or attendee, filtered, sorted and cut to a page; as a view shows them. */
export function listBookings(
  ledger: Ledger,
  account: TwinAccount,
  query: ListQuery,
  now: number,
  view: ListView = truthful,
): Page {
  const take = wholeNumber(query, 'take', 1, 250, 100)
  const skip = wholeNumber(query, 'skip', 0, Number.MAX_SAFE_INTEGER, 0)
  const holds = filterOf(query, now)
  const found: Booking[] = []
  for (const booking of candidates(ledger, account, query))
    if (holds(booking) && !view.hides(booking)) found.push(booking)
  found.sort(orderOf(query))
  // The first page begins where it begins: only between two pages rows can be lost or seen twice.
  const from = skip === 0 ? 0 : Math.max(0, skip + view.shift)
  const bookings = found.slice(from, from + take)
  const total = Math.max(0, found.length + view.uncounted)
  return { bookings, pagination: paginationOf(total, take, skip) }
}

/** The smallest set that an index gives: by uid, by attendee, or all of the account. */
function* candidates(ledger: Ledger, account: TwinAccount, query: ListQuery): Generator<Booking> {
  const { bookings } = ledger
  const own = bookings.ofEmail(account.email)
  const isOurs = (booking: Booking) => booking.hostId === account.id || own.has(booking)
  if (query.bookingUid) {
    const booking = bookings.find(query.bookingUid)
    if (booking && isOurs(booking)) yield booking
  } else if (query.attendeeEmail) {
    for (const booking of bookings.ofEmail(query.attendeeEmail)) if (isOurs(booking)) yield booking
  } else {
    yield* bookings.ofHost(account.id)
    for (const booking of own) if (booking.hostId !== account.id) yield booking
  }
}

type Test = (booking: Booking) => boolean

function filterOf(query: ListQuery, now: number): Test {
  const tests: Test[] = []
  const add = (test: Test | null) => test && tests.push(test)
  add(statusTest(query.status, now))
  add(eventTypeTest(query))
  add(nameTest(query.attendeeName))
  const limits: [string, (booking: Booking, at: number) => boolean][] = [
    ['afterStart', (booking, at) => booking.start >= at],
    ['beforeEnd', (booking, at) => booking.end <= at],
    ['afterCreatedAt', (booking, at) => booking.createdAt >= at],
    ['beforeCreatedAt', (booking, at) => booking.createdAt <= at],
    ['afterUpdatedAt', (booking, at) => booking.updatedAt >= at],
    ['beforeUpdatedAt', (booking, at) => booking.updatedAt <= at],
  ]
  for (const [name, holds] of limits) {
    const text = query[name]
    if (text === undefined) continue
    const at = parseTime(text)
    if (at === null) throw badQuery(name, `${name} must be a valid ISO 8601 date string`)
    tests.push((booking) => holds(booking, at))
  }
  return (booking) => tests.every((test) => test(booking))
}

function statusTest(text: string | undefined, now: number): Test | null {
  if (text === undefined || text === '') return null
  const wanted = text.split(',').map((each) => each.trim())
  for (const status of wanted) {
    if (!(statuses as readonly string[]).includes(status)) {
      throw badQuery('status', `Invalid status. Allowed are: ${statuses.join(', ')}`)
    }
  }
  return (booking) => wanted.some((status) => standing(status, booking, now))
}

function standing(status: string, booking: Booking, now: number): boolean {
  const live = booking.status === 'accepted' || booking.status === 'pending'
  if (status === 'cancelled') return !live
  if (status === 'past') return live && booking.end <= now
  if (booking.end < now) return false
  if (status === 'unconfirmed') return booking.status === 'pending'
  if (status === 'recurring') return live && booking.recurringBookingUid !== null
  return booking.status === 'accepted'
}

function eventTypeTest(query: ListQuery): Test | null {
  const text = query.eventTypeIds ?? query.eventTypeId
  if (text === undefined) return null
  const ids = new Set(text.split(',').map(Number))
  if ([...ids].some((id) => !Number.isInteger(id))) throw badQuery('eventTypeIds', 'eventTypeIds must be numbers')
  return (booking) => ids.has(booking.eventTypeId)
}

function nameTest(name: string | undefined): Test | null {
  if (name === undefined) return null
  return (booking) => booking.attendees.some((attendee) => attendee.name === name)
}

const sortKeys: [string, (booking: Booking) => number][] = [
  ['sortStart', (booking) => booking.start],
  ['sortEnd', (booking) => booking.end],
  ['sortCreated', (booking) => booking.createdAt],
  ['sortUpdatedAt', (booking) => booking.updatedAt],
]

function orderOf(query: ListQuery): (a: Booking, b: Booking) => number {
  for (const [name, key] of sortKeys) {
    const direction = query[name]
    if (direction === undefined) continue
    if (direction !== 'asc' && direction !== 'desc') throw badQuery(name, `${name} must be either "asc" or "desc".`)
    const sign = direction === 'asc' ? 1 : -1
    return (a, b) => sign * (key(a) - key(b) || a.id - b.id)
  }
  return (a, b) => a.start - b.start || a.id - b.id
}

function wholeNumber(query: ListQuery, name: string, least: number, most: number, otherwise: number): number {
  const text = query[name]
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!Number.isInteger(value) || value < least) throw badQuery(name, `${name} must not be less than ${least}`)
  if (value > most) throw badQuery(name, `${name} must not be greater than ${most}`)
  return value
}

function paginationOf(totalItems: number, take: number, skip: number): Page['pagination'] {
  const returnedItems = Math.max(0, Math.min(take, totalItems - skip))
  const totalPages = Math.ceil(totalItems / take)
  return {
    totalItems,
    remainingItems: Math.max(0, totalItems - skip - returnedItems),
    returnedItems,
    itemsPerPage: take,
    currentPage: totalItems === 0 ? 0 : Math.floor(skip / take) + 1,
    totalPages,
    hasNextPage: skip + returnedItems < totalItems,
    hasPreviousPage: skip > 0 && totalItems > 0,
  }
}
