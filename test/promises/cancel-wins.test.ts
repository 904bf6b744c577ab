import t from 'tap'
import { nextSlot, testGateway } from '../helper/gateway.ts'
import { book, held, intent, live, openReviews, story, synced } from '../helper/salon.ts'

const sync = { attemptTimeout: '400ms', settleDelay: '600ms' }

t.test('a cancel wins', async (t) => {
  const salon = await testGateway(t, { input: { sync } })
  const { gateway, author, twin } = salon
  const { appointments } = gateway

  await t.test('over a create that is on its way', async (t) => {
    const startsAt = nextSlot()
    twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 250, times: 1, match: { 'body.start': startsAt } })
    const { id } = await book(salon, startsAt)
    await intent(salon, id, 'sent')
    await appointments.cancel(author, id, {})
    const end = await synced(salon, id)
    t.equal(end.status, 'cancelled')
    t.same(
      held(salon, end).map(({ status }) => status),
      ['cancelled'],
      'made, and cancelled',
    )
  })

  await t.test('over a create whose end is not known and that was made', async (t) => {
    const startsAt = nextSlot()
    const match = { 'body.start': startsAt }
    twin.faults.add({ operation: 'createBooking', kind: 'hang', when: 'after-commit', times: 1, match })
    const { id } = await book(salon, startsAt)
    await intent(salon, id, 'unknown')
    await appointments.cancel(author, id, {})
    const end = await synced(salon, id)
    t.equal(end.status, 'cancelled')
    t.same(
      held(salon, end).map(({ status }) => status),
      ['cancelled'],
    )
  })

  await t.test('over a create that appears only after the cancel was worked off', async (t) => {
    const startsAt = nextSlot()
    // Our call gives up after 400 ms; the calendar makes the booking all the same, long after.
    twin.faults.add({
      operation: 'createBooking',
      kind: 'delay',
      ms: 1_500,
      times: 1,
      match: { 'body.start': startsAt },
    })
    const { id } = await book(salon, startsAt)
    await intent(salon, id, 'unknown')
    await appointments.cancel(author, id, {})
    const end = await synced(salon, id)
    t.ok((await story(salon, id)).includes('booking.looked'), 'a look had found nothing yet')
    t.same(
      held(salon, end).map(({ status }) => status),
      ['cancelled'],
      'it was waited for, and cancelled',
    )
  })

  await t.test('over a move whose end is not known', async (t) => {
    for (const when of ['before-commit', 'after-commit'] as const) {
      const known = await synced(salon, (await book(salon)).id)
      const startsAt = nextSlot()
      const match = { 'body.start': startsAt }
      twin.faults.add({ operation: 'rescheduleBooking', kind: 'hang', when, times: 1, match })
      await appointments.reschedule(author, known.id, { startsAt })
      await intent(salon, known.id, 'unknown')
      await appointments.cancel(author, known.id, {})
      const end = await synced(salon, known.id)
      t.equal(live(salon, end).length, 0)
      t.equal(end.status, 'cancelled')
    }
  })

  await t.test('and is a success where the booking is gone already, also with a move in doubt', async (t) => {
    for (const moving of [false, true]) {
      const known = await synced(salon, (await book(salon)).id)
      const uid = known.bookings[0]?.externalId ?? ''
      if (moving) {
        const startsAt = nextSlot()
        const match = { 'body.start': startsAt }
        twin.faults.add({ operation: 'rescheduleBooking', kind: 'hang', times: 1, match })
        await appointments.reschedule(author, known.id, { startsAt })
        await intent(salon, known.id, 'unknown')
      }
      await twin.calendar.cancel(uid)
      await appointments.cancel(author, known.id, {})
      const end = await synced(salon, known.id)
      t.match(end.sync, { errorCode: null, requiresManualReview: false })
      t.equal(end.status, 'cancelled')
      t.notOk((await story(salon, known.id)).includes('appointment.sync_failed'))
    }
  })

  await t.test('over a move that was made in the calendar under our feet', async (t) => {
    const known = await synced(salon, (await book(salon)).id)
    const moved = await twin.calendar.reschedule(known.bookings[0]?.externalId ?? '', nextSlot())
    const again = await twin.calendar.reschedule(moved.uid, nextSlot())
    await appointments.cancel(author, known.id, {})
    const end = await synced(salon, known.id)
    t.equal(live(salon, end).length, 0, 'the chain was walked to its end')
    t.equal(twin.bookings({ uid: again.uid })[0]?.status, 'cancelled')
  })

  t.same(await openReviews(salon), [])
})

t.test('a move here that meets a move made in the calendar ends in one booking, and the loser is told', async (t) => {
  const salon = await testGateway(t, { input: { sync } })
  const { gateway, author, twin } = salon
  const known = await synced(salon, (await book(salon)).id)
  const there = await twin.calendar.reschedule(known.bookings[0]?.externalId ?? '', nextSlot())
  await gateway.appointments.reschedule(author, known.id, { startsAt: nextSlot() })
  const end = await synced(salon, known.id)
  const stands = live(salon, end)
  t.same(
    stands.map(({ uid }) => uid),
    [there.uid],
    'the chain was walked, and the calendar’s move stands: the customer may have it in writing',
  )
  t.equal(Date.parse(end.startsAt), Date.parse(there.start), 'both sides say the same')
  t.equal(end.bookings[0]?.externalId, there.uid)
  t.same(await openReviews(salon), [{ code: 'CONFLICT', subject: 'appointment', id: known.id }])

  const startsAt = nextSlot()
  await gateway.appointments.reschedule(author, known.id, { startsAt })
  const again = await synced(salon, known.id)
  t.equal(Date.parse(String(live(salon, again)[0]?.start)), Date.parse(startsAt), 'the next move here goes from there')
})
