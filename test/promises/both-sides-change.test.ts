import t from 'tap'
import { nextSlot, until } from '../helper/gateway.ts'
import { type HeardSalon, listening, pollNow, quiet } from '../helper/heard.ts'
import { book, intent, live, openReviews, seen, synced } from '../helper/salon.ts'

// A gateway and its database for each of them.
t.setTimeout(90_000)
t.jobs = 4

const sync = { attemptTimeout: '600ms' }
const verbs = ['move', 'cancel'] as const

/**
 * When the customer acts, as seen from our own write; and how we hear of it. `after`: they change what ours had become, so
 * nobody overrules anybody.
 */
const moments: { name: string; after?: true; run: (salon: HeardSalon, one: Pair) => Promise<void> }[] = [
  {
    name: 'before our job runs, and heard of before it',
    async run(salon, { desk, customer }) {
      const { gateway, author, connection } = salon
      await gateway.connections.pause(author, connection.id, { scope: 'outbound' })
      await desk()
      await customer()
      await gateway.connections.resume(author, connection.id)
    },
  },
  {
    name: 'before our job runs, and heard of after it',
    async run(salon, { desk, customer, id }) {
      const { gateway, author, connection, twin } = salon
      await gateway.connections.pause(author, connection.id, { scope: 'outbound' })
      await desk()
      twin.webhooks.hold()
      await customer()
      await gateway.connections.resume(author, connection.id)
      await synced(salon, id)
      await twin.webhooks.release()
    },
  },
  {
    name: 'before our job runs, and never told',
    async run(salon, { desk, customer }) {
      const { gateway, author, connection, twin } = salon
      await gateway.connections.pause(author, connection.id, { scope: 'outbound' })
      await desk()
      const lost = twin.webhooks.add({ kind: 'drop' })
      await customer()
      await gateway.connections.resume(author, connection.id)
      lost.remove()
    },
  },
  {
    name: 'while our call is under way, before it is made there',
    async run(salon, { desk, customer, operation }) {
      const { twin } = salon
      const delay = twin.faults.add({ operation, kind: 'delay', ms: 300, times: 1 })
      await desk()
      await until(
        () => delay.used,
        (used) => used === 1,
      )
      await customer()
    },
  },
  {
    name: 'while our call is under way, after it was made there',
    after: true,
    async run(salon, { desk, customer, operation, uid }) {
      const { twin } = salon
      const delay = twin.faults.add({ operation, when: 'after-commit', kind: 'delay', ms: 300, times: 1 })
      await desk()
      await until(
        () => delay.used,
        (used) => used === 1,
      )
      // What we have cancelled by now nobody can move any more.
      await customer(newest(salon, uid)).catch(() => undefined)
    },
  },
  {
    name: 'before the answer to our call is written there',
    after: true,
    async run(salon, { desk, customer, operation, uid }) {
      const { twin } = salon
      const acted = new Promise<void>((resolve) => {
        const stop = twin.on('commit', async (write) => {
          if (write.operation !== operation) return
          stop()
          await customer(newest(salon, uid)).catch(() => undefined)
          resolve()
        })
      })
      await desk()
      await acted
    },
  },
  {
    name: 'after our reply was lost',
    after: true,
    async run(salon, { desk, customer, operation, uid, id }) {
      const { twin } = salon
      twin.faults.add({ operation, when: 'after-commit', kind: 'hang', times: 1 })
      await desk()
      await intent(salon, id, 'unknown')
      await customer(newest(salon, uid)).catch(() => undefined)
    },
  },
  {
    name: 'after our request was lost',
    async run(salon, { desk, customer, operation, id }) {
      const { twin } = salon
      twin.faults.add({ operation, kind: 'hang', times: 1 })
      await desk()
      await intent(salon, id, 'unknown')
      await customer()
    },
  },
]

type Pair = {
  id: string
  uid: string
  operation: string
  desk: () => Promise<unknown>
  customer: (uid?: string) => Promise<unknown>
}

for (const ours of verbs) {
  for (const theirs of verbs) {
    if (ours === 'cancel' && theirs === 'cancel') continue
    t.test(`the desk ${ours}s while the customer ${theirs}s: both sides end equal`, async (t) => {
      const salon = await listening(t, { input: { sync } })
      const { gateway, author, twin } = salon
      for (const { name, after, run } of moments) {
        const { id, bookings } = await synced(salon, (await book(salon)).id)
        await quiet(salon)
        const uid = bookings[0]?.externalId ?? ''
        const [mine, yours] = [nextSlot(), nextSlot()]
        let heard = true
        await run(salon, {
          id,
          uid,
          operation: ours === 'move' ? 'rescheduleBooking' : 'cancelBooking',
          desk: () =>
            ours === 'move'
              ? gateway.appointments.reschedule(author, id, { startsAt: mine })
              : gateway.appointments.cancel(author, id, {}),
          customer: async (of = uid) => {
            heard = false
            await (theirs === 'move' ? twin.calendar.reschedule(of, yours) : twin.calendar.cancel(of))
            heard = true
          },
        })
        await quiet(salon)
        await pollNow(salon)
        await quiet(salon)
        const end = await synced(salon, id)
        const there = live(salon, end)
        const isCancelled = ours === 'cancel' || theirs === 'cancel'
        t.equal(end.status, isCancelled ? 'cancelled' : 'confirmed', name)
        t.equal(there.length, isCancelled ? 0 : 1, `${name}: one booking or none holds a place`)
        if (!isCancelled) {
          t.equal(Date.parse(String(there[0]?.start)), Date.parse(end.startsAt), `${name}: at the same time`)
          t.equal(end.startsAt, yours, `${name}: the customer has it in writing`)
        }
        const told = await whatWasTold(salon, id)
        if (ours === 'move' && !after) t.ok(told.includes('CONFLICT'), `${name}: whose move was lost is asked`)
        // Where the customer was refused at once, nobody has lost anything.
        if (heard) t.ok(told.length > 0, `${name}: ${told.join(', ')}`)
      }
    })
  }
}

for (const answer of ['overtaken', 'lost', 'lost, and told by a webhook'] as const) {
  for (const theirs of verbs) {
    t.test(
      `the customer ${theirs}s a booking whose making is ${answer}: it is heeded, and not made again`,
      async (t) => {
        const salon = await listening(t, { input: { sync } })
        const { twin } = salon
        const isTold = answer === 'lost, and told by a webhook'
        if (!isTold) twin.webhooks.add({ kind: 'drop' })
        if (answer !== 'overtaken') {
          twin.faults.add({ operation: 'createBooking', when: 'after-commit', kind: 'hang', times: 1 })
        }
        const startsAt = nextSlot()
        const stop = twin.on('commit', async ({ operation, uids: [uid = ''] }) => {
          if (operation !== 'createBooking') return
          stop()
          await (theirs === 'move' ? twin.calendar.reschedule(uid, startsAt) : twin.calendar.cancel(uid))
        })
        const { id } = await book(salon)
        const end = await seen(salon, id, ({ sync, status, ...one }) =>
          theirs === 'move' ? sync.status === 'synced' && one.startsAt === startsAt : status === 'cancelled',
        )
        await quiet(salon)
        t.equal(live(salon, end).length, theirs === 'move' ? 1 : 0)
        t.equal(twin.counts.createBooking, 1)
        t.equal(twin.counts.rescheduleBooking ?? 0, 0, 'and not moved back')
      },
    )
  }
}

/** Where a booking stands after the moves that were made of it. */
function newest({ twin }: HeardSalon, uid: string): string {
  const [booking] = twin.bookings({ uid })
  const next = booking?.rescheduledToUid
  return typeof next === 'string' ? next : uid
}

/** By what a person can see that one side lost: the review, or the line of the timeline. */
async function whatWasTold(salon: HeardSalon, id: string): Promise<string[]> {
  const reviews = (await openReviews(salon)).filter((review) => review.id === id).map(({ code }) => code)
  const { items } = await salon.gateway.appointments.timeline(salon.tenant.id, id)
  const lines = items.filter(
    ({ kind, origin }) =>
      kind === 'booking.overruled' ||
      (origin.name === 'calcom' && (kind === 'appointment.rescheduled' || kind === 'appointment.cancelled')),
  )
  return [...reviews, ...lines.map(({ kind }) => kind)]
}
