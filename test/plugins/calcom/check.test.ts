import t, { type Test } from 'tap'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { calBooking, callTo, json, server } from './calling.ts'

const type = { id: 77, title: 'Cut', lengthInMinutes: 30 }
const now = Date.parse('2026-11-20T10:00:00Z')

type Account = {
  missing?: string
  bookings?: unknown
  booking?: unknown
  types?: unknown
  slots?: unknown
  me?: unknown
  date?: string
  left?: string
}

/** What a check of an account says: ok, and each finding as `level CODE`. */
async function checked(t: Test, account: Account, key?: string, options?: Record<string, unknown>) {
  const { bookings = [calBooking()], booking = calBooking(), types = [type], slots = {}, me } = account
  const base = await server(t, (url, response, request) => {
    response.setHeader('date', account.date ?? 'Fri, 20 Nov 2026 10:00:01 GMT')
    response.setHeader('x-ratelimit-limit-default', '120')
    response.setHeader('x-ratelimit-remaining-default', account.left ?? '100')
    response.setHeader('x-ratelimit-reset-default', '30')
    if (request.headers.authorization !== 'Bearer cal_good') return json(response, 401, { message: 'no' })
    const path = url.pathname.replace('/v2/', '')
    if (path === 'bookings/kalends-check') {
      const message = account.missing ?? 'Booking with uid=kalends-check was not found in the database'
      return json(response, 404, { status: 'error', error: { code: 'NotFoundException', message } })
    }
    const answers: Record<string, unknown> = {
      me: me ?? { id: 11, email: 'ana@salon.example' },
      bookings,
      'event-types': types,
      slots,
    }
    const data = path.startsWith('bookings/') ? booking : answers[path]
    if (data === 404) return json(response, 404, { error: { message: 'Cannot GET' } })
    json(response, 200, { status: 'success', data })
  })
  const report = await createCalcom({}, { now: () => now }).check(callTo(t, base, { key: key ?? 'cal_good', options }))
  return { ...report, codes: report.findings.map(({ level, code }) => `${level} ${code}`) }
}

t.test('all well', async (t) => {
  const { ok, codes } = await checked(t, {})
  t.ok(ok)
  t.strictSame(codes, ['ok CREDENTIALS', 'ok CLOCK', 'ok VERSION'])
})

t.test('a key that is not taken ends the check', async (t) => {
  const { ok, codes } = await checked(t, {}, 'cal_bad')
  t.notOk(ok)
  t.strictSame(codes, ['error HTTP_401'])
})

t.test('something else answers at this address', async (t) => {
  t.strictSame((await checked(t, { me: 404 })).codes, ['error HTTP_404'])
  t.strictSame((await checked(t, { me: { hello: 'world' } })).codes, ['error REPLY_UNREADABLE'])
  const nobody = await createCalcom().check(callTo(t, 'http://127.0.0.1:1/v2'))
  t.match(nobody, { ok: false, findings: [{ level: 'error', code: 'NETWORK' }] })
})

t.test('a version header that is not heeded is an error, by endpoint group', async (t) => {
  const { start, end, ...rest } = calBooking()
  const old = { ...rest, startTime: start, endTime: end }
  for (const fallen of [
    { bookings: { bookings: [] } },
    { bookings: [old] },
    { booking: old },
    { types: { eventTypeGroups: [] } },
    { slots: 404 },
  ]) {
    const { ok, codes, findings } = await checked(t, fallen)
    t.notOk(ok)
    t.strictSame(codes.slice(2), ['error VERSION'], JSON.stringify(fallen).slice(0, 60))
    t.match(findings.at(-1)?.message, /2024-0[689]-\d\d/, 'it names the version')
  }
})

t.test('an account without event types proves no version of slots, and says so', async (t) => {
  const { ok, codes } = await checked(t, { types: [] })
  t.ok(ok)
  t.strictSame(codes.slice(2), ['warning VERSION_UNPROVEN'])
})

t.test('without a booking, the words for a missing one show the version', async (t) => {
  t.strictSame((await checked(t, { bookings: [] })).codes.slice(2), ['ok VERSION'])
  const old = await checked(t, { bookings: [], missing: 'Booking with UID=kalends-check does not exist.' })
  t.strictSame(old.codes.slice(2), ['warning ABSENCE_UNPROVEN', 'warning VERSION_UNPROVEN'])
  const reworded = await checked(t, { missing: 'There is no such booking' })
  t.strictSame(reworded.codes.slice(2), ['warning ABSENCE_UNPROVEN', 'ok VERSION'])
})

t.test('a version of the list that cannot be asked for changes is told of', async (t) => {
  const { ok, codes } = await checked(t, {}, undefined, { versions: { list: '2026-05-01' } })
  t.ok(ok)
  t.strictSame(codes.slice(2), ['warning CHANGES_UNREADABLE', 'ok VERSION'])
})

t.test('clocks', async (t) => {
  const skewed = await checked(t, { date: 'Fri, 20 Nov 2026 09:55:00 GMT' })
  t.ok(skewed.ok)
  t.equal(skewed.codes[1], 'warning CLOCK_SKEW')
  t.match(skewed.findings[1]?.message, /300 seconds ahead/)
  t.match((await checked(t, { date: 'Fri, 20 Nov 2026 10:05:00 GMT' })).findings[1]?.message, /300 seconds behind/)
  t.equal((await checked(t, { date: 'yesterday' })).codes[1], 'warning CLOCK_UNKNOWN')
})

t.test('a key that something else is using up', async (t) => {
  t.strictSame((await checked(t, { left: '30' })).codes, ['ok CREDENTIALS', 'ok CLOCK', 'ok VERSION'])
  const { ok, codes, findings } = await checked(t, { left: '29' })
  t.ok(ok, 'is no error')
  t.strictSame(codes, ['ok CREDENTIALS', 'ok CLOCK', 'warning CALLS_LEFT', 'ok VERSION'])
  t.match(findings[2]?.message, /29 of 120 calls until 2026-11-20T10:00:30Z/)
  t.strictSame((await checked(t, { left: 'few' })).codes, ['ok CREDENTIALS', 'ok CLOCK', 'ok VERSION'], 'nobody knows')
})
