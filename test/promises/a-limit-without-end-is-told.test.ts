import t from 'tap'
import { testGateway } from '../helper/gateway.ts'
import { book, openReviews, seen } from '../helper/salon.ts'

t.test('a calendar that takes no more calls for longer than a change may wait is told to a person', async (t) => {
  const sync = { deferAtMost: '3s', breaker: { failures: 1000, openFor: '1s' } }
  const salon = await testGateway(t, { input: { sync } })
  salon.twin.faults.add({ operation: 'createBooking', kind: 'status', status: 429 })
  const { id } = await book(salon)
  const told = await seen(salon, id, ({ sync }) => sync.requiresManualReview || sync.status === 'failed')
  t.match(told.sync.errorCode, /RATE_LIMITED|HTTP_429|BREAKER_OPEN/)
  t.match(await openReviews(salon), [{ code: /RATE_LIMITED|BREAKER_OPEN/ }])
})
