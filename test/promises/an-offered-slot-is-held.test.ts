import t from 'tap'
import { customer, nextSlot, testGateway } from '../helper/gateway.ts'
import { synced } from '../helper/salon.ts'

t.test('what a caller was offered is theirs until they book it, hang up or wait too long', async (t) => {
  const salon = await testGateway(t)
  const { gateway, tenant, author, db } = salon
  const other = await salon.start()
  const day = nextSlot().slice(0, 10)
  /** What a caller is told: the first three starts of the morning, each kept for them. */
  const offer = async (house: typeof gateway, holder: string) => {
    const query = { serviceId: 'cut', from: `${day}T08:00:00Z`, to: `${day}T12:00:00Z` }
    const { items } = await house.availability.find(tenant.id, query, { holder })
    const three = items.slice(0, 3).map(({ startsAt }) => startsAt)
    for (const startsAt of three) await house.availability.hold(tenant.id, { serviceId: 'cut', startsAt, holder })
    return three
  }
  const request = (startsAt: string) => ({ serviceId: 'cut', startsAt, customer: customer() })
  const mine = await offer(gateway, 'call:anna')
  const theirs = await offer(other, 'call:ben')
  t.equal(new Set([...mine, ...theirs]).size, 6, 'on another gateway too, others are offered others')
  t.same(await offer(gateway, 'call:anna'), mine, 'asked again, the same')
  const [first = '', second = ''] = mine
  await t.rejects(other.appointments.book(author, request(first), { holder: 'call:ben' }), { code: 'KAL_SLOT_TAKEN' })
  const { appointment } = await gateway.appointments.book(author, request(first), { holder: 'call:anna' })
  await gateway.availability.release(tenant.id, 'call:anna')
  t.equal((await offer(other, 'call:ben'))[0], second, 'what Anna left is there for Ben, what she booked is not')
  t.match(await synced(salon, appointment.id), { status: 'confirmed', startsAt: first })
  await db.query(`update kalends.holds set until = until - interval '5 minutes'`)
  const late = await gateway.appointments.book(author, request(second), { holder: 'call:carla' })
  t.match(await synced(salon, late.appointment.id), { status: 'confirmed' }, 'Ben said nothing for too long')
})
