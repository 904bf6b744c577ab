import fc from 'fast-check'
import t from 'tap'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'
import { openReviews } from '../helper/salon.ts'

const hour = 3_600_000
const at = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')

/** What one caller does, one thing after the other: on which gateway, for which service, at which of the starts. */
const step = fc.record({
  does: fc.constantFrom('hold', 'hold', 'hold', 'book', 'book', 'release', 'find'),
  gateway: fc.nat(1),
  service: fc.constantFrom('cut', 'long'),
  start: fc.nat(3),
})
const calls = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 8 })

t.test('of many callers at two gateways no two are ever promised the same time', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, twin, account, db } = salon
  const long = twin.addEventType(account, { title: 'Long', slug: 'long', lengthInMinutes: 60, slotInterval: 30 })
  const links = [{ connection: 'calendar', target: { eventTypeId: long.id } }]
  await gateway.services.create(author, { slug: 'long', name: 'Long', durationMinutes: 60, links })
  const gateways = [gateway, await salon.start()]
  const first = Date.parse(`${nextSlot().slice(0, 10)}T00:00:00Z`)
  let run = 0
  let promises = 0

  await fc.assert(
    fc.asyncProperty(calls, async (callers) => {
      run++
      const begin = first + run * 6 * hour
      /** Who was told that which time is theirs. A caller who gives up theirs is asked about it no more. */
      const told: { holder: string; from: number; to: number; booked: boolean }[] = []
      const tell = (holder: string, service: string, from: number, booked: boolean) => {
        promises++
        const to = from + (service === 'cut' ? hour / 2 : hour)
        const clash = told.find((one) => one.holder !== holder && one.from < to && from < one.to)
        if (clash) throw new Error(`${holder} and ${clash.holder} were both promised ${at(from)}`)
        told.push({ holder, from, to, booked })
      }
      const call = async (steps: (typeof callers)[number], n: number) => {
        const holder = `call:${run}.${n}`
        const drop = (which: (one: (typeof told)[number]) => boolean) => {
          for (const one of told.filter((one) => one.holder === holder && !one.booked && which(one)))
            told.splice(told.indexOf(one), 1)
        }
        for (const { does, gateway: which, service, start } of steps) {
          const { availability, appointments } = gateways[which] as typeof gateway
          const from = begin + start * (hour / 2)
          const startsAt = at(from)
          if (does === 'hold') {
            const asked = { serviceId: service, startsAt, holder }
            if (await granted(availability.hold(tenant.id, asked))) tell(holder, service, from, false)
          } else if (does === 'book') {
            const request = { serviceId: service, startsAt, customer: customer(holder) }
            if (!(await granted(appointments.book(author, request, { holder })))) continue
            // What it used of theirs is the booking now.
            drop((one) => one.from < from + (service === 'cut' ? hour / 2 : hour) && from < one.to)
            tell(holder, service, from, true)
          } else if (does === 'release') {
            drop(() => true)
            await availability.release(tenant.id, holder)
          } else {
            const query = { serviceId: service, from: at(begin), to: at(begin + 2 * hour) }
            await availability.find(tenant.id, query, { holder })
          }
        }
      }
      await Promise.all(callers.map(call))
    }),
    { numRuns: 25 },
  )
  t.ok(promises > 50, `${promises} promises`)

  const open = () =>
    db.query<{ n: number }>(`select count(*)::int as n from kalends.appointments where sync_status <> 'synced'`)
  await until(open, ([row]) => row?.n === 0, 60_000)
  t.same(await openReviews(salon), [], 'and every promise was kept: the calendar took all that was booked')
})

/** Whether it was granted; anything but a taken time is a fault. */
async function granted(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== 'KAL_SLOT_TAKEN') throw error
    return false
  }
}
