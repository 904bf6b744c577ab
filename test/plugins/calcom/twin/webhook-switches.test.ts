import t from 'tap'
import { signatureOf, type WebhookScript } from '../../../../plugins/calcom/twin/index.ts'
import { listen, openSalon, openTalkingSalon, until, wish } from './salon.ts'

t.test('drop: it is lost, and noted as lost', async (t) => {
  const { twin, book, arrived } = await openTalkingSalon(t)
  const lost = twin.webhooks.add({ kind: 'drop', times: 1 })
  const uids = [await book(2), await book(3)]
  t.strictSame(arrived(), [uids[1]])
  t.equal(lost.used, 1)
  t.equal(twin.webhooks.all.length, 0, 'used up')
  t.match(twin.deliveries, [{ bookingUid: uids[0], status: null, touched: ['drop'] }, { status: 200 }])
})

t.test('duplicate: the very same text and signature, so often more', async (t) => {
  const { twin, book, arrivals } = await openTalkingSalon(t)
  twin.webhooks.add({ kind: 'duplicate', copies: 2, times: 1 })
  await book()
  t.equal(arrivals.length, 3)
  const kinds = new Set(arrivals.map(({ text, headers }) => `${text}${headers['x-cal-signature-256']}`))
  t.equal(kinds.size, 1)
})

t.test('duplicate in parallel: all are under way before one is answered', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  const gate = Promise.withResolvers<void>()
  const { url, arrivals } = await listen(t, () => gate.promise)
  await call('POST', '/webhooks', { subscriberUrl: url, triggers: ['BOOKING_CREATED'], active: true })
  twin.webhooks.add({ kind: 'duplicate', copies: 3, parallel: true })
  const booking = call('POST', '/bookings', wish(id))
  await until(() => arrivals.length === 4)
  gate.resolve()
  t.equal((await booking).status, 201)
})

t.test('reorder: gathered, shuffled by the seed, none lost', async (t) => {
  const orders: string[] = []
  for (const seed of ['a', 'a', 'b', 'c', 'd']) {
    const { twin, book, arrived } = await openTalkingSalon(t)
    twin.webhooks.add({ kind: 'reorder', hold: 4, seed })
    const uids: string[] = []
    for (const day of [2, 3, 4, 5]) {
      t.equal(arrived().length, 0)
      uids.push(await book(day))
    }
    t.strictSame([...arrived()].sort(), [...uids].sort())
    t.strictNotSame(arrived(), uids)
    orders.push(
      arrived()
        .map((uid) => uids.indexOf(uid))
        .join(),
    )
  }
  t.equal(orders[0], orders[1], 'same seed, same order')
  t.ok(new Set(orders).size > 1, 'another seed, another order')
})

t.test('reorder: what is gathered comes when the switch is used up or taken away', async (t) => {
  const { twin, book, arrived } = await openTalkingSalon(t)
  twin.webhooks.add({ kind: 'reorder', hold: 9, times: 2 })
  await book(2)
  t.equal(arrived().length, 0)
  await book(3)
  t.equal(arrived().length, 2)
  const taken = twin.webhooks.add({ kind: 'reorder', hold: 9 })
  await book(4)
  t.equal(arrived().length, 2)
  taken.remove()
  await twin.idle()
  t.equal(arrived().length, 3)
})

t.test('delay: the reply does not wait, and later news overtakes it', async (t) => {
  const { twin, book, arrived } = await openTalkingSalon(t)
  twin.webhooks.add({ kind: 'delay', ms: 150, times: 1 })
  const late = await book(2)
  t.strictSame(arrived(), [])
  const early = await book(3)
  await twin.idle()
  t.strictSame(arrived(), [early, late])
})

t.test('closing does not wait for what is delayed', async (t) => {
  const { twin, book, arrived } = await openTalkingSalon(t)
  twin.webhooks.add({ kind: 'delay', ms: 600_000 })
  await book()
  await twin.close()
  t.strictSame(arrived(), [])
})

t.test('signature: a bit, no header, the literal, half a body', async (t) => {
  const { twin, book, arrivals } = await openTalkingSalon(t)
  for (const forge of ['flipped', 'absent', 'no-secret', 'truncated-body'] as const) {
    twin.webhooks.add({ kind: 'signature', forge, times: 1 })
  }
  // All that fit work at once: one kind for each booking.
  const all = [...twin.webhooks.all]
  twin.webhooks.clear()
  for (const [index, { script }] of all.entries()) {
    twin.webhooks.add(script)
    await book(2 + index)
  }
  await book(10)
  const [flipped, absent, literal, cut, right] = arrivals.map(({ text, headers }) => ({
    text,
    given: headers['x-cal-signature-256'] as string | undefined,
    wanted: signatureOf('s3cret', text),
  }))
  t.equal(differingBits(flipped?.given ?? '', flipped?.wanted ?? ''), 1)
  t.equal(absent?.given, undefined)
  t.equal(literal?.given, 'no-secret-provided')
  t.throws(() => JSON.parse(cut?.text ?? ''))
  t.not(cut?.given, cut?.wanted)
  t.equal(right?.given, right?.wanted)
})

function differingBits(a: string, b: string): number {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')]
  return [...left].reduce((sum, byte, at) => {
    const difference = byte ^ (right[at] as number)
    return sum + difference.toString(2).replaceAll('0', '').length
  }, 0)
}

t.test('what it says: without metadata, with offset times, with the meeting of before; rightly signed', async (t) => {
  const { twin, book, move, cancel, arrivals } = await openTalkingSalon(t)
  twin.webhooks.add({ kind: 'omit-metadata', triggers: ['BOOKING_CREATED'] })
  twin.webhooks.add({ kind: 'offset-times', triggers: ['BOOKING_CANCELLED'] })
  const old = await book(2)
  const fresh = await move(old, 3)
  twin.webhooks.add({ kind: 'old-video-url' })
  const last = await move(fresh, 4)
  await cancel(last)
  const [created, moved, movedAgain, cancelled] = arrivals
  t.notOk('metadata' in (created?.payload ?? {}))
  t.match(moved?.payload.metadata, { kalendsId: 'apt_1', videoCallUrl: `https://app.cal.example/video/${fresh}` })
  t.match(movedAgain?.payload.metadata, { videoCallUrl: `https://app.cal.example/video/${fresh}` })
  t.equal(cancelled?.payload.startTime, '2026-07-04T10:00:00+02:00')
  for (const { text, headers } of arrivals) t.equal(headers['x-cal-signature-256'], signatureOf('s3cret', text))
})

t.test('which: by trigger, subscription, any field, so often, with a chance', async (t) => {
  const { twin, call, id, url, book, cancel, arrivals } = await openTalkingSalon(t)
  const second = await listen(t)
  await call('POST', `/event-types/${id}/webhooks`, {
    subscriberUrl: second.url,
    triggers: ['BOOKING_CREATED', 'BOOKING_CANCELLED'],
    active: true,
  })
  const seen = async (script: WebhookScript, day: number) => {
    const before = [arrivals.length, second.arrivals.length] as const
    const { remove } = twin.webhooks.add(script)
    await cancel(await book(day))
    remove()
    return [arrivals.length - before[0], second.arrivals.length - before[1]]
  }
  t.strictSame(await seen({ kind: 'drop', triggers: ['BOOKING_CANCELLED'] }, 2), [1, 1])
  t.strictSame(await seen({ kind: 'drop', subscription: url }, 3), [0, 2])
  t.strictSame(await seen({ kind: 'drop', match: { 'subscription.eventTypeId': id } }, 4), [2, 0])
  t.strictSame(await seen({ kind: 'drop', match: ({ booking }) => booking.eventTypeId === 999 }, 5), [2, 2])
  t.strictSame(await seen({ kind: 'drop', times: 3 }, 6), [0, 1])
  t.strictSame(await seen({ kind: 'drop', probability: 0 }, 7), [2, 2])
})

t.test('a chance is the same for the same seed of the twin', async (t) => {
  const patterns: string[] = []
  for (const seed of [7, 7, 8]) {
    const { twin, book, arrived } = await openTalkingSalon(t, { seed })
    twin.webhooks.add({ kind: 'drop', probability: 0.5 })
    const uids: string[] = []
    for (let day = 2; day < 22; day++) uids.push(await book(day))
    patterns.push(uids.map((uid) => (arrived().includes(uid) ? '.' : 'x')).join(''))
  }
  t.equal(patterns[0], patterns[1])
  t.not(patterns[0], patterns[2])
  t.match(patterns[0], /x/)
  t.match(patterns[0], /\./)
})

t.test('a slow receiver is waited for, and no error', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  const gate = Promise.withResolvers<void>()
  const { url, arrivals } = await listen(t, () => gate.promise)
  await call('POST', '/webhooks', { subscriberUrl: url, triggers: ['BOOKING_CREATED'], active: true })
  let answered = false
  const booking = call('POST', '/bookings', wish(id)).finally(() => {
    answered = true
  })
  await until(() => arrivals.length === 1)
  t.equal((await call('GET', '/bookings')).body.data.length, 1, 'others are served meanwhile')
  t.notOk(answered)
  gate.resolve()
  t.equal((await booking).status, 201)
  t.match(twin.deliveries, [{ status: 200 }])
})
