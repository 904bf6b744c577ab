import t, { type Test } from 'tap'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { callTo, json, server } from './calling.ts'

const query = {
  target: { eventTypeId: 77 },
  from: '2026-12-01T08:00:00Z',
  to: '2026-12-02T22:00:00Z',
  timeZone: 'Europe/Berlin',
}

async function slots(t: Test, data: unknown, seen: (search: URLSearchParams) => void = () => {}) {
  const base = await server(t, (url, response) => {
    seen(url.searchParams)
    json(response, 200, { status: 'success', data })
  })
  return createCalcom().listSlots?.(callTo(t, base), query)
}

t.test('days of local times become instants in order, cut to what was asked for', async (t) => {
  const data = {
    '2026-12-02': [{ start: '2026-12-02T09:00:00.000+01:00', end: '2026-12-02T09:30:00.000+01:00' }],
    '2026-12-01': [
      { start: '2026-12-01T08:59:00.000+01:00' },
      { start: '2026-12-01T09:00:00.000+01:00', end: '2026-12-01T09:30:00.000+01:00' },
    ],
  }
  t.strictSame(await slots(t, data), {
    is: 'done',
    value: [
      { startsAt: '2026-12-01T08:00:00Z', endsAt: '2026-12-01T08:30:00Z' },
      { startsAt: '2026-12-02T08:00:00Z', endsAt: '2026-12-02T08:30:00Z' },
    ],
  })
})

t.test('the question', async (t) => {
  let asked = new URLSearchParams()
  await slots(t, {}, (search) => {
    asked = search
  })
  t.strictSame(Object.fromEntries(asked), {
    eventTypeId: '77',
    start: query.from,
    end: query.to,
    timeZone: 'Europe/Berlin',
    format: 'range',
  })
})

t.test('nothing free is an empty list; what cannot be read is not', async (t) => {
  t.strictSame(await slots(t, {}), { is: 'done', value: [] })
  t.strictSame(await slots(t, { '2026-12-01': [{ time: 'x' }] }), { is: 'unknown', code: 'REPLY_UNREADABLE' })
  t.strictSame(await slots(t, { '2026-12-01': [{ start: 'noon' }] }), { is: 'unknown', code: 'REPLY_UNREADABLE' })
  t.strictSame(await slots(t, null), { is: 'unknown', code: 'REPLY_UNREADABLE' })
})
