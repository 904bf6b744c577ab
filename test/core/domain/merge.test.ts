import fc from 'fast-check'
import t from 'tap'
import { equal, merge, type Stand } from '../../../core/domain/merge.ts'

const at = (hour: number): Stand => ({ live: true, startsAt: `2026-12-01T${String(hour).padStart(2, '0')}:00:00Z` })
const gone: Stand = { live: false, startsAt: '2026-12-01T09:00:00Z' }
const stand = fc.record({
  live: fc.boolean(),
  startsAt: fc.constantFrom(at(9).startsAt, at(10).startsAt, at(11).startsAt),
})

t.test('what the calendar repeats is nothing new', async (t) => {
  t.same(merge(at(9), at(10), at(9)), { is: 'same' })
  t.same(merge(gone, at(10), { ...gone, startsAt: at(11).startsAt }), { is: 'same' })
})

t.test('one side changed: it wins', async (t) => {
  t.same(merge(at(9), at(9), at(11)), { is: 'theirs' })
  t.same(merge(at(9), at(9), gone), { is: 'theirs' })
})

t.test('both came to the same', async (t) => {
  t.same(merge(at(9), at(10), at(10)), { is: 'agreed' })
  t.same(merge(null, at(9), at(9)), { is: 'agreed' })
})

t.test('of two moves the calendar’s stands; a cancel wins over a move, whoever cancelled', async (t) => {
  t.same(merge(at(9), at(10), at(11)), { is: 'conflict', winner: 'theirs' })
  t.same(merge(at(9), gone, at(11)), { is: 'conflict', winner: 'ours' })
  t.same(merge(at(9), at(10), gone), { is: 'conflict', winner: 'theirs' })
})

t.test('whoever wins, the next round has nothing left', async () => {
  fc.assert(
    fc.property(fc.option(stand, { nil: null }), stand, stand, (base, ours, theirs) => {
      const result = merge(base, ours, theirs)
      const oursWins = result.is === 'same' || (result.is === 'conflict' && result.winner === 'ours')
      const agreed = oursWins ? ours : theirs
      // Where ours wins it is written to the calendar, where theirs wins it is taken over: both sides then say the same.
      return merge(agreed, agreed, agreed).is === 'same' && (result.is !== 'agreed' || equal(ours, theirs))
    }),
  )
})

t.test('no conflict ever revives what was cancelled on one side and moved on the other', async () => {
  fc.assert(
    fc.property(stand, stand, stand, (base, ours, theirs) => {
      const result = merge(base, ours, theirs)
      if (result.is !== 'conflict' || ours.live === theirs.live) return true
      return !(result.winner === 'ours' ? ours : theirs).live
    }),
  )
})
