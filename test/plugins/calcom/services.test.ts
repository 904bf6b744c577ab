import t from 'tap'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { remoteService } from '../../../plugins/calcom/services.ts'
import { callTo, json, server } from './calling.ts'

const provider = createCalcom()
const cut = {
  id: 77,
  title: 'Cut',
  slug: 'cut-30',
  description: '',
  lengthInMinutes: 30,
  hidden: false,
  price: 0,
  currency: 'usd',
  recurrence: null,
  seatsPerTimeSlot: null,
  bookingFields: [
    { isDefault: true, slug: 'name', type: 'name', required: true },
    { isDefault: true, slug: 'email', type: 'email', required: true },
    { isDefault: true, slug: 'title', type: 'text', required: true, hidden: true },
    { isDefault: true, slug: 'notes', type: 'textarea', required: false },
  ],
}

t.test('an event type in our words', async (t) => {
  t.strictSame(remoteService(cut), {
    externalId: '77',
    target: { eventTypeId: 77 },
    name: 'Cut',
    slug: 'cut-30',
    description: null,
    durationMinutes: 30,
    price: null,
    currency: null,
    hidden: false,
    problem: null,
  })
})

t.test('prices are counted in the smallest unit of their currency', async (t) => {
  const price = (amount: number, currency: string) => {
    const service = remoteService({ ...cut, price: amount, currency })
    return `${service.price} ${service.currency}`
  }
  t.equal(price(3500, 'eur'), '35.00 EUR')
  t.equal(price(3505, 'eur'), '35.05 EUR')
  t.equal(price(3500, 'jpy'), '3500 JPY')
  t.equal(price(3500, 'kwd'), '3.500 KWD')
  t.equal(price(3500, 'not a currency'), 'null null')
})

t.test('what keeps an event type from being linked', async (t) => {
  const problem = (over: object) => remoteService({ ...cut, ...over }).problem
  t.equal(problem({ recurrence: { interval: 1, occurrences: 4, frequency: 'weekly' } }), 'RECURRING')
  t.equal(problem({ seats: { seatsPerTimeSlot: 4 } }), 'SEATED')
  t.equal(problem({ seatsPerTimeSlot: 4 }), 'SEATED')
  t.equal(problem({ lengthInMinutesOptions: [30, 60] }), 'SEVERAL_LENGTHS')
  t.equal(problem({ isInstantEvent: true }), 'INSTANT')
  t.equal(problem({ requiresBookerEmailVerification: true }), 'EMAIL_VERIFICATION')
  const field = (over: object) =>
    problem({ bookingFields: [{ slug: 'colour', type: 'text', required: true, ...over }] })
  t.equal(field({}), 'REQUIRED_FIELDS')
  t.equal(field({ hidden: true }), 'REQUIRED_FIELDS')
  t.equal(field({ slug: 'notes', isDefault: true }), 'REQUIRED_FIELDS')
})

t.test('and what does not', async (t) => {
  const problem = (over: object) => remoteService({ ...cut, ...over }).problem
  t.equal(problem({ recurrence: { disabled: true }, seats: { disabled: true } }), null)
  t.equal(problem({ lengthInMinutesOptions: [30] }), null)
  t.equal(problem({ hidden: true }), null)
  t.equal(problem({ bookingFields: [{ slug: 'attendeePhoneNumber', type: 'phone', required: true }] }), null)
})

t.test('get: the one that was asked for, a proven absence, or a doubt', async (t) => {
  const missing = (message: string) => ({ status: 'error', error: { code: 'NotFoundException', message } })
  const base = await server(t, (url, response) => {
    const id = url.pathname.split('/').at(-1)
    if (id === '77') return json(response, 200, { status: 'success', data: cut })
    if (id === '78') return json(response, 404, missing('Event type with id 78 not found'))
    if (id === '79') return json(response, 404, missing('Cannot GET /v2/event-types/79'))
    json(response, 200, { status: 'success', data: { eventType: cut } })
  })
  const get = (eventTypeId: unknown) => provider.services?.get(callTo(t, base), { eventTypeId })
  t.match(await get(77), { is: 'done', value: { externalId: '77' } })
  t.strictSame(await get(78), { is: 'done', value: null })
  t.strictSame(await get(79), { is: 'unknown', code: 'HTTP_404' })
  t.strictSame(await get(80), { is: 'unknown', code: 'REPLY_UNREADABLE' }, 'the fallback version')
  t.match(await get('77'), { is: 'not_done', code: 'TARGET_INVALID' })
})
