import fc from 'fast-check'
import t from 'tap'
import type { RemoteBooking } from '../../../core/domain/booking.ts'
import { findOurs, type Sought } from '../../../core/domain/match.ts'

const sought: Sought = {
  gatewayId: 'ours',
  targetId: '77',
  startsAt: '2026-12-01T09:00:00Z',
  customer: { email: 'Max@example.org', phone: '+4915112345678' },
  sentAt: '2026-11-20T12:00:00Z',
  tolerance: 0,
}

function remote(over: Partial<RemoteBooking> = {}): RemoteBooking {
  return {
    externalId: 'x',
    status: 'accepted',
    startsAt: sought.startsAt,
    endsAt: '2026-12-01T09:30:00Z',
    targetId: '77',
    attendee: { name: 'Max', email: 'max@example.org', phone: null, timeZone: null },
    gatewayId: null,
    successorId: null,
    predecessorId: null,
    createdAt: '2026-11-20T12:00:01Z',
    updatedAt: null,
    ...over,
  }
}

t.test('by gateway id it is ours, whatever else it says', async (t) => {
  const named = remote({ externalId: 'a', gatewayId: 'ours', startsAt: '2026-12-02T09:00:00Z', attendee: null })
  t.match(findOurs(sought, [remote({ externalId: 'b' }), named]), { is: 'one', booking: { externalId: 'a' } })
})

t.test('of a chain of moves the living one counts, of a chain that ended its last', async (t) => {
  const old = remote({ externalId: 'a', gatewayId: 'ours', status: 'cancelled', successorId: 'b' })
  t.match(findOurs(sought, [old, remote({ externalId: 'b', gatewayId: 'ours' })]), {
    is: 'one',
    booking: { externalId: 'b' },
  })
  const end = remote({ externalId: 'b', gatewayId: 'ours', status: 'cancelled' })
  t.match(findOurs(sought, [old, end]), { is: 'one', booking: { externalId: 'b' } })
})

t.test('without an id everything must fit', async (t) => {
  t.match(findOurs(sought, [remote()]), { is: 'one' })
  const misfits: Partial<RemoteBooking>[] = [
    { gatewayId: 'theirs' },
    { targetId: '78' },
    { startsAt: '2026-12-01T09:05:00Z' },
    { attendee: { name: 'Max', email: 'moritz@example.org', phone: null, timeZone: null } },
    { attendee: null },
    { createdAt: '2026-11-20T11:50:00Z' },
    { createdAt: null },
    { status: 'cancelled' },
  ]
  for (const misfit of misfits) t.same(findOurs(sought, [remote(misfit)]), { is: 'none' }, JSON.stringify(misfit))
})

t.test('two that fit are not chosen between', async (t) => {
  t.match(findOurs(sought, [remote({ externalId: 'a' }), remote({ externalId: 'b' })]), { is: 'several' })
})

t.test('a booking with another gateway id is never taken', async () => {
  const any = fc.record({
    externalId: fc.string(),
    gatewayId: fc.constantFrom('theirs', 'others'),
    status: fc.constantFrom('accepted' as const, 'pending' as const, 'cancelled' as const),
  })
  fc.assert(
    fc.property(
      fc.array(any),
      (list) =>
        findOurs(
          sought,
          list.map((one) => remote(one)),
        ).is === 'none',
    ),
  )
})
