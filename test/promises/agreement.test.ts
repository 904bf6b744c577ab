import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { TwinBooking } from '../../plugins/calcom/twin/index.ts'
import { apiKey, nextSlot } from '../helper/gateway.ts'
import { all, bookThere, type HeardSalon, listening, pollNow, quiet, secretOf, sign, writes } from '../helper/heard.ts'
import { synced } from '../helper/salon.ts'

// A gateway and its database for each seed, with a dozen customers each.
t.setTimeout(90_000)
const seeds = (process.env.KALENDS_TEST_SEED ?? '9,31,52').split(',').map(Number)

const edit = fc.constantFrom(
  'desk moves',
  'customer moves',
  'desk moves',
  'customer moves',
  'desk cancels',
  'customer cancels',
)
/** Somebody books, then come bursts of edits: what is in one list happens at once. */
const tale = fc.record({
  maker: fc.constantFrom('desk', 'customer'),
  bursts: fc.array(fc.uniqueArray(edit, { minLength: 1, maxLength: 2 }), { maxLength: 4 }),
})
type Tale = { maker: string; bursts: string[][]; name: string; email: string }

for (const seed of seeds) {
  t.test(`both sides agree in the end, whatever was edited and whatever went wrong: seed ${seed}`, async (t) => {
    const salon = await listening(t, { twin: { seed }, input: { sync: { attemptTimeout: '600ms' } } })
    const { twin, gateway, author } = salon
    const tales = fc.sample(tale, { numRuns: 12, seed }).map((told, n): Tale => {
      const name = `Guest ${n}`
      return { ...told, name, email: `guest.${n}@example.org` }
    })
    const switches = [
      twin.webhooks.add({ kind: 'drop', probability: 0.25 }),
      twin.webhooks.add({ kind: 'duplicate', probability: 0.25, copies: 2 }),
      twin.webhooks.add({ kind: 'omit-metadata', probability: 0.3 }),
      twin.webhooks.add({ kind: 'reorder', probability: 0.4, hold: 4 }),
      twin.webhooks.add({ kind: 'delay', probability: 0.2, ms: 150 }),
      ...['createBooking', 'rescheduleBooking', 'cancelBooking'].flatMap((operation) => [
        twin.faults.add({ operation, kind: 'hang', when: 'after-commit', probability: 0.1 }),
        twin.faults.add({ operation, kind: 'reset', probability: 0.1 }),
        twin.faults.add({ operation, kind: 'delay', ms: 80, probability: 0.3 }),
      ]),
    ]
    await Promise.all(
      tales.map(async ({ maker, name, email }) => {
        const startsAt = nextSlot()
        if (maker === 'customer') await bookThere(salon, startsAt, name)
        else await gateway.appointments.book(author, { serviceId: 'cut', startsAt, customer: { name, email } })
      }),
    )
    for (let round = 0; round < 4; round++) {
      await Promise.all(tales.flatMap((told) => (told.bursts[round] ?? []).map((what) => act(salon, told, what))))
    }
    for (const each of switches) each.remove()
    await quiet(salon, 30_000)
    await pollNow(salon)
    await quiet(salon, 30_000)
    await agree(t, salon, tales, seed)

    // Everything once more: whatever was told is told again, and one more poll.
    const before = { calls: writes(salon), rows: await rowsOf(salon) }
    const secret = await secretOf(twin, apiKey)
    for (const { url, body } of [...twin.deliveries]) {
      const headers = { 'content-type': 'application/json', 'x-cal-signature-256': sign(body, secret) }
      const reply = await fetch(url, { method: 'POST', headers, body })
      t.equal(reply.status, 200)
    }
    await pollNow(salon)
    await quiet(salon, 30_000)
    t.equal(writes(salon), before.calls, `a second round writes nothing there: seed ${seed}`)
    t.same(await rowsOf(salon), before.rows, `and changes nothing here: seed ${seed}`)
  })
}

/** Does an edit where it can be done: nobody moves what is cancelled, and no desk what it does not know. */
async function act(salon: HeardSalon, { name, email }: Tale, what: string): Promise<void> {
  const { gateway, author, twin } = salon
  if (what.startsWith('customer')) {
    const [mine] = placesOf(salon, email)
    if (!mine) return
    const doing =
      what === 'customer moves' ? twin.calendar.reschedule(mine.uid, nextSlot()) : twin.calendar.cancel(mine.uid)
    // Somebody was quicker.
    await doing.catch(() => undefined)
    return
  }
  const mine = (await all(salon)).find((one) => one.customer.name === name)
  if (mine?.status !== 'confirmed' && mine?.status !== 'pending') return
  const doing =
    what === 'desk moves'
      ? gateway.appointments.reschedule(author, mine.id, { startsAt: nextSlot() })
      : gateway.appointments.cancel(author, mine.id, {})
  await doing.catch((error) => {
    // Cancelled meanwhile: the desk is told.
    if (!String((error as { code?: string }).code).startsWith('KAL_')) throw error
  })
}

/** What holds a place for somebody in the calendar. */
function placesOf({ twin }: Pick<HeardSalon, 'twin'>, email: string): TwinBooking[] {
  const isTheirs = ({ attendees }: TwinBooking) => (attendees as { email: string }[])[0]?.email === email
  return twin.bookings({ status: 'accepted' }).filter(isTheirs)
}

async function agree(t: Test, salon: HeardSalon, tales: Tale[], seed: number) {
  const items = await all(salon)
  t.equal(new Set(items.map(({ customer }) => customer.name)).size, items.length, `nobody is here twice: seed ${seed}`)
  for (const told of tales) {
    const name = `seed ${seed}: ${JSON.stringify(told)}`
    const there = placesOf(salon, told.email)
    const here = items.find(({ customer }) => customer.name === told.name)
    if (!here) {
      t.equal(there.length, 0, `not here, so not there: ${name}`)
      t.equal(told.maker, 'customer', `what the desk books is never lost: ${name}`)
      continue
    }
    const isLive = here.status === 'confirmed'
    t.equal(there.length, isLive ? 1 : 0, `as often there as here: ${name}`)
    if (isLive) {
      t.equal(Date.parse(there[0]?.start ?? ''), Date.parse(here.startsAt), `at the same time: ${name}`)
      t.equal(here.bookings[0]?.externalId, there[0]?.uid, `under the same id: ${name}`)
    }
    const { sync } = await synced(salon, here.id)
    t.equal(sync.status, 'synced', name)
  }
}

/** What is known of appointments and their bookings, less when it was looked at. */
async function rowsOf(salon: HeardSalon) {
  return (await all(salon)).map(({ id, version, status, startsAt, bookings, sync }) => {
    const { attemptCount, requiresManualReview } = sync
    return { id, version, status, startsAt, bookings, attemptCount, requiresManualReview }
  })
}
