import { inspect } from 'node:util'
import t from 'tap'
import { ProviderError } from '#core'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { all, apiKey, bookingRequest, calBooking, callTo, json, rememberingLog, server } from './calling.ts'

const customer = {
  name: 'Canary Nameson',
  email: 'canary.mail@example.org',
  phone: '+4915199988877',
  timeZone: null,
  language: null,
}
const request = bookingRequest({ customer, notes: 'canary note' })
const secrets = [apiKey, 'canary.mail', 'canary note', 'Canary', '4915199988877', 'cal_live', 'Bearer', 'hook secret']

const echo = `no: ${customer.name} ${customer.email} ${customer.phone} ${request.notes} ${apiKey}`
const replies: readonly [string, number, unknown][] = [
  [
    'a refusal that repeats everything',
    400,
    { status: 'error', error: { code: echo, message: echo, details: { message: [echo] } } },
  ],
  ['a bad key', 401, { status: 'error', error: { code: 'UnauthorizedException', message: echo } }],
  ['too many requests', 429, { message: echo }],
  ...[
    'User either already has booking at this time or is not available',
    'Attendee email has been blocked. Make sure to login as',
    'because it has been cancelled and rescheduled already to booking with uid=u2',
    'start property is wrong',
    'Missing required booking field response:',
  ].map((words): [string, number, unknown] => [words, 400, { error: { message: `${words} ${echo}` } }]),
  ...[403, 404, 409, 422].map((status): [string, number, unknown] => [`a ${status}`, status, { message: echo }]),
  ['a page before Cal.com', 502, `<html>${echo}</html>`],
  ['a crash', 500, { statusCode: 500, message: echo }],
  ['an unreadable success', 200, { status: 'success', data: { uid: 'u', note: echo } }],
  ['a success that is none', 200, echo],
]

t.test('neither key nor customer is in an outcome, an error or a log line', async (t) => {
  const provider = createCalcom({ sendNotes: true })
  for (const [name, status, body] of replies) {
    const base = await server(t, (_url, response) => json(response, status, body))
    const { log, lines } = rememberingLog()
    const call = callTo(t, base, { log })
    const ref = { externalId: 'u1', target: request.target }
    const said: unknown[] = [
      await provider.createBooking(call, request),
      await provider.getBooking(call, ref),
      await provider.rescheduleBooking(call, ref, { ...request, reason: echo }),
      await provider.cancelBooking(call, ref, echo),
      await provider.listSlots?.(call, {
        target: ref.target,
        from: request.startsAt,
        to: request.endsAt,
        timeZone: 'UTC',
      }),
      await provider.services?.list(call),
      await provider.services?.get(call, ref.target),
      await provider.check(call),
      await provider.changesSince?.(call, null),
      await provider.webhook?.subscribe?.(call, { url: 'https://gateway.example/x', secret: 'canary hook secret' }),
      await provider.webhook?.unsubscribe?.(call, { url: 'https://gateway.example/x' }),
      await all(provider.findBookings(call, { attendeeEmail: customer.email })).catch((problem: unknown) => problem),
    ]
    t.ok(said.at(-1) instanceof ProviderError, name)
    t.ok(lines.length > 0, 'something was logged at all')
    const text = inspect([said, lines], { depth: 20, showHidden: true })
    for (const secret of secrets) t.notOk(text.includes(secret), `${name}: ${secret}`)
  }
})

t.test('log lines of calls that went well hold neither', async (t) => {
  const base = await server(t, (_url, response) => json(response, 200, { status: 'success', data: calBooking() }))
  const { log, lines } = rememberingLog()
  await createCalcom().createBooking(callTo(t, base, { log }), request)
  const text = inspect(lines, { depth: 20 })
  t.match(text, /create/)
  for (const secret of [...secrets, 'Zoë', 'zoe@']) t.notOk(text.includes(secret), secret)
})
