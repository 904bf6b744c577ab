import { calBooking } from './calling.ts'
import { type Five, id } from './operations.ts'
import { reply, type Wire } from './wire.ts'

/** A success with this in it. */
export const data = (content: unknown, status = 200) => reply(status, { status: 'success', data: content })
const gone = { uid: 'nEw4Gx8', start: '2026-12-01T14:00:00.000Z', end: '2026-12-01T14:30:00.000Z' }

/** Success as it is documented, each operation in its own shape; `change` is another truth about the booking in it. */
export function success(operation: Five, change: Record<string, unknown> = {}): Wire {
  if (operation === 'create') return data(calBooking(change), 201)
  if (operation === 'reschedule') return data(calBooking({ ...gone, rescheduledFromUid: id, ...change }), 201)
  if (operation === 'cancel') return data(calBooking({ status: 'cancelled', ...change }))
  return operation === 'get' ? data(calBooking(change)) : data([calBooking(change)])
}

const names: Record<number, string> = { 400: 'BadRequestException', 404: 'NotFoundException', 409: 'ConflictException' }
/** Cal.com's usual error envelope, that of Nest, with details. */
export const a = (status: number, message: unknown) =>
  reply(status, {
    status: 'error',
    path: '/v2/bookings',
    error: { code: names[status] ?? 'HttpException', message, details: { message, error: 'x', statusCode: status } },
  })
/** A body that its schema does not let through. */
export const zod = (message: string) => reply(400, { status: 'error', error: { code: 'BAD_REQUEST', message } })
/** An error that no filter of its caught: bare. */
export const e = (status: number, message: string) => reply(status, { statusCode: status, message })
/** Not Cal.com at all, but what stands before it. */
export const page = (status: number) =>
  reply(status, '<!doctype html><title>Error</title>', { 'content-type': 'text/html' })
/** The body of a reply. */
export function bodyOf({ bytes }: Wire): string {
  return String(bytes).split('\r\n\r\n', 2)[1] ?? ''
}
