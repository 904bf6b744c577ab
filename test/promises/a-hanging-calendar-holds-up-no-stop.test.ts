import t from 'tap'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'

// An attempt of ten minutes: a stop that waited for it would run into the time limit of this file.
const slow = { input: { sync: { attemptTimeout: '10m' } } }

t.test(
  'a gateway stops although a calendar does not answer, and the next one settles what was under way',
  async (t) => {
    const { gateway, start, author, tenant, twin, db } = await testGateway(t, slow)
    twin.faults.add({ operation: 'createBooking', kind: 'hang', when: 'after-commit', times: 1 })
    const { appointment } = await gateway.appointments.book(author, {
      serviceId: 'cut',
      startsAt: nextSlot(),
      customer: customer(),
    })
    await until(
      () => twin.bookings().length,
      (count) => count === 1,
    )
    await gateway.close()
    const [open] = await db.query<{ state: string }>('select state from kalends.intents')
    t.match(open, { state: /^(sent|unknown)$/ })
    await db.query('update kalends.syncs set lease_until = null')
    const next = await start()
    t.match(
      await until(
        () => next.appointments.get(tenant.id, appointment.id),
        (seen) => seen.sync.status === 'synced',
      ),
      {
        bookings: [{ externalId: twin.bookings()[0]?.uid }],
      },
    )
    t.equal(twin.bookings().length, 1)
  },
)
