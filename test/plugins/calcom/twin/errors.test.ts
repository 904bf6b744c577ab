import t from 'tap'
import type { EventTypeInput } from '../../../../plugins/calcom/twin/index.ts'
import { now, openSalon, type Salon, wish } from './salon.ts'

type Case = {
  name: string
  type?: Partial<EventTypeInput>
  /** Fields of the create, or a whole story that answers the call to look at. */
  body?: Record<string, unknown>
  story?: (salon: Salon, typeId: number) => ReturnType<Salon['call']>
  status: number
  message: string
  envelope?: 'http' | 'zod' | 'trpc' | 'bare'
}

const booked = async ({ call }: Salon, typeId: number, fields = {}) =>
  (await call('POST', '/bookings', wish(typeId, fields))).body.data.uid as string

const cancel = { cancellationReason: 'ill' }

const cases: Case[] = [
  { name: 'no start', body: { start: undefined }, status: 400, message: 'start property is wrong,' },
  { name: 'a start that is no time', body: { start: 'soon' }, status: 400, message: 'start property is wrong,' },
  {
    name: 'an unknown field',
    body: { note: 'x' },
    status: 400,
    message: 'note property is wrong,property note should not exist',
  },
  { name: 'a field of the hosted service', body: { allowConflicts: true }, status: 400, message: 'should not exist' },
  {
    name: 'no event type',
    body: { eventTypeId: undefined },
    status: 400,
    message: 'Either eventTypeId or eventTypeSlug + username or eventTypeSlug + teamSlug must be provided',
  },
  {
    name: 'no contact',
    body: { attendee: { name: 'Max', timeZone: 'Europe/Berlin' } },
    status: 400,
    message: 'Attendee must have at least one contact method',
  },
  {
    name: 'a national phone number',
    body: { attendee: { name: 'Max', timeZone: 'Europe/Berlin', phoneNumber: '030 1234' } },
    status: 400,
    message: 'Invalid phone number format. Please use international format.',
  },
  {
    name: 'an unknown zone',
    body: { attendee: { name: 'Max', timeZone: 'Europe/Nowhere', email: 'max@example.org' } },
    status: 400,
    message: 'timeZone property is wrong,',
  },
  {
    name: 'too much metadata',
    body: { metadata: { key: 'x'.repeat(501) } },
    status: 400,
    message: 'Metadata must have at most 50 keys',
  },
  {
    name: 'an unknown event type',
    body: { eventTypeId: 999 },
    status: 404,
    message: 'Event type with id 999 not found.',
  },
  {
    name: 'a start in the past',
    body: { start: '2026-06-30T08:00:00Z' },
    status: 400,
    message: 'Attempting to book a meeting in the past.',
  },
  {
    name: 'too soon',
    type: { minimumBookingNotice: 60 },
    body: { start: '2026-07-01T08:59:00Z' },
    status: 400,
    message: 'The event type can\'t be booked at the "start" time provided',
  },
  {
    name: 'beyond the window',
    type: { other: { bookingWindow: { type: 'calendarDays', value: 3 } } },
    body: { start: '2026-07-04T08:01:00Z' },
    status: 400,
    message: 'The event type can\'t be booked at the "start" time provided',
  },
  {
    name: 'a question not answered',
    type: { bookingFields: [{ type: 'text', slug: 'hair', required: true }] },
    status: 400,
    message: 'Missing required booking field response: hair',
  },
  {
    name: 'an answer of another type',
    type: { bookingFields: [{ type: 'number', slug: 'age' }] },
    body: { bookingFieldsResponses: { age: 'old' } },
    status: 400,
    message: "Invalid type for booking field 'age'",
  },
  {
    name: 'an answer that is no option',
    type: { bookingFields: [{ type: 'select', slug: 'colour', options: ['red'] }] },
    body: { bookingFieldsResponses: { colour: 'blue' } },
    status: 400,
    message: "Invalid option 'blue' for booking field",
  },
  {
    name: 'no phone where one is needed',
    type: { phoneOnly: true },
    status: 400,
    message: 'Missing attendee phone number',
  },
  {
    name: 'a length where there is one',
    body: { lengthInMinutes: 45 },
    status: 400,
    message: "Can't specify 'lengthInMinutes'",
  },
  {
    name: 'a length that is not offered',
    type: { lengthInMinutesOptions: [30, 60] },
    body: { lengthInMinutes: 45 },
    status: 400,
    message: "Provided 'lengthInMinutes' is not one of",
  },
  {
    name: 'a place that is not offered',
    type: { locations: [{ type: 'address', address: 'Main St 1' }] },
    body: { location: { type: 'phone' } },
    status: 400,
    message: 'Booking location with type phone not valid for event type',
  },
  {
    name: 'no e-mail where one is needed',
    body: { attendee: { name: 'Max', timeZone: 'Europe/Berlin', phoneNumber: '+4915112345678' } },
    status: 400,
    message: 'responses - {email}error_required_field, ',
    envelope: 'zod',
  },
  {
    name: 'e-mail verification',
    type: { requiresBookerEmailVerification: true },
    status: 400,
    message: 'email_verification_required',
    envelope: 'bare',
  },
  {
    name: 'a taken slot',
    story: async (salon, id) => {
      await booked(salon, id)
      return salon.call('POST', '/bookings', wish(id, { start: '2026-07-02T08:29:00Z' }))
    },
    status: 400,
    message: 'User either already has booking at this time or is not available',
  },
  {
    name: 'a slot inside a buffer',
    type: { afterEventBuffer: 10 },
    story: async (salon, id) => {
      await booked(salon, id)
      return salon.call('POST', '/bookings', wish(id, { start: '2026-07-02T08:39:00Z' }))
    },
    status: 400,
    message: 'User either already has booking at this time or is not available',
  },
  {
    name: 'an exact race',
    story: async (salon, id) => {
      salon.twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 60, times: 2 })
      const replies = await Promise.all([1, 2].map(() => salon.call('POST', '/bookings', wish(id))))
      return replies.find((reply) => reply.status !== 201) as (typeof replies)[0]
    },
    status: 409,
    message: 'booking_conflict_error',
    envelope: 'bare',
  },
  {
    name: 'too many of one booker',
    type: { bookerActiveBookingsLimit: 1 },
    story: async (salon, id) => {
      await booked(salon, id)
      return salon.call('POST', '/bookings', wish(id, { start: '2026-07-02T12:00:00Z' }))
    },
    status: 400,
    message: 'maximum number of active bookings has been reached',
  },
  {
    name: 'no seat left',
    type: { seats: { seatsPerTimeSlot: 1 } },
    story: async (salon, id) => {
      await booked(salon, id)
      return salon.call('POST', '/bookings', wish(id))
    },
    status: 409,
    message: 'No more seats left at this seated booking.',
  },
  {
    name: 'reading what is not',
    story: ({ call }) => call('GET', '/bookings/nil'),
    status: 404,
    message: 'Booking with uid=nil was not found in the database',
  },
  {
    name: 'cancelling what is not',
    story: ({ call }) => call('POST', '/bookings/nil/cancel', cancel),
    status: 404,
    message: 'Booking with uid=nil not found',
  },
  {
    name: 'cancelling twice',
    story: async (salon, id) => {
      const uid = await booked(salon, id)
      await salon.call('POST', `/bookings/${uid}/cancel`, cancel)
      return salon.call('POST', `/bookings/${uid}/cancel`, cancel)
    },
    status: 400,
    message: 'because it has been cancelled already',
  },
  {
    name: 'cancelling where that is off',
    type: { disableCancelling: true },
    story: async (salon, id) => salon.call('POST', `/bookings/${await booked(salon, id)}/cancel`, cancel),
    status: 400,
    message: 'This event type does not allow cancellations',
    envelope: 'bare',
  },
  {
    name: 'moving a cancelled one',
    story: async (salon, id) => {
      const uid = await booked(salon, id)
      await salon.call('POST', `/bookings/${uid}/cancel`, cancel)
      return salon.call('POST', `/bookings/${uid}/reschedule`, { start: '2026-07-03T08:00:00Z' })
    },
    status: 400,
    message: 'because it has been cancelled',
  },
  {
    name: 'moving a seat without naming it',
    type: { seats: { seatsPerTimeSlot: 2 } },
    story: async (salon, id) =>
      salon.call('POST', `/bookings/${await booked(salon, id)}/reschedule`, { start: '2026-07-03T08:00:00Z' }),
    status: 400,
    message: 'is a seated booking which means you have to provide seatUid',
  },
  {
    name: 'moving within the notice',
    type: { minimumRescheduleNotice: 2_000 },
    story: async (salon, id) =>
      salon.call('POST', `/bookings/${await booked(salon, id)}/reschedule`, { start: '2026-07-03T08:00:00Z' }),
    status: 403,
    message: 'Rescheduling is not allowed within the minimum notice period',
    envelope: 'bare',
  },
  {
    name: 'confirming what is confirmed',
    story: async (salon, id) => salon.call('POST', `/bookings/${await booked(salon, id)}/confirm`),
    status: 400,
    message: 'Booking already confirmed',
    envelope: 'trpc',
  },
  {
    name: 'absence before the start',
    story: async (salon, id) => salon.call('POST', `/bookings/${await booked(salon, id)}/mark-absent`, { host: true }),
    status: 400,
    message: 'Bookings can only be marked as absent after their scheduled start time',
  },
  {
    name: 'a bad key where none is needed',
    story: ({ call }, id) => call('POST', '/bookings', wish(id), { authorization: 'Bearer cal_wrong' }),
    status: 401,
    message: 'CustomThrottlerGuard - Invalid API Key',
  },
  {
    name: 'no key where one is needed',
    story: ({ call }) => call('GET', '/me', undefined, { authorization: '' }),
    status: 401,
    message: 'ApiAuthStrategy - No authentication method provided',
  },
]

const codes: Record<number, string> = {
  400: 'BadRequestException',
  401: 'UnauthorizedException',
  403: 'ForbiddenException',
  404: 'NotFoundException',
  409: 'ConflictException',
}

for (const { name, type, body, story, status, message, envelope = 'http' } of cases) {
  t.test(name, async (t) => {
    const salon = await openSalon(t)
    const { id } = salon.twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30, ...type })
    const answer = await (story ? story(salon, id) : salon.call('POST', '/bookings', wish(id, body)))
    t.equal(answer.status, status)
    t.match(answer.headers.get('x-request-id'), /^[0-9a-f-]{36}$/)
    const found = answer.body.error?.message ?? answer.body.message
    t.ok(found.includes(message), `"${found}" has "${message}"`)
    if (envelope === 'bare') return t.strictSame(answer.body, { statusCode: status, message: found })
    t.equal(answer.body.status, 'error')
    t.equal(answer.body.timestamp, new Date(now).toISOString())
    t.ok(answer.body.path.startsWith('/v2/'))
    if (envelope === 'http') return t.match(answer.body.error, { code: codes[status], details: { statusCode: status } })
    t.strictSame(Object.keys(answer.body.error), ['code', 'message'])
    t.equal(answer.body.error.code, envelope === 'zod' ? 'BAD_REQUEST' : 'TRPCError')
  })
}

t.test('a refused booking leaves nothing behind', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  await call('POST', '/bookings', wish(id, { extra: 1 }))
  t.strictSame(twin.bookings(), [])
})

t.test('the hosted service wants a reason for a cancel', async (t) => {
  const { twin, call } = await openSalon(t, { profile: 'hosted' })
  const { id } = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  const { body } = await call('POST', '/bookings', wish(id), { 'cal-api-version': '2026-02-25' })
  t.match(await call('POST', `/bookings/${body.data.uid}/cancel`), {
    status: 400,
    body: { message: 'Cancellation reason is required' },
  })
  t.match(await call('POST', `/bookings/${body.data.uid}/cancel`, cancel), {
    status: 200,
    body: { data: { status: 'cancelled' } },
  })
})
