import t, { type Test } from 'tap'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { roundTheClock, startTwin } from '../../../plugins/calcom/twin/index.ts'
import { apiKey, bookingRequest, callTo, json, server, value } from './calling.ts'

const now = Date.parse('2026-11-20T10:00:00Z')
const startsAt = '2026-12-01T09:00:00Z'
const endsAt = '2026-12-01T09:30:00Z'

/** Ana's haircut in the twin, and what a provider can do with its slots. */
async function salon(t: Test) {
  const twin = await startTwin({ rateLimit: false, clock: () => now })
  t.teardown(() => twin.close())
  const host = { username: 'ana', email: 'ana@salon.example', name: 'Ana', timeZone: 'Europe/Berlin' }
  const account = twin.addAccount({ ...host, apiKey, availability: roundTheClock })
  const target = { eventTypeId: twin.addEventType(account, { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }).id }
  const calcom = createCalcom()
  const call = callTo(t, twin.url)
  const query = { target, from: startsAt, to: startsAt, timeZone: 'UTC' }
  return {
    calcom,
    call,
    target,
    hold: (minutes = 7) => calcom.holdSlot?.(call, { target, startsAt, endsAt, minutes }),
    release: async (id: string) => calcom.releaseHold?.(call, { id, target }),
    isOffered: async () => value(await calcom.listSlots?.(call, query)).length === 1,
  }
}

t.test('a slot is hidden for as long as asked, and shown again when it is given back', async (t) => {
  const { hold, release, isOffered } = await salon(t)
  const { id, until } = value(await hold())
  t.equal(until, '2026-11-20T10:07:00Z')
  t.notOk(await isOffered())
  t.same(await hold(), { is: 'not_done', code: 'SLOT_TAKEN', retry: 'never', scope: 'booking' })
  t.same(await release(id), { is: 'done', value: null })
  t.ok(await isOffered())
  t.same(await release(id), { is: 'done', value: null }, 'given back twice is given back')
})

t.test('what is held can be booked, by us or by anybody; what is booked cannot be held', async (t) => {
  const { calcom, call, target, hold } = await salon(t)
  value(await hold())
  value(await calcom.createBooking(call, bookingRequest({ target, startsAt, endsAt })))
  t.match(await hold(), { is: 'not_done', code: 'SLOT_TAKEN' })
})

t.test('an answer that cannot be believed is a doubt, and a target that is none is refused', async (t) => {
  const reply = { reservationUid: 'r-1', slotStart: startsAt, reservationUntil: '2026-11-20T10:05:00.000Z' }
  const answers = [
    [reply, 'done'],
    [{ ...reply, slotStart: endsAt }, 'unknown'],
    [{ ...reply, reservationUid: '../bookings' }, 'unknown'],
    [{ ...reply, reservationUntil: 'soon' }, 'unknown'],
    [null, 'unknown'],
  ] as const
  const calcom = createCalcom()
  for (const [data, is] of answers) {
    const base = await server(t, (_, response) => json(response, 201, { status: 'success', data }))
    const outcome = await calcom.holdSlot?.(callTo(t, base), {
      target: { eventTypeId: 77 },
      startsAt,
      endsAt,
      minutes: 5,
    })
    t.match(outcome, is === 'done' ? { is, value: { id: 'r-1' } } : { is, code: 'REPLY_UNREADABLE' })
  }
  const nowhere = callTo(t, 'http://127.0.0.1:9')
  t.match(await calcom.holdSlot?.(nowhere, { target: {}, startsAt, endsAt, minutes: 5 }), { code: 'TARGET_INVALID' })
  t.match(await calcom.releaseHold?.(nowhere, { id: '../x', target: {} }), { code: 'BOOKING_ID_INVALID' })
})

t.test('what is sent', async (t) => {
  const seen: string[] = []
  const base = await server(t, (url, response, request) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      seen.push(`${request.method} ${url.pathname} ${request.headers['cal-api-version']} ${body}`)
      json(response, 200, { status: 'success' })
    })
  })
  const calcom = createCalcom()
  const call = callTo(t, base)
  const target = { eventTypeId: 77 }
  t.match(await calcom.holdSlot?.(call, { target, startsAt, endsAt, minutes: 5 }), { is: 'unknown' }, 'no data')
  t.match(await calcom.releaseHold?.(call, { id: 'r-1', target }), { is: 'done' }, 'Cal.com says no more than success')
  t.same(seen, [
    `POST /v2/slots/reservations 2024-09-04 {"eventTypeId":77,"slotStart":"${startsAt}","reservationDuration":5}`,
    'DELETE /v2/slots/reservations/r-1 2024-09-04 ',
  ])
})
