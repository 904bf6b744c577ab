import { Type } from 'typebox'
import {
  AppointmentPage,
  AppointmentQuery,
  AppointmentView,
  BookRequest,
  CancelRequest,
  EditRequest,
  type Gateway,
  KalendsError,
  RescheduleRequest,
  Timeline,
} from '#core'
import { authorOf, tenantOf } from '../author.ts'
import { ById, route, typed } from '../route.ts'

const base = '/api/v1/appointments'
const one = { params: ById, response: { 200: AppointmentView } }

const BookHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: '1 to 255 printable ASCII characters; the same key and body are booked once' }),
  ),
})

/** The changes themselves: book, reschedule, cancel, edit, and the questions about them. */
export function appointmentRoutes(gateway: Gateway): void {
  const http = typed(gateway)
  const { appointments } = gateway

  http.get(
    base,
    route('viewer', 'listAppointments', 'Lists appointments, filtered, a page at a time.', {
      querystring: AppointmentQuery,
      response: { 200: AppointmentPage },
    }),
    (request) => appointments.list(tenantOf(request), request.query),
  )

  http.post(
    base,
    route('desk', 'bookAppointment', 'Books an appointment; the calendars follow.', {
      headers: BookHeaders,
      body: BookRequest,
      response: { 201: AppointmentView },
    }),
    async (request, reply) => {
      const idempotencyKey = usableKey(request.headers['idempotency-key'])
      const booked = await appointments.book(authorOf(request), request.body, { idempotencyKey })
      // A replay answers as the first time did, status included, so that a program need not tell the two apart.
      if (booked.replayed) reply.header('idempotent-replayed', 'true')
      return reply.code(201).header('location', `${base}/${booked.appointment.id}`).send(booked.appointment)
    },
  )

  http.get(`${base}/:id`, route('viewer', 'getAppointment', 'Shows an appointment.', one), (request) =>
    appointments.get(tenantOf(request), request.params.id),
  )

  http.patch(
    `${base}/:id`,
    route('desk', 'editAppointment', 'Changes the fields that are sent; a new startsAt is a reschedule.', {
      ...one,
      body: EditRequest,
    }),
    (request) => appointments.edit(authorOf(request), request.params.id, request.body),
  )

  http.post(
    `${base}/:id/reschedule`,
    route('desk', 'rescheduleAppointment', 'Moves an appointment to another time.', {
      ...one,
      body: RescheduleRequest,
    }),
    (request) => appointments.reschedule(authorOf(request), request.params.id, request.body),
  )

  http.post(
    `${base}/:id/cancel`,
    route('desk', 'cancelAppointment', 'Cancels an appointment; twice is once.', { ...one, body: CancelRequest }),
    (request) => appointments.cancel(authorOf(request), request.params.id, request.body),
  )

  http.post(
    `${base}/:id/retry-sync`,
    route('manager', 'retrySync', 'Tries again at once to bring the calendars into agreement.', one),
    (request) => appointments.retrySync(authorOf(request), request.params.id),
  )

  http.post(
    `${base}/:id/verify`,
    route('manager', 'verifyAppointment', 'Reads every booking back from its calendar and records what is true.', one),
    (request) => appointments.verify(authorOf(request), request.params.id),
  )

  http.get(
    `${base}/:id/timeline`,
    route('viewer', 'getTimeline', 'Tells everything that happened to an appointment, in order.', {
      params: ById,
      response: { 200: Timeline },
    }),
    (request) => appointments.timeline(tenantOf(request), request.params.id),
  )
}

function usableKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x20-\x7e]{1,255}$/.test(key)) return key
  throw new KalendsError('KAL_IDEMPOTENCY_KEY')
}
