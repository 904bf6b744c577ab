import fc from 'fast-check'
import t from 'tap'
import type { Booking, RemoteStatus } from '../../../core/domain/booking.ts'
import type { Phase } from '../../../core/domain/service.ts'
import { planSync, type Step } from '../../../core/domain/sync-plan.ts'
import { instantOf, minutesLater } from '../../../core/domain/time.ts'

const phases: Phase[] = [
  { position: 0, name: 'a', offsetMinutes: 0, durationMinutes: 30, staffRequired: true },
  { position: 1, name: 'gap', offsetMinutes: 30, durationMinutes: 20, staffRequired: false },
  { position: 2, name: 'b', offsetMinutes: 50, durationMinutes: 40, staffRequired: true },
]

function booking(
  phase: number,
  remoteStatus: RemoteStatus | null,
  startsAt: string | null,
  externalId: string | null,
): Booking {
  const synced =
    remoteStatus && startsAt
      ? { status: remoteStatus, startsAt, endsAt: startsAt, customer: { name: 'n', email: null, phone: null } }
      : null
  return {
    tenantId: 't',
    id: `b${phase}`,
    appointmentId: 'a',
    connectionId: 'c',
    provider: 'p',
    phase,
    role: 'primary',
    target: {},
    targetId: '1',
    gatewayId: `g${phase}`,
    generation: 1,
    externalId,
    remoteStatus,
    startsAt,
    endsAt: null,
    synced,
    syncStatus: 'pending',
    errorCode: null,
    errorMessage: null,
    verifiedAt: null,
    confirmDueAt: null,
  }
}

const start = fc.integer({ min: 0, max: 20 }).map((n) => instantOf(Date.UTC(2026, 11, 1) + n * 1_800_000))
const remote = fc.constantFrom<RemoteStatus>('accepted', 'pending', 'cancelled', 'rejected')
const anyBooking = (phase: number) =>
  fc.oneof(
    fc.constant(booking(phase, null, null, null)),
    fc.record({ status: remote, at: start }).map(({ status, at }) => booking(phase, status, at, `x${phase}`)),
  )

/** What a calendar that does as it is told makes of a step. */
function done(step: Step): Booking {
  if (step.kind === 'cancel') return { ...step.booking, remoteStatus: 'cancelled' }
  return booking(step.booking.phase, 'accepted', step.startsAt, `${step.booking.externalId ?? 'new'}'`)
}

t.test('after the plan is carried out there is nothing left to plan', async () => {
  fc.assert(
    fc.property(
      fc.constantFrom('pending', 'confirmed', 'cancelled', 'completed', 'no_show' as const),
      start,
      anyBooking(0),
      anyBooking(2),
      (status, startsAt, first, second) => {
        const before = [first, second]
        const steps = planSync({ status: status as 'pending', startsAt, phases }, before)
        const after = before.map((one) => {
          const step = steps.find((candidate) => candidate.booking.id === one.id)
          return step ? done(step) : one
        })
        return steps.length <= 2 && planSync({ status: status as 'pending', startsAt, phases }, after).length === 0
      },
    ),
  )
})

t.test('each phase is made at its offset, and a place that was given up is made anew', async (t) => {
  const startsAt = '2026-12-01T09:00:00Z'
  const plan = planSync({ status: 'confirmed', startsAt, phases }, [
    booking(0, null, null, null),
    booking(2, 'cancelled', startsAt, 'old'),
  ])
  t.match(plan, [
    { kind: 'create', startsAt, endsAt: minutesLater(startsAt, 30), fresh: false },
    { kind: 'create', startsAt: minutesLater(startsAt, 50), endsAt: minutesLater(startsAt, 90), fresh: true },
  ])
})

t.test('a move is a reschedule, a cancel cancels only what stands', async (t) => {
  const startsAt = '2026-12-01T09:00:00Z'
  const held = booking(0, 'accepted', '2026-12-01T08:00:00Z', 'x')
  t.match(planSync({ status: 'confirmed', startsAt, phases }, [held]), [{ kind: 'reschedule', startsAt }])
  t.match(planSync({ status: 'cancelled', startsAt, phases }, [held, booking(2, 'rejected', startsAt, 'y')]), [
    { kind: 'cancel' },
  ])
  t.same(planSync({ status: 'cancelled', startsAt, phases }, [booking(0, null, null, null)]), [])
})

t.test('what is over is left alone', async (t) => {
  const held = booking(0, 'accepted', '2026-12-01T08:00:00Z', 'x')
  t.same(planSync({ status: 'completed', startsAt: '2026-12-01T09:00:00Z', phases }, [held]), [])
})
