import t from 'tap'
import type { Booking } from '../../../core/domain/booking.ts'
import { standingOf } from '../../../core/domain/standing.ts'

const startsAt = '2026-12-01T09:00:00Z'
const phases = [{ position: 0, name: null, offsetMinutes: 0, durationMinutes: 30, staffRequired: true }]
const wanted = { status: 'confirmed', startsAt, phases } as const
const cancelled = { ...wanted, status: 'cancelled' } as const

function booking(over: Partial<Booking> = {}): Booking {
  const synced = {
    status: 'accepted',
    startsAt,
    endsAt: startsAt,
    customer: { name: 'n', email: null, phone: null },
  } as const
  const blank = {
    tenantId: 't',
    id: 'b',
    appointmentId: 'a',
    connectionId: 'c',
    provider: 'p',
    target: {},
    targetId: '1',
  }
  return {
    ...blank,
    phase: 0,
    role: 'primary',
    gatewayId: 'g',
    generation: 1,
    externalId: 'x',
    remoteStatus: 'accepted',
    startsAt,
    endsAt: startsAt,
    synced,
    syncStatus: 'synced',
    errorCode: null,
    errorMessage: null,
    verifiedAt: startsAt,
    confirmDueAt: null,
    ...over,
  }
}

t.test('only what is as wanted and was seen is confirmed', async (t) => {
  t.same(standingOf(wanted, [booking()]), { is: 'confirmed' })
  t.same(standingOf(wanted, [booking({ confirmDueAt: startsAt })]), { is: 'unseen' })
  t.same(standingOf(wanted, [booking({ remoteStatus: 'pending' })]), { is: 'requested' })
  t.same(standingOf(wanted, [booking({ externalId: null, syncStatus: 'pending' })]), { is: 'pending', code: null })
  t.same(standingOf(wanted, [booking({ remoteStatus: 'cancelled' })]), { is: 'pending', code: null })
  t.same(standingOf({ ...wanted, startsAt: '2026-12-01T10:00:00Z' }, [booking()]), { is: 'pending', code: null })
  t.same(standingOf(wanted, [booking({ syncStatus: 'pending', errorCode: 'TIMEOUT' })]), {
    is: 'pending',
    code: 'TIMEOUT',
  })
})

t.test('a failure is a refusal, also of one part, and a cancel is confirmed when nothing is held', async (t) => {
  const failed = booking({ syncStatus: 'failed', errorCode: 'SLOT_TAKEN' })
  t.same(standingOf(wanted, [booking(), failed]), { is: 'refused', code: 'SLOT_TAKEN' })
  t.same(standingOf(cancelled, [booking({ remoteStatus: 'cancelled' })]), { is: 'confirmed' })
  t.same(standingOf(cancelled, [booking()]), { is: 'pending', code: null })
  t.same(standingOf(cancelled, [booking({ remoteStatus: 'cancelled', confirmDueAt: startsAt })]), { is: 'unseen' })
})

t.test('a mirror undoes nothing; without a primary every calendar counts', async (t) => {
  const mirror = booking({ role: 'mirror', syncStatus: 'failed', errorCode: 'HTTP_422' })
  t.same(standingOf(wanted, [booking(), mirror]), { is: 'confirmed' })
  t.same(standingOf(wanted, [mirror]), { is: 'refused', code: 'HTTP_422' })
  t.same(standingOf(wanted, []), { is: 'confirmed' })
})
