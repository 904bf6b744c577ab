import type { CalendarProvider, Call } from '#core'
import { cancelBooking, createBooking, getBooking, type Means, rescheduleBooking } from './bookings.ts'
import { check } from './check.ts'
import { findBookings } from './list.ts'
import { type CalcomOptions, CalcomTarget, eventTypeIdOf, settingsOf } from './options.ts'
import { getService, listServices } from './services.ts'
import { listSlots } from './slots.ts'

/** Cal.com as a calendar. `now`, in milliseconds since 1970, is for tests. */
export function createCalcom(options: CalcomOptions = {}, { now = Date.now } = {}): CalendarProvider {
  const by = (call: Call): Means => ({ call, settings: settingsOf(options, call.connection), now })
  return {
    name: 'calcom',
    supports: {
      // Cal.com cannot search by metadata: the gateway id is found by walking its list.
      lookup: 'list',
      webhooks: false,
      changesSince: false,
      services: true,
      holds: false,
      reschedule: 'new_id',
      rounding: false,
      // There is no request that changes a booking's attendee or notes.
      fields: { name: false, email: false, phone: false, notes: false, price: false },
    },
    target: { schema: CalcomTarget, id: (target) => String(eventTypeIdOf(target) ?? '') },
    createBooking: (call, request) => createBooking(by(call), request),
    getBooking: (call, ref) => getBooking(by(call), ref),
    findBookings: (call, query) => findBookings(by(call), query),
    rescheduleBooking: (call, ref, request) => rescheduleBooking(by(call), ref, request),
    cancelBooking: (call, ref, reason) => cancelBooking(by(call), ref, reason),
    listSlots: (call, query) => listSlots(by(call), query),
    services: { list: (call) => listServices(by(call)), get: (call, target) => getService(by(call), target) },
    check: (call) => check(by(call)),
  }
}
