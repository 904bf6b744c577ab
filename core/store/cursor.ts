import type { Page, PageRequest } from '../contract/gateway.ts'
import { KalendsError } from '../errors.ts'
import { isId, isSlug } from './ids.ts'

/** The most rows that one page of any list has. */
export const largestPage = 200
const usualPage = 50

/**
 * How a list is walked: by the one column that orders it, always from behind the last row seen, so that a page costs
 * the same however deep it is and rows that come or go meanwhile shift nothing. `first` sorts before every row.
 */
export type ListOrder<T> = { name: string; first: string; isKey(text: string): boolean; keyOf(item: T): string }

/** A list in the order of creation (ids are UUIDv7), or the other way round. */
export function byId<T extends { id: string }>(name: string, order: 'oldest' | 'newest' = 'oldest'): ListOrder<T> {
  const digit = order === 'oldest' ? '0' : 'f'
  const first = '00000000-0000-0000-0000-000000000000'.replaceAll('0', digit)
  return { name, first, isKey: isId, keyOf: ({ id }) => id }
}

/** A list in the order of its unique names (slugs). */
export function byName<T>(name: string, keyOf: (item: T) => string): ListOrder<T> {
  return { name, first: '', isKey: isSlug, keyOf }
}

/**
 * One page of a list. `load` gives the rows behind `after`, at most `limit`; it is asked for one more than is shown.
 * @throws KalendsError KAL_VALIDATION for a limit out of range and for a cursor that no page of this list gave
 */
export async function readPage<T>(
  order: ListOrder<T>,
  request: PageRequest,
  load: (after: string, limit: number) => Promise<T[]>,
): Promise<Page<T>> {
  const limit = readLimit(request.limit)
  const found = await load(readCursor(order, request.cursor), limit + 1)
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const nextCursor = found.length > limit && last !== undefined ? writeCursor(order, order.keyOf(last)) : null
  return { items, nextCursor }
}

function readLimit(limit = usualPage): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= largestPage) return limit
  throw new KalendsError('KAL_VALIDATION', { problem: `limit must be a whole number from 1 to ${largestPage}.` })
}

function writeCursor<T>(order: ListOrder<T>, key: string): string {
  return Buffer.from(`${order.name}:${key}`).toString('base64url')
}

function readCursor<T>(order: ListOrder<T>, cursor?: string): string {
  if (cursor === undefined) return order.first
  const [name, key, ...rest] = Buffer.from(cursor, 'base64url').toString().split(':')
  if (name === order.name && key !== undefined && rest.length === 0 && order.isKey(key)) return key
  throw new KalendsError('KAL_VALIDATION', { problem: 'cursor is not one that a page of this list gave.' })
}
