import t from 'tap'
import { nextSlot, until } from '../helper/gateway.ts'
import { all, bookThere, inbox, listening, quiet, writes } from '../helper/heard.ts'
import { book, intent, synced } from '../helper/salon.ts'

// A gateway and its database for each of them.
t.setTimeout(90_000)
t.jobs = 4

for (const webhookTiming of ['before-reply', 'after-reply'] as const) {
  for (const metadata of ['with', 'without'] as const) {
    t.test(`an echo ${webhookTiming} and ${metadata} metadata is our own`, async (t) => {
      // Long enough for the echo to come before anybody looks whether the calendar did what it said.
      const salon = await listening(t, { twin: { webhookTiming }, input: { sync: { settleDelay: '15s' } } })
      const { gateway, author, twin } = salon
      if (metadata === 'without') twin.webhooks.add({ kind: 'omit-metadata' })
      const { id } = await book(salon)
      const looks = () => twin.counts.getBooking ?? 0
      await quiet(salon)
      await gateway.appointments.reschedule(author, id, { startsAt: nextSlot() })
      await quiet(salon)
      await gateway.appointments.cancel(author, id, {})
      await quiet(salon)
      t.equal(looks(), 0, 'and the calendar is not even looked at')
      t.equal((await inbox(salon)).length, 3, 'three echoes came')
      t.same(
        (await inbox(salon)).map(({ state }) => state),
        ['superseded', 'superseded', 'superseded'],
      )
      t.equal((await all(salon)).length, 1)
      t.equal(writes(salon), 3)
      t.equal(twin.bookings().length, 2, 'the booking and where it was moved to')
    })
  }
}

for (const metadata of ['with', 'without'] as const) {
  t.test(`an echo ${metadata} metadata settles a write whose reply was lost, without the list`, async (t) => {
    // No timer comes to help: after a lost reply nobody would look for a minute.
    const sync = { attemptTimeout: '1s', settleDelay: '60s' }
    const salon = await listening(t, { input: { sync } })
    const { twin, db } = salon
    if (metadata === 'without') twin.webhooks.add({ kind: 'omit-metadata' })
    twin.webhooks.hold()
    const lists = twin.counts.listBookings
    twin.faults.add({ operation: 'createBooking', when: 'after-commit', kind: 'hang', times: 1 })
    const { id } = await book(salon)
    await intent(salon, id, 'unknown')
    await until(
      () => db.query('select from kalends.syncs where lease_until > now()'),
      (rows) => rows.length === 0,
    )
    const [delivery] = await twin.webhooks.release()
    t.equal(delivery?.status, 200)
    const { bookings } = await synced(salon, id)
    await quiet(salon)
    t.equal(bookings[0]?.externalId, twin.bookings()[0]?.uid)
    t.same(await db.query('select state from kalends.intents'), [{ state: 'done' }])
    t.equal(twin.counts.listBookings, lists, 'no list was read')
    t.equal(twin.bookings().length, 1)
    t.equal((await all(salon)).length, 1)
  })
}

t.test('ten equal webhooks at once have one effect', async (t) => {
  const salon = await listening(t)
  const { twin } = salon
  twin.webhooks.add({ kind: 'duplicate', copies: 9, parallel: true })
  await bookThere(salon)
  await quiet(salon)
  const { deliveries } = twin
  t.same(
    deliveries.map(({ status }) => status),
    Array.from({ length: 10 }, () => 200),
  )
  t.match(await inbox(salon), [{ state: 'applied' }])
  t.equal((await all(salon)).length, 1)
  t.equal(writes(salon), 0)
})
