import t from 'tap'
import { apiKey, freePort, nextSlot, testGateway, until } from '../helper/gateway.ts'
import { startGatewayProcess } from '../helper/gateway-process.ts'
import { all, bookThere, inbox, listening, pollNow, quiet, secretOf, sign, writes } from '../helper/heard.ts'
import { book, seen, synced } from '../helper/salon.ts'

// A gateway and its database for each of them.
t.setTimeout(90_000)
t.jobs = 4

t.test('kill -9 between the commit and the answer: what is sent again is a duplicate with one effect', async (t) => {
  const salon = await testGateway(t)
  const { gateway, twin, db, url } = salon
  await gateway.close()
  const port = await freePort()
  const started = { url, twinUrl: twin.url, port }
  let process = await startGatewayProcess(t, started)
  await until(
    () => db.query(`select from kalends.connections where subscribed_at is not null and polled_at is not null`),
    (rows) => rows.length > 0,
  )
  await process.arm('after inbox')
  const uid = await bookThere(salon)
  t.equal(await process.ended, 'SIGKILL')
  const [first] = twin.deliveries
  t.match(first, { bookingUid: uid, status: null }, 'the sender got no answer')
  t.match(await inbox(salon), [{ state: 'pending' }], 'and yet it is kept')

  process = await startGatewayProcess(t, started)
  const secret = await secretOf(twin, apiKey)
  const again = await fetch(first?.url ?? '', {
    method: 'POST',
    body: first?.body ?? '',
    headers: { 'content-type': 'application/json', 'x-cal-signature-256': sign(first?.body ?? '', secret) },
  })
  t.same([again.status, await again.json()], [200, { status: 'duplicate' }])
  await quiet(salon)
  t.equal((await inbox(salon)).length, 1)
  const rows = await db.query(
    'select a.id from kalends.appointments a join kalends.bookings b on b.appointment_id = a.id',
  )
  t.equal(rows.length, 1)
  await process.kill()
})

t.test('a webhook whose job was lost with the queue’s tables is applied by the sweep', async (t) => {
  const salon = await listening(t)
  const { gateway, author, connection, twin, db } = salon
  // Held back at first, so that its job is still there to be lost.
  await gateway.connections.pause(author, connection.id, { scope: 'all' })
  const uid = await bookThere(salon)
  await until(
    () => db.query(`select from pgboss.job where name = 'inbox' and state < 'active'`),
    (rows) => rows.length === 0,
  )
  t.match(await inbox(salon), [{ state: 'pending' }])
  await db.query(`delete from pgboss.job where name = 'inbox'`)
  await db.query('update kalends.connections set paused = null')
  const [made] = await until(
    () => all(salon),
    (items) => items.length === 1,
  )
  t.equal(made?.bookings[0]?.externalId, uid)
  await quiet(salon)
  t.match(await inbox(salon), [{ state: 'applied' }])
  t.equal(twin.bookings().length, 1)
})

t.test('a webhook that cannot be queued is not acknowledged, and nothing of it is kept', async (t) => {
  const salon = await listening(t)
  const { twin, db } = salon
  await db.query('alter schema pgboss rename to elsewhere')
  await bookThere(salon)
  t.ok((twin.deliveries.at(-1)?.status ?? 0) >= 500)
  t.same(await inbox(salon), [])
  await db.query('alter schema elsewhere rename to pgboss')
  // It was lost, as Cal.com loses what is refused; the poll finds what it told of.
  await pollNow(salon)
  await quiet(salon)
  t.equal((await all(salon)).length, 1)
})

t.test('a connection that is paused altogether keeps its webhooks and applies them once it is resumed', async (t) => {
  const salon = await listening(t)
  const { gateway, author, connection, twin, db } = salon
  const { id, bookings } = await synced(salon, (await book(salon)).id)
  await quiet(salon)
  const calls = twin.calls.length
  const written = writes(salon)
  await gateway.connections.pause(author, connection.id, { scope: 'all' })
  const uid = await bookThere(salon)
  const startsAt = nextSlot()
  await twin.calendar.reschedule(bookings[0]?.externalId ?? '', startsAt)
  t.same(
    twin.deliveries.slice(-2).map(({ status }) => status),
    [200, 200],
    'they are taken in',
  )
  // Their jobs have come and gone without effect.
  await until(
    () => db.query(`select from pgboss.job where name = 'inbox' and state < 'completed'`),
    (rows) => rows.length === 0,
  )
  t.match(await inbox(salon), [{}, { state: 'pending' }, { state: 'pending' }])
  t.equal(twin.calls.length, calls, 'and nobody calls the calendar')
  t.equal((await all(salon)).length, 1)

  await gateway.connections.resume(author, connection.id)
  await seen(salon, id, (one) => one.startsAt === startsAt)
  await until(
    () => all(salon),
    (items) => items.some((one) => one.bookings[0]?.externalId === uid),
  )
  await quiet(salon)
  t.equal(writes(salon), written)
  t.equal((await all(salon)).length, 2)
})
