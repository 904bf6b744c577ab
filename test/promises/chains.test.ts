import t from 'tap'
import { nextSlot } from '../helper/gateway.ts'
import { all, bookThere, inbox, listening, pollNow, quiet, writes } from '../helper/heard.ts'
import { book, seen, story, synced } from '../helper/salon.ts'

// A gateway and its database for each of them.
t.setTimeout(90_000)
t.jobs = 4

for (const made of ['here', 'there'] as const) {
  t.test(
    `the chain of moves of what was made ${made} is followed, also where its first links never came`,
    async (t) => {
      const salon = await listening(t)
      const { twin } = salon
      const { calendar, webhooks } = twin
      const uid =
        made === 'here' ? (await synced(salon, (await book(salon)).id)).bookings[0]?.externalId : await bookThere(salon)
      await quiet(salon)
      const [{ id } = { id: '' }] = await all(salon)
      const calls = writes(salon)
      const told = await calendar.reschedule(uid ?? '', nextSlot())
      await seen(salon, id, ({ bookings }) => bookings[0]?.externalId === told.uid)
      // Two moves nobody tells us of, and a third one.
      webhooks.add({ kind: 'drop', triggers: ['BOOKING_RESCHEDULED'], times: 2 })
      let last = told
      for (let move = 0; move < 3; move++) last = await calendar.reschedule(last.uid, nextSlot())
      const moved = await seen(
        salon,
        id,
        ({ bookings, startsAt }) =>
          bookings[0]?.externalId === last.uid && Date.parse(startsAt) === Date.parse(last.start),
      )
      t.equal(Date.parse(moved.startsAt), Date.parse(last.start))
      t.match(moved, { status: 'confirmed', sync: { status: 'synced', requiresManualReview: false } })
      // One that is moved out of a chain whose last link nobody told is cancelled at its end.
      webhooks.add({ kind: 'drop', triggers: ['BOOKING_RESCHEDULED'], times: 1 })
      const gone = await calendar.reschedule(last.uid, nextSlot())
      await calendar.cancel(gone.uid)
      await seen(salon, id, ({ status }) => status === 'cancelled')
      await quiet(salon)
      t.equal((await all(salon)).length, 1)
      t.equal(writes(salon), calls, 'nothing was written back')
    },
  )

  t.test(`a poll follows the chain of what was made ${made}, where no webhook came at all`, async (t) => {
    const salon = await listening(t)
    const { calendar, webhooks } = salon.twin
    const uid =
      made === 'here' ? (await synced(salon, (await book(salon)).id)).bookings[0]?.externalId : await bookThere(salon)
    await quiet(salon)
    const [{ id } = { id: '' }] = await all(salon)
    webhooks.add({ kind: 'drop' })
    let last = await calendar.reschedule(uid ?? '', nextSlot())
    for (let move = 0; move < 3; move++) last = await calendar.reschedule(last.uid, nextSlot())
    await pollNow(salon)
    await quiet(salon)
    t.match(await all(salon), [{ id, bookings: [{ externalId: last.uid }] }])
    t.equal((await all(salon)).length, 1)
  })
}

t.test(
  'a booking that waits for the host stays pending here, through moves, until the host says otherwise',
  async (t) => {
    const salon = await listening(t)
    const { twin, account, eventType } = salon
    const { calendar } = twin
    twin.addEventType(account, { ...eventType, requiresConfirmation: true } as never)
    const asked = await Promise.all(
      ['confirmed', 'declined', 'moved and confirmed'].map((name) => book(salon, nextSlot(), name)),
    )
    const [yes, no, moved] = await Promise.all(asked.map(({ id }) => synced(salon, id)))
    await quiet(salon)
    for (const one of [yes, no, moved]) t.match(one, { status: 'pending', bookings: [{ status: 'pending' }] })

    await calendar.confirm(yes?.bookings[0]?.externalId ?? '')
    await seen(salon, yes?.id ?? '', ({ status }) => status === 'confirmed')
    t.ok((await story(salon, yes?.id ?? '')).includes('appointment.confirmed'))
    await calendar.decline(no?.bookings[0]?.externalId ?? '', 'Fully booked')
    await seen(salon, no?.id ?? '', ({ status }) => status === 'cancelled')

    // The move ends as a request that does not say where it came from, and the host of an accepted one is asked again.
    const startsAt = nextSlot()
    const next = await calendar.reschedule(moved?.bookings[0]?.externalId ?? '', startsAt)
    t.equal(twin.deliveries.at(-1)?.trigger, 'BOOKING_REQUESTED')
    t.notOk(String(twin.deliveries.at(-1)?.body).includes('rescheduleUid'))
    t.match(await seen(salon, moved?.id ?? '', (one) => one.startsAt === startsAt), { status: 'pending' })
    await calendar.confirm(next.uid)
    await seen(salon, moved?.id ?? '', ({ status }) => status === 'confirmed')
    const again = await calendar.reschedule(next.uid, nextSlot())
    await seen(salon, moved?.id ?? '', ({ status }) => status === 'pending')
    await calendar.confirm(again.uid)
    await seen(salon, moved?.id ?? '', ({ status }) => status === 'confirmed')
    await quiet(salon)
    t.equal((await all(salon)).length, 3)
    t.equal(twin.counts.rescheduleBooking ?? 0, 0, 'nothing was written back')
    t.equal(twin.counts.cancelBooking ?? 0, 0)
  },
)

t.test('a booking that is not paid yet stays pending here', async (t) => {
  const salon = await listening(t)
  const { twin, account, eventType } = salon
  twin.addEventType(account, { ...eventType, price: 5000, currency: 'eur' } as never)
  const uid = await bookThere(salon)
  await quiet(salon)
  t.match(await all(salon), [{ status: 'pending', sync: { status: 'synced' } }])
  await twin.calendar.pay(uid)
  await quiet(salon)
  t.match(await all(salon), [{ status: 'confirmed', sync: { status: 'synced' } }])
})

t.test('what is over, and who did not come, follows', async (t) => {
  const salon = await listening(t)
  const { twin } = salon
  const [over, missed] = await Promise.all([book(salon), book(salon)])
  const bookings = await Promise.all(
    [over, missed].map(async ({ id }) => (await synced(salon, id)).bookings[0]?.externalId),
  )
  await quiet(salon)
  // They are moved to yesterday by people who live the day before: so their time has passed today.
  twin.clock.advance(-3 * 86_400_000)
  const yesterday = (hour: number) => new Date(Math.floor(Date.now() / 86_400_000 - 1) * 86_400_000 + hour * 3_600_000)
  const [one, two] = await Promise.all(
    bookings.map((uid, n) => twin.calendar.reschedule(uid ?? '', yesterday(n + 9).toISOString())),
  )
  twin.clock.reset()
  await quiet(salon)
  const calls = writes(salon)
  await twin.calendar.meeting(one?.uid ?? '', 'ended')
  await seen(salon, over.id, ({ status }) => status === 'completed')
  const [{ email } = { email: '' }] = (two?.attendees ?? []) as { email: string }[]
  await twin.calendar.markAbsent(two?.uid ?? '', { attendees: [{ email, absent: true }] })
  await seen(salon, missed.id, ({ status }) => status === 'no_show')
  await quiet(salon)
  t.ok((await story(salon, over.id)).includes('appointment.completed'))
  t.ok((await story(salon, missed.id)).includes('appointment.no_show'))
  t.equal(writes(salon), calls)
  t.ok((await inbox(salon)).every(({ state }) => state !== 'pending'))
})
