import fc from 'fast-check'
import t from 'tap'
import type { ProviderReport } from '#core'
import { createCalcom } from '../../../plugins/calcom/provider.ts'

const { webhook } = createCalcom({ syntheticEmailDomain: 'no-mail.example' })

function read(body: unknown) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const parsed = webhook?.parse({ headers: {}, body: bytes })
  if (parsed === undefined) throw new Error('the provider reads no webhooks')
  return parsed
}

const envelope = (triggerEvent: unknown, payload: unknown) => ({
  triggerEvent,
  createdAt: '2026-11-20T17:00:00.250Z',
  payload,
})

/** The fields that every envelope of a booking has, with values of a salon of our own. */
const bare = {
  type: 'beard-20',
  title: 'Beard between Bo and Ida Lund',
  uid: 'b7Kq2mVx',
  bookingId: 9001,
  eventTypeId: 31,
  startTime: '2026-12-14T13:00:00Z',
  endTime: '2026-12-14T13:20:00Z',
  organizer: { id: 4, name: 'Bo', email: 'bo@barber.example', timeZone: 'Europe/Oslo', language: { locale: 'nb' } },
  attendees: [
    { name: 'Ida Lund', email: 'ida@example.net', timeZone: 'Europe/Oslo', phoneNumber: '+4740000000' },
    { name: 'A guest', email: 'guest@example.net', timeZone: 'Europe/Oslo' },
  ],
  seatsPerTimeSlot: null,
  length: 20,
}
const ours = { ...bare, metadata: { kalendsId: 'gw-77', videoCallUrl: 'https://video.example/1' } }

const said: ProviderReport = {
  trigger: 'BOOKING_CREATED',
  externalId: 'b7Kq2mVx',
  predecessorId: null,
  gatewayId: null,
  targetId: '31',
  status: null,
  startsAt: '2026-12-14T13:00:00Z',
  endsAt: '2026-12-14T13:20:00Z',
  attendee: { name: 'Ida Lund', email: 'ida@example.net', phone: '+4740000000', timeZone: 'Europe/Oslo' },
}

const flat = {
  id: 9001,
  uid: 'b7Kq2mVx',
  userId: 4,
  eventTypeId: 31,
  startTime: '2026-12-14T13:00:00.000Z',
  endTime: '2026-12-14T13:20:00.000Z',
  createdAt: '2026-11-01T08:00:00.000Z',
  status: 'ACCEPTED',
  fromReschedule: null,
  recurringEventId: null,
  metadata: { kalendsId: 'gw-77' },
  attendees: [
    { id: 1, name: 'Ida Lund', email: 'ida@example.net', timeZone: 'Europe/Oslo', phoneNumber: '+4740000000' },
  ],
}

type Case = [what: string, body: unknown, report: Partial<ProviderReport>]
const event = (trigger: string, payload: object): [unknown, Partial<ProviderReport>] => [
  envelope(trigger, payload),
  { trigger },
]

const moved = { rescheduleUid: 'a1Old', rescheduleId: 8999, rescheduleStartTime: '2026-12-13T13:00:00Z' }

const cases: Case[] = [
  [
    'made',
    envelope('BOOKING_CREATED', { ...ours, status: 'ACCEPTED' }),
    { trigger: 'BOOKING_CREATED', gatewayId: 'gw-77', status: 'accepted' },
  ],
  [
    'made by the host’s yes: no metadata of ours',
    envelope('BOOKING_CREATED', { ...bare, metadata: {}, status: 'ACCEPTED' }),
    { trigger: 'BOOKING_CREATED', status: 'accepted' },
  ],
  [
    'asked for',
    envelope('BOOKING_REQUESTED', { ...ours, status: 'PENDING' }),
    { trigger: 'BOOKING_REQUESTED', gatewayId: 'gw-77', status: 'pending' },
  ],
  [
    'asked for by a move that says where from',
    envelope('BOOKING_REQUESTED', { ...ours, ...moved, status: 'PENDING' }),
    { trigger: 'BOOKING_REQUESTED', gatewayId: 'gw-77', status: 'pending', predecessorId: 'a1Old' },
  ],
  [
    'moved: the uid is the new one',
    envelope('BOOKING_RESCHEDULED', { ...ours, ...moved, status: 'ACCEPTED' }),
    { trigger: 'BOOKING_RESCHEDULED', gatewayId: 'gw-77', status: 'accepted', predecessorId: 'a1Old' },
  ],
  [
    'moved, without the old uid',
    envelope('BOOKING_RESCHEDULED', { ...ours, status: 'ACCEPTED' }),
    { trigger: 'BOOKING_RESCHEDULED', gatewayId: 'gw-77' },
  ],
  [
    'moved onto itself, as a seat is',
    envelope('BOOKING_RESCHEDULED', { ...bare, rescheduleUid: bare.uid, status: 'ACCEPTED' }),
    { trigger: 'BOOKING_RESCHEDULED' },
  ],
  [
    'cancelled: times with an offset, no metadata',
    envelope('BOOKING_CANCELLED', {
      ...bare,
      startTime: '2026-12-14T14:00:00+01:00',
      endTime: '2026-12-14T13:20:00+00:00',
      status: 'CANCELLED',
      cancellationReason: 'ill',
    }),
    { trigger: 'BOOKING_CANCELLED', status: 'cancelled' },
  ],
  [
    'refused: times with milliseconds',
    envelope('BOOKING_REJECTED', {
      ...bare,
      startTime: '2026-12-14T13:00:00.000Z',
      endTime: '2026-12-14T13:20:00.000Z',
      status: 'REJECTED',
    }),
    { trigger: 'BOOKING_REJECTED', status: 'rejected' },
  ],
  [
    'to be paid: it says ACCEPTED and is not',
    envelope('BOOKING_PAYMENT_INITIATED', { ...ours, paymentId: 5, status: 'ACCEPTED' }),
    { trigger: 'BOOKING_PAYMENT_INITIATED', gatewayId: 'gw-77', status: 'pending' },
  ],
  [
    'paid: the metadata is the payment provider’s, even under our key',
    envelope('BOOKING_PAID', { ...bare, metadata: { kalendsId: 'pi_1', bookingId: 9001 }, status: 'ACCEPTED' }),
    { trigger: 'BOOKING_PAID' },
  ],
  ['moved to another place', ...event('BOOKING_LOCATION_UPDATED', { ...bare, previousLocation: 'x' })],
  ['given to another host', ...event('BOOKING_REASSIGNED', bare)],
  ['a trigger about bookings that is not known yet', ...event('BOOKING_GUESTS_ADDED', bare)],
  ['a status that is not the trigger’s', ...event('BOOKING_CREATED', { ...bare, status: 'PENDING' })],
  ['a status left out', envelope('BOOKING_CANCELLED', bare), { trigger: 'BOOKING_CANCELLED', status: 'cancelled' }],
  [
    'over',
    { triggerEvent: 'MEETING_ENDED', ...flat },
    { trigger: 'MEETING_ENDED', gatewayId: 'gw-77', status: 'completed' },
  ],
  [
    'over, of a moved booking',
    { triggerEvent: 'MEETING_ENDED', ...flat, fromReschedule: 'a1Old' },
    { trigger: 'MEETING_ENDED', gatewayId: 'gw-77', status: 'completed', predecessorId: 'a1Old' },
  ],
  [
    'over, though it had been cancelled',
    { triggerEvent: 'MEETING_ENDED', ...flat, status: 'CANCELLED' },
    { trigger: 'MEETING_ENDED', gatewayId: 'gw-77' },
  ],
  ['begun', { triggerEvent: 'MEETING_STARTED', ...flat }, { trigger: 'MEETING_STARTED', gatewayId: 'gw-77' }],
  [
    'one seat cancelled is not the booking cancelled',
    envelope('BOOKING_CANCELLED', { ...bare, attendeeSeatId: 'seat-1', status: 'CANCELLED' }),
    { trigger: 'BOOKING_CANCELLED' },
  ],
  ['a seat taken', ...event('BOOKING_CREATED', { ...bare, attendeeSeatId: 'seat-1', status: 'ACCEPTED' })],
  ['an event with seats', ...event('BOOKING_CANCELLED', { ...bare, seatsPerTimeSlot: 4, status: 'CANCELLED' })],
  ['one of a series', ...event('BOOKING_CANCELLED', { ...bare, recurringEvent: { count: 3 }, status: 'CANCELLED' })],
  [
    'one of a series is over',
    { triggerEvent: 'MEETING_ENDED', ...flat, recurringEventId: 'series-1' },
    { trigger: 'MEETING_ENDED', gatewayId: 'gw-77' },
  ],
]

t.test('what each trigger says', async (t) => {
  for (const [what, body, report] of cases) {
    t.strictSame(read(body), { reports: [{ ...said, ...report }], ignored: null }, what)
  }
})

const nobody = { startsAt: null, endsAt: null, attendee: null, targetId: null }
const absence = (attendees: unknown) => ({ bookingUid: 'b7Kq2mVx', bookingId: 9001, message: 'x', attendees })

t.test('who did not come: only the booker’s absence is the booking’s', async (t) => {
  const report = { ...said, ...nobody, trigger: 'BOOKING_NO_SHOW_UPDATED' }
  const list = (booker: unknown, guest: unknown) => [
    { email: 'ida@example.net', noShow: booker },
    { email: 'guest@example.net', noShow: guest },
  ]
  for (const [attendees, status] of [
    [list(true, false), 'no_show'],
    [list(false, true), null],
    [list('true', true), null],
    [[], null],
    [null, null],
    [{ 0: { noShow: true } }, null],
  ]) {
    const found = read(envelope('BOOKING_NO_SHOW_UPDATED', absence(attendees)))
    t.strictSame(found, { reports: [{ ...report, status }], ignored: null }, JSON.stringify(attendees))
  }
})

t.test('a no-show on video is worth a look, and no more', async (t) => {
  for (const trigger of ['AFTER_HOSTS_CAL_VIDEO_NO_SHOW', 'AFTER_GUESTS_CAL_VIDEO_NO_SHOW']) {
    const [report] = read(envelope(trigger, { ...absence([{ noShow: true }]), startTime: bare.startTime })).reports
    t.match(report, { trigger, externalId: 'b7Kq2mVx', status: null })
  }
})

t.test('what concerns no booking is ignored, and why', async (t) => {
  const test = { type: 'Test', title: 'Test trigger event', startTime: bare.startTime, attendees: bare.attendees }
  const none: [unknown, RegExp][] = [
    [envelope('BOOKING_CREATED', test), /test of BOOKING_CREATED/],
    [envelope('PING', test), /test of PING/],
    [envelope('OOO_CREATED', { oooEntry: { id: 1, uuid: 'x' } }), /OOO_CREATED names no booking/],
    [envelope('FORM_SUBMITTED', { formId: 'f', responses: {} }), /FORM_SUBMITTED names no booking/],
    [envelope('WRONG_ASSIGNMENT_REPORT', { booking: { uid: 'b7Kq2mVx' } }), /names no booking/],
    [envelope('BOOKING_CANCELLED', { ...bare, uid: undefined }), /BOOKING_CANCELLED names no booking/],
    [envelope('BOOKING_CANCELLED', { ...bare, uid: '' }), /names no booking/],
    [envelope('BOOKING_CANCELLED', { ...bare, uid: 'a/../b' }), /names no booking/],
    [envelope('BOOKING_CANCELLED', { ...bare, uid: 7 }), /names no booking/],
    [envelope('RECORDING_READY', { ...bare, downloadLink: 'x' }), /RECORDING_READY changes no booking/],
    [envelope('INSTANT_MEETING', bare), /INSTANT_MEETING changes no booking/],
    [envelope('constructor', bare), /No trigger/],
    [envelope('Ida Lund <ida@example.net>', bare), /No trigger/],
    [envelope(null, bare), /No trigger/],
    [[envelope('BOOKING_CREATED', bare)], /no JSON object/],
    ['', /no JSON object/],
    ['title=Beard&who=Ida', /no JSON object/],
    ['null', /no JSON object/],
  ]
  for (const [body, why] of none) {
    const { reports, ignored } = read(body)
    t.strictSame(reports, [], String(why))
    t.match(ignored, why)
    t.notMatch(ignored, 'Ida', 'nothing of a person is in it')
  }
})

t.test('a field of another form is only not known', async (t) => {
  const odd = { startTime: 'tomorrow', endTime: 1765717200000, attendees: 'Ida', eventTypeId: '31', metadata: 'x' }
  const [report] = read(envelope('BOOKING_CREATED', { ...bare, ...odd })).reports
  t.strictSame(report, { ...said, ...nobody, status: 'accepted' })
  const [local] = read(envelope('BOOKING_CREATED', { ...bare, startTime: '2026-12-14T13:00:00' })).reports
  t.equal(local?.startsAt, null, 'a time without a zone is no instant')
  for (const value of [7, null, '', ['gw'], { id: 'gw' }]) {
    const [found] = read(envelope('BOOKING_CREATED', { ...bare, metadata: { kalendsId: value } })).reports
    t.equal(found?.gatewayId, null, JSON.stringify(value))
  }
})

t.test('an invented address is no address', async (t) => {
  for (const email of ['4740000000@sms.cal.com', 'gw-77@no-mail.example']) {
    const [report] = read(envelope('BOOKING_CREATED', { ...bare, attendees: [{ name: 'Ida Lund', email }] })).reports
    t.strictSame(report?.attendee, { name: 'Ida Lund', email: null, phone: null, timeZone: null })
  }
})

t.test('our key in the metadata is the configured one', async (t) => {
  const body = Buffer.from(JSON.stringify(envelope('BOOKING_CREATED', { ...bare, metadata: { mine: 'gw-1' } })))
  const parsed = createCalcom({ metadataKey: 'mine' }).webhook?.parse({ headers: {}, body })
  t.equal(parsed?.reports[0]?.gatewayId, 'gw-1')
})

/** Reports name a booking that can be asked for, in the forms of the contract; without reports there is a reason. */
function isSound(body: unknown): boolean {
  const { reports, ignored } = read(body)
  const sound = reports.every(
    ({ externalId, predecessorId, startsAt, gatewayId }) =>
      /^[A-Za-z0-9_-]{1,200}$/.test(externalId) &&
      predecessorId !== externalId &&
      (startsAt === null || new Date(startsAt).toISOString().replace('.000Z', 'Z') === startsAt) &&
      gatewayId !== '',
  )
  return sound && reports.length > 0 === (ignored === null)
}

t.test('no bytes and no JSON throw, and none yields a report without a booking', async () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => isSound(Buffer.from(bytes))))
  fc.assert(fc.property(fc.json(), isSound), { numRuns: 500 })
  const trigger = fc.constantFrom('BOOKING_CREATED', 'BOOKING_NO_SHOW_UPDATED', 'MEETING_ENDED', 'BOOKING_X', 'PING')
  fc.assert(
    fc.property(trigger, fc.jsonValue(), (name, payload) => isSound(envelope(name, payload))),
    { numRuns: 500 },
  )
  const keys = [...Object.keys(ours), 'bookingUid', 'rescheduleUid', 'status', 'attendeeSeatId', 'fromReschedule']
  const payload = fc.dictionary(fc.constantFrom(...keys), fc.oneof(fc.jsonValue(), fc.constantFrom('u1', 'u2', true)))
  fc.assert(
    fc.property(trigger, payload, (name, fields) => isSound(envelope(name, { ...ours, ...fields }))),
    { numRuns: 2000 },
  )
})
