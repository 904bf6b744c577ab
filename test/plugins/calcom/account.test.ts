import t, { type Test } from 'tap'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { officeHours, startTwin, type TwinOptions } from '../../../plugins/calcom/twin/index.ts'
import { bookingRequest, callTo } from './calling.ts'

const key = 'cal_live_of_ana'

/** What is read of an account (event types, free slots, the check), against a Cal.com on a real socket. */
async function account(t: Test, options: TwinOptions = {}) {
  const twin = await startTwin({ rateLimit: false, ...options })
  t.teardown(() => twin.close())
  const ana = { username: 'ana', email: 'ana@salon.example', name: 'Ana Host', timeZone: 'Europe/Berlin', apiKey: key }
  twin.addAccount({ ...ana, availability: officeHours })
  return { twin, call: callTo(t, twin.url, { key }) }
}

t.test('event types, with what keeps each from being linked', async (t) => {
  const { twin, call } = await account(t)
  const add = (slug: string, over: object = {}) =>
    twin.addEventType('ana', { title: slug, slug, lengthInMinutes: 30, ...over })
  const cut = add('cut', { price: 3500, currency: 'eur', hidden: true, description: 'Wash and cut' })
  add('series', { recurrence: { interval: 1, occurrences: 3, frequency: 'weekly' } })
  add('class', { seats: { seatsPerTimeSlot: 8 } })
  add('lengths', { lengthInMinutesOptions: [30, 60] })
  add('mail', { requiresBookerEmailVerification: true })
  add('form', { bookingFields: [{ type: 'text', slug: 'colour', label: 'Colour', required: true }] })
  add('phone', { phoneOnly: true })
  const list = await createCalcom().services?.list(call)
  const problems = list?.is === 'done' ? list.value.map(({ slug, problem }) => `${slug} ${problem}`) : list
  t.strictSame(problems, [
    'cut null',
    'series RECURRING',
    'class SEATED',
    'lengths SEVERAL_LENGTHS',
    'mail EMAIL_VERIFICATION',
    'form REQUIRED_FIELDS',
    'phone null',
  ])
  t.strictSame(await createCalcom().services?.get(call, { eventTypeId: cut.id }), {
    is: 'done',
    value: {
      externalId: String(cut.id),
      target: { eventTypeId: cut.id },
      name: 'cut',
      slug: 'cut',
      description: 'Wash and cut',
      durationMinutes: 30,
      price: '35.00',
      currency: 'EUR',
      hidden: true,
      problem: null,
    },
  })
  t.strictSame(await createCalcom().services?.get(call, { eventTypeId: 9999 }), { is: 'done', value: null })
})

t.test('free slots: office hours in the zone asked for, without what is taken', async (t) => {
  const { twin, call } = await account(t, { clock: () => Date.parse('2026-11-20T10:00:00Z') })
  const type = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  const target = { eventTypeId: type.id }
  const provider = createCalcom()
  const free = async () => {
    const query = { target, from: '2026-12-01T00:00:00Z', to: '2026-12-01T23:59:59Z', timeZone: 'Europe/Berlin' }
    const outcome = await provider.listSlots?.(call, query)
    return outcome?.is === 'done' ? outcome.value : []
  }
  const before = await free()
  t.match(before[0], { startsAt: '2026-12-01T08:00:00Z', endsAt: '2026-12-01T08:30:00Z' }, 'nine in Berlin')
  await provider.createBooking(call, bookingRequest({ target }))
  const after = await free()
  t.strictSame(
    after,
    before.filter(({ startsAt }) => startsAt !== '2026-12-01T09:00:00Z'),
  )
  t.equal(after.length, before.length - 1)
})

for (const profile of ['self-hosted', 'hosted'] as const) {
  t.test(`check of a ${profile} account`, async (t) => {
    const { twin, call } = await account(t, { profile })
    const codes = async (options = {}, by = call) => {
      const report = await createCalcom(options).check(by)
      return report.findings.map(({ level, code }) => `${level} ${code}`).join(', ')
    }
    t.equal(await codes(), 'ok CREDENTIALS, ok CLOCK, warning VERSION_UNPROVEN', 'nothing there yet')
    const type = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
    const attendee = { name: 'Bo', email: 'bo@example.org', timeZone: 'Europe/Berlin' }
    const start = new Date(Date.now() + 864e5).toISOString()
    await twin.calendar.book({ start, eventTypeId: type.id, attendee }).catch(() => null)
    t.equal(await codes(), 'ok CREDENTIALS, ok CLOCK, ok VERSION')
    t.equal(await codes({}, callTo(t, twin.url, { key: 'cal_live_nobody' })), 'error HTTP_401')
    t.equal(await codes({}, callTo(t, twin.url.replace('/v2', ''), { key })), 'error HTTP_404')
    for (const group of ['list', 'slots', 'eventTypes']) {
      t.match(await codes({ versions: { [group]: '2030-01-01' } }), /error VERSION$/, `${group} in an unknown version`)
    }
  })
}
