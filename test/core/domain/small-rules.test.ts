import fc from 'fast-check'
import t from 'tap'
import { mayReach } from '../../../core/domain/origin.ts'
import { nextAttempt } from '../../../core/domain/retry.ts'
import { isBookable, phaseTimes, type Service } from '../../../core/domain/service.ts'
import { type SyncStatus, worst } from '../../../core/domain/sync-status.ts'

t.test('three retries after 1, 5 and 30 s, then none', async (t) => {
  const now = '2026-12-01T09:00:00Z'
  const delays = [1_000, 5_000, 30_000]
  t.same(
    [1, 2, 3, 4].map((attempts) => nextAttempt({ delays }, attempts, now)),
    ['2026-12-01T09:00:01Z', '2026-12-01T09:00:05Z', '2026-12-01T09:00:30Z', null],
  )
})

t.test('an appointment is as well as its worst booking', async (t) => {
  const all: SyncStatus[] = ['pending', 'synced', 'failed', 'orphaned_local', 'orphaned_remote', 'verification_pending']
  t.equal(worst([]), 'synced')
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...all)), (list) => !list.includes('failed') || worst(list) === 'failed'),
  )
  fc.assert(fc.property(fc.array(fc.constantFrom(...all), { minLength: 1 }), (list) => list.includes(worst(list))))
})

t.test('a change never goes back to where it came from', async (t) => {
  t.notOk(mayReach({ name: 'calcom', connectionId: 'a' }, 'a'))
  t.ok(mayReach({ name: 'calcom', connectionId: 'a' }, 'b'))
  t.ok(mayReach({ name: 'api' }, 'a'))
})

const phase = { position: 0, name: null, offsetMinutes: 0, durationMinutes: 30, staffRequired: true }
const link = { connectionId: 'c', provider: 'p', phase: 0, role: 'primary' as const, target: {}, externalId: '1' }
const service = { active: true, syncStatus: 'synced', phases: [phase], links: [link] } as unknown as Service

t.test('bookable is what is active, linked in every booked phase, and in agreement', async (t) => {
  t.ok(isBookable(service))
  t.ok(isBookable({ ...service, syncStatus: 'pending' }))
  t.notOk(isBookable({ ...service, active: false }))
  t.notOk(isBookable({ ...service, links: [] }))
  t.notOk(isBookable({ ...service, syncStatus: 'diverged' }))
  t.notOk(isBookable({ ...service, phases: [phase, { ...phase, position: 1 }] }))
  t.ok(isBookable({ ...service, phases: [phase, { ...phase, position: 1, staffRequired: false }] }))
})

t.test('a phase keeps its length over the change of the clocks', async (t) => {
  const { startsAt, endsAt } = phaseTimes({ ...phase, offsetMinutes: 90 }, '2026-10-25T00:00:00Z')
  t.same([startsAt, endsAt], ['2026-10-25T01:30:00Z', '2026-10-25T02:00:00Z'])
})
