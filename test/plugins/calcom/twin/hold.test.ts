import t from 'tap'
import { openTalkingSalon } from './salon.ts'

t.test('held webhooks are delivered as a test wants: any order, some twice, some never', async (t) => {
  const { twin, book, cancel, arrivals, arrived } = await openTalkingSalon(t)
  twin.webhooks.hold()
  const first = await book(2)
  const second = await book(3)
  await cancel(first)
  t.strictSame(arrived(), [], 'and no reply waited for them')
  const held = twin.webhooks.held
  t.match(held, [{ bookingUid: first }, { bookingUid: second }, { trigger: 'BOOKING_CANCELLED', bookingUid: first }])
  const [created, , cancelled] = held.map(({ id }) => id) as [number, number, number]
  const deliveries = await twin.webhooks.release([cancelled, created, cancelled])
  t.match(deliveries, [{ status: 200 }, { status: 200 }, { status: 200 }])
  t.strictSame(
    arrivals.map(({ trigger }) => trigger),
    ['BOOKING_CANCELLED', 'BOOKING_CREATED', 'BOOKING_CANCELLED'],
  )
  t.match(twin.webhooks.held, [{ bookingUid: second }])
  await t.rejects(twin.webhooks.release([created]), { message: `No webhook ${created} is held` })
  await book(4)
  t.equal(twin.webhooks.held.length, 2, 'the hold goes on')
  await twin.webhooks.release()
  t.equal(arrived().length, 5)
  const last = await book(5)
  t.equal(arrived().at(-1), last, 'the hold is over')
})

t.test('reversed, and shuffled by the seed', async (t) => {
  const run = async (order: 'reversed' | 'shuffled', seed: number) => {
    const { twin, book, arrived } = await openTalkingSalon(t, { seed })
    twin.webhooks.hold()
    const uids: string[] = []
    for (let day = 2; day < 8; day++) uids.push(await book(day))
    await twin.webhooks.release(order)
    return arrived().map((uid) => uids.indexOf(uid))
  }
  t.strictSame(await run('reversed', 1), [5, 4, 3, 2, 1, 0])
  const shuffled = await run('shuffled', 1)
  t.strictSame([...shuffled].sort(), [0, 1, 2, 3, 4, 5])
  t.strictSame(await run('shuffled', 1), shuffled)
  t.strictNotSame(await run('shuffled', 2), shuffled)
})

t.test('the copies of a switch are held one by one, and a reset forgets them all', async (t) => {
  const { twin, book, arrived } = await openTalkingSalon(t)
  twin.webhooks.add({ kind: 'duplicate' })
  twin.webhooks.hold()
  await book()
  t.equal(twin.webhooks.held.length, 2)
  twin.reset()
  t.equal(twin.webhooks.held.length + twin.webhooks.all.length, 0)
  await book()
  t.equal(arrived().length, 1)
})
