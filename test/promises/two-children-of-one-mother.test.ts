import t from 'tap'
import { nextSlot, testGateway } from '../helper/gateway.ts'
import { held, live, openReviews, type Salon, verified } from '../helper/salon.ts'
import { addService } from '../helper/services.ts'

// One address and number for both: the mother's.
const mother = { email: 'mother@example.org', phone: '+4915112345678' }

for (const when of ['after-commit', 'before-commit'] as const) {
  t.test(
    `same service, same time, and the reply to the second create is lost ${when}: each has its own booking`,
    async (t) => {
      const salon = await testGateway(t, { input: { sync: { attemptTimeout: '400ms' } } })
      await addCourse(salon)
      const startsAt = nextSlot()
      const first = await bookFor(salon, 'Anna', startsAt)
      await verified(salon, first.id)
      salon.twin.faults.add({ operation: 'createBooking', kind: 'hang', when, times: 1 })
      const second = await bookFor(salon, 'Emil', startsAt)
      const ends = [await verified(salon, first.id), await verified(salon, second.id)]
      const ids = ends.map(({ bookings }) => bookings[0]?.externalId)
      t.equal(new Set(ids).size, 2, 'each its own')
      for (const end of ends) {
        t.equal(live(salon, end).length, 1)
        t.equal(held(salon, end).length, 1, 'made once')
        t.equal(held(salon, end)[0]?.uid, end.bookings[0]?.externalId)
      }
      t.same(await openReviews(salon), [])
    },
  )
}

t.test('nor are they mixed up where both replies are lost', async (t) => {
  const salon = await testGateway(t, { input: { sync: { attemptTimeout: '400ms' } } })
  await addCourse(salon)
  const startsAt = nextSlot()
  salon.twin.faults.add({ operation: 'createBooking', kind: 'hang', when: 'after-commit', times: 2 })
  const both = await Promise.all([bookFor(salon, 'Anna', startsAt), bookFor(salon, 'Emil', startsAt)])
  const ends = await Promise.all(both.map(({ id }) => verified(salon, id)))
  t.equal(new Set(ends.map(({ bookings }) => bookings[0]?.externalId)).size, 2)
  for (const end of ends) t.equal(held(salon, end).length, 1)
})

/** A course that takes several at a time, as single bookings. */
const addCourse = (salon: Salon) =>
  addService(salon, { slug: 'course', name: 'Course', minutes: 30 }, { allowDoubleBooking: true })

async function bookFor({ gateway, author }: Salon, name: string, startsAt: string) {
  const request = { serviceId: 'course', startsAt, customer: { name, ...mother } }
  return (await gateway.appointments.book(author, request)).appointment
}
