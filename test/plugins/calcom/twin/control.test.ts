import { request } from 'node:http'
import t from 'tap'
import { openSalon, wish } from './salon.ts'

const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }

t.test('the page shows the bookings and runs nothing of what they say', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const attendee = { name: '<script>alert(1)</script>', email: 'max@example.org', timeZone: 'Europe/Berlin' }
  const { uid } = (await call('POST', '/bookings', wish(id, { attendee }))).body.data
  const reply = await fetch(new URL('/', twin.url))
  const html = await reply.text()
  t.match(reply.headers.get('content-type'), 'text/html')
  t.match(reply.headers.get('content-security-policy'), "default-src 'none'")
  t.ok(html.includes(uid))
  t.ok(html.includes('&lt;script&gt;'))
  t.notOk(html.includes('<script>'))
})

t.test('a demo in another process', async (t) => {
  const { twin } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const post = async (path: string, body?: unknown) => {
    const init =
      body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    return fetch(new URL(path, twin.url), { method: 'POST', ...init })
  }
  // biome-ignore lint/suspicious/noExplicitAny: a body looked into field by field
  const json = async (reply: Response) => (await reply.json()) as any
  const booked = await json(await post('/_twin/book', wish(id)))
  t.equal(booked.status, 'accepted')
  const moved = await json(await post(`/_twin/bookings/${booked.uid}/reschedule`, { start: '2026-07-03T08:00:00Z' }))
  t.equal(moved.rescheduledFromUid, booked.uid)
  t.equal(
    (await json(await post(`/_twin/bookings/${moved.uid}/cancel`, { reason: 'rain' }))).cancellationReason,
    'rain',
  )
  t.equal((await json(await fetch(new URL('/_twin/bookings?status=cancelled', twin.url)))).length, 2)
  t.equal((await post('/_twin/book', wish(999))).status, 404)
  const { id: fault } = await json(
    await post('/_twin/faults', { operation: 'getBooking', kind: 'status', status: 503 }),
  )
  t.equal((await fetch(`${twin.url}/bookings/${booked.uid}`)).status, 503)
  t.match(await json(await fetch(new URL(`/_twin/faults/${fault}`, twin.url), { method: 'DELETE' })), { used: 1 })
  t.equal((await post('/_twin/reset')).status, 204)
  t.equal(twin.bookings().length, 0)
})

t.test('no page of another site and no other name may use the controls', async (t) => {
  const { twin } = await openSalon(t)
  const { hostname, port } = new URL(twin.url)
  const status = (headers: Record<string, string>) =>
    new Promise((resolve) => {
      request({ hostname, port, path: '/_twin/bookings', headers }, (reply) => {
        reply.resume()
        resolve(reply.statusCode)
      }).end()
    })
  t.equal(await status({}), 200)
  t.equal(await status({ host: 'evil.example' }), 403)
  t.equal(await status({ origin: 'https://evil.example' }), 403)
})
