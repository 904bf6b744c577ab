import t, { type Test } from 'tap'
import type { Place } from '../../../core/domain/place.ts'
import { type Claim, refusedClaims, takenPlaces } from '../../../core/store/places.ts'
import { nextSlot, testGateway, until } from '../../helper/gateway.ts'
import { book, intent, openReviews, type Salon, seen } from '../../helper/salon.ts'

const later = (instant: string, minutes: number) =>
  new Date(Date.parse(instant) + minutes * 60_000).toISOString().replace('.000Z', 'Z')
const message = 'User either already has booking at this time or is not available'

/** The half hour of a start, as a caller wants it. */
function claimOf({ tenant, connection }: Salon, startsAt: string, holder: string | null = 'call:1'): Claim {
  const place: Place = { connectionId: connection.id, startsAt, endsAt: later(startsAt, 30) }
  return { tenantId: tenant.id, places: [place], holder, appointmentId: null }
}

/** Whether a caller may have a start, by both questions that are asked of the ledger. */
async function isFree(t: Test, salon: Salon, startsAt: string): Promise<boolean> {
  const { db, tenant, connection } = salon
  const span = { from: startsAt, to: later(startsAt, 30) }
  const taken = await takenPlaces(db, tenant.id, [connection.id], span, 'call:1')
  const refused = await db.transaction((tx) => refusedClaims(tx, [claimOf(salon, startsAt)]))
  t.equal(refused.size > 0, taken.length > 0, 'both say the same')
  return taken.length === 0
}

t.test('what was refused for good keeps nobody else from its time', async (t) => {
  const salon = await testGateway(t)
  const { gateway, tenant, author, twin } = salon
  const startsAt = nextSlot()
  const match = { 'body.start': startsAt }
  twin.faults.add({ operation: 'createBooking', kind: 'status', status: 400, message, times: 1, match })
  const { id } = await book(salon, startsAt)
  t.notOk(await isFree(t, salon, startsAt), 'promised')
  await seen(salon, id, ({ sync }) => sync.status === 'failed')
  t.ok(await isFree(t, salon, startsAt))
  const wanted = { serviceId: 'cut', startsAt, holder: 'call:2' }
  await gateway.availability.hold(tenant.id, wanted)
  const customer = { name: 'Rita Rival', email: 'rita@example.org' }
  const booked = await gateway.appointments.book(author, { ...wanted, customer }, { holder: 'call:2' })
  const { standing } = await gateway.appointments.follow(tenant.id, booked.appointment.id, { withinMs: 10_000 })
  t.same(standing, { is: 'confirmed' }, 'another caller has it')
  t.match(
    (await openReviews(salon)).map(({ code }) => code),
    ['SLOT_TAKEN'],
    'and whoever was refused is still asked about',
  )
})

t.test('a create in doubt keeps its time, also where it was given up', async (t) => {
  // Given up for good: nothing is tried again by itself.
  const salon = await testGateway(t, { input: { sync: { attemptTimeout: '300ms', slowRetryDelays: [] } } })
  const { twin } = salon
  const startsAt = nextSlot()
  const match = { 'body.start': startsAt }
  twin.faults.add({ operation: 'createBooking', kind: 'hang', match })
  const { id } = await book(salon, startsAt)
  await intent(salon, id, 'unknown')
  t.notOk(await isFree(t, salon, startsAt), 'its reply is waited for')
  await seen(salon, id, ({ sync }) => sync.status === 'failed')
  const [row] = await salon.db.query<{ state: string }>('select state from kalends.syncs where appointment_id = $1', [
    id,
  ])
  t.equal(row?.state, 'failed')
  t.notOk(await isFree(t, salon, startsAt), 'it may land yet')
})

t.test('a create that is tried on keeps its time', async (t) => {
  const salon = await testGateway(t)
  const { twin } = salon
  const startsAt = nextSlot()
  const match = { 'body.start': startsAt }
  const down = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, match })
  const { id } = await book(salon, startsAt)
  await seen(salon, id, ({ sync }) => sync.status === 'failed')
  t.notOk(await isFree(t, salon, startsAt), 'a calendar that is down comes back')
  down.remove()
  const limited = nextSlot()
  twin.faults.add({ operation: 'createBooking', kind: 'status', status: 429, match: { 'body.start': limited } })
  await book(salon, limited)
  await until(() => twin.calls.some(({ status }) => status === 429), Boolean)
  t.notOk(await isFree(t, salon, limited), 'only not now')
})
