import fc from 'fast-check'
import t from 'tap'
import { instantOf } from '#core'
import { attendeeLanguage, attendeeLanguages } from '../../../plugins/calcom/language.ts'
import { createBody, remoteBooking } from '../../../plugins/calcom/map.ts'
import { settingsOf } from '../../../plugins/calcom/options.ts'
import { bookingRequest, calBooking } from './calling.ts'

const connection = { tenantId: 't', id: 'c', name: 'n', baseUrl: null, options: {}, credentials: {} }
const settings = settingsOf({}, connection)

const uid = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/)
const instant = fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString())
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })

const calBookings = fc.record(
  {
    uid,
    status: fc.constantFrom('accepted', 'pending', 'cancelled', 'rejected', 'awaiting_host'),
    start: instant,
    minutes: fc.integer({ min: 0, max: 1440 }),
    eventType: nullable(fc.record({ id: fc.nat(), slug: fc.string() })),
    eventTypeId: nullable(fc.nat()),
    attendees: fc.array(
      fc.record({
        name: fc.string(),
        email: fc.emailAddress(),
        timeZone: fc.constant('Europe/Berlin'),
        absent: fc.boolean(),
      }),
    ),
    metadata: nullable(fc.dictionary(fc.string(), fc.string())),
    rescheduledToUid: nullable(uid),
    rescheduledFromUid: nullable(uid),
    createdAt: nullable(instant),
    updatedAt: nullable(instant),
    anything: fc.jsonValue(),
  },
  { requiredKeys: ['uid', 'status', 'start', 'minutes', 'attendees'] },
)

t.test('a well-formed booking is mapped without loss', async (t) => {
  fc.assert(
    fc.property(calBookings, fc.uuid(), ({ minutes, ...rest }, gatewayId) => {
      const end = new Date(Date.parse(rest.start) + minutes * 60_000).toISOString()
      const data = { ...rest, end, metadata: { ...rest.metadata, kalendsId: gatewayId } }
      const mapped = remoteBooking(JSON.parse(JSON.stringify(data)), settings)
      if (typeof mapped === 'string') return false
      const target = rest.eventType?.id ?? rest.eventTypeId ?? null
      return (
        mapped.externalId === rest.uid &&
        Date.parse(mapped.startsAt) === Date.parse(rest.start) &&
        Date.parse(mapped.endsAt) === Date.parse(end) &&
        mapped.startsAt === instantOf(Date.parse(rest.start)) &&
        mapped.gatewayId === gatewayId &&
        mapped.targetId === (target === null ? null : String(target)) &&
        mapped.successorId === (rest.rescheduledToUid ?? null) &&
        mapped.predecessorId === (rest.rescheduledFromUid ?? null) &&
        (mapped.createdAt === null) === (rest.createdAt == null) &&
        (mapped.updatedAt === null) === (rest.updatedAt == null) &&
        mapped.attendee?.email === rest.attendees[0]?.email
      )
    }),
  )
  t.pass()
})

t.test('whatever is answered, mapping never throws, and what it takes for a booking is one', async (t) => {
  const damaged = fc
    .tuple(fc.constantFrom(...Object.keys(calBooking())), fc.jsonValue())
    .map(([key, value]) => calBooking({ [key]: value }))
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything(), damaged), (data) => {
      const mapped = remoteBooking(data, settings)
      if (typeof mapped === 'string') return true
      return (
        /^[\w-]+$/.test(mapped.externalId) &&
        Date.parse(mapped.endsAt) >= Date.parse(mapped.startsAt) &&
        ['accepted', 'pending', 'cancelled', 'rejected', 'no_show'].includes(mapped.status) &&
        (mapped.successorId === null || /^[\w-]+$/.test(mapped.successorId))
      )
    }),
    { numRuns: 2000 },
  )
  t.pass()
})

t.test('statuses', async (t) => {
  const status = (over: Record<string, unknown>) => {
    const mapped = remoteBooking(calBooking(over), settings)
    return typeof mapped === 'string' ? mapped : mapped.status
  }
  const absent = [{ name: 'Z', email: 'z@example.org', timeZone: 'UTC', absent: true }]
  t.equal(status({}), 'accepted')
  t.equal(status({ status: 'awaiting_host' }), 'pending')
  t.equal(status({ attendees: absent }), 'no_show')
  t.equal(status({ attendees: absent, status: 'cancelled' }), 'cancelled')
  t.equal(status({ status: 'ACCEPTED' }), 'REPLY_UNREADABLE', 'a status that is not known is not guessed')
})

t.test('series and seats are refused, never half mapped', async (t) => {
  t.equal(remoteBooking([calBooking()], settings), 'RECURRING_BOOKING')
  t.equal(remoteBooking(calBooking({ recurringBookingUid: 'r1' }), settings), 'RECURRING_BOOKING')
  t.equal(remoteBooking(calBooking({ seatUid: 's1' }), settings), 'SEATED_BOOKING')
  t.equal(remoteBooking(calBooking({ attendees: [{ name: 'Z', seatUid: 's1' }] }), settings), 'SEATED_BOOKING')
  t.type(remoteBooking(calBooking({ seatUid: null, recurringBookingUid: null }), settings), 'object')
})

t.test('the shape of the fallback version is no booking', async (t) => {
  const { start, end, ...rest } = calBooking()
  t.equal(remoteBooking({ ...rest, startTime: start, endTime: end }, settings), 'REPLY_UNREADABLE')
})

t.test('addresses that nobody reads are not taken for the customer’s', async (t) => {
  const own = settingsOf({ syntheticEmailDomain: 'no-mail.example' }, connection)
  const email = (address: string, given = settings) => {
    const mapped = remoteBooking(calBooking({ attendees: [{ name: 'Z', email: address, phoneNumber: '+491' }] }), given)
    return typeof mapped === 'string' ? mapped : mapped.attendee
  }
  t.match(email('4915112345678@sms.cal.com'), { email: null, phone: '+491' })
  t.match(email('gw-1@no-mail.example', own), { email: null })
  t.match(email('gw-1@no-mail.example'), { email: 'gw-1@no-mail.example' })
})

t.test('the gateway id is read from an own text property of the metadata only', async (t) => {
  const id = (metadata: unknown, given = settings) => {
    const mapped = remoteBooking(calBooking({ metadata }), given)
    return typeof mapped === 'string' ? mapped : mapped.gatewayId
  }
  t.equal(id({ kalendsId: 'gw-1' }), 'gw-1')
  t.equal(id({ kalendsId: 7 }), null)
  t.equal(id({}), null)
  t.equal(id(null), null)
  t.equal(id({}, settingsOf({ metadataKey: 'constructor' }, connection)), null)
  t.equal(id({ other: 'gw-2' }, settingsOf({ metadataKey: 'other' }, connection)), 'gw-2')
})

t.test('the body of a create', async (t) => {
  t.strictSame(createBody(bookingRequest(), 77, settings), {
    start: '2026-12-01T09:00:00Z',
    eventTypeId: 77,
    attendee: {
      name: 'Zoë Müller',
      timeZone: 'Europe/Berlin',
      language: 'de',
      email: 'zoe+cut@example.org',
      phoneNumber: '+4915112345678',
    },
    metadata: { kalendsId: 'gw-1' },
  })
  const notes = settingsOf({}, { ...connection, options: { sendNotes: true } })
  t.match(createBody(bookingRequest(), 77, notes), { bookingFieldsResponses: { notes: 'allergic to ammonia' } })
  t.notOk('bookingFieldsResponses' in (createBody(bookingRequest({ notes: null }), 77, notes) ?? {}))
})

t.test('an e-mail address is only invented where a domain for it is configured', async (t) => {
  const own = settingsOf({ syntheticEmailDomain: 'no-mail.example' }, connection)
  const customer = { name: 'Z', email: null, phone: null, timeZone: 'America/Lima', language: null }
  const byPhone = { ...customer, phone: '+4915112345678' }
  const attendee = (body: object | null) => (body as { attendee: object } | null)?.attendee
  t.equal(createBody(bookingRequest({ customer }), 77, settings), null)
  t.strictSame(attendee(createBody(bookingRequest({ customer: byPhone }), 77, settings)), {
    name: 'Z',
    timeZone: 'America/Lima',
    language: 'en',
    phoneNumber: '+4915112345678',
  })
  t.match(attendee(createBody(bookingRequest({ customer }), 77, own)), { email: 'gw-1@no-mail.example' })
})

t.test('languages: always one that Cal.com takes', async (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (tag, rest) => attendeeLanguages.includes(attendeeLanguage(tag, rest))),
  )
  const cases = {
    'de-AT': 'de',
    'pt-br': 'pt-BR',
    'pt-PT': 'pt',
    'es-MX': 'es',
    nb: 'no',
    'zh-Hant-TW': 'zh-TW',
    zh: 'zh-CN',
  }
  for (const [tag, expected] of Object.entries(cases)) t.equal(attendeeLanguage(tag, 'fr'), expected, tag)
  t.equal(attendeeLanguage('tlh', 'fr-CA'), 'fr')
  t.equal(attendeeLanguage(null, 'tlh'), 'en')
})
