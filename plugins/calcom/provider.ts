import type { CalendarProvider, Call } from '#core'
import { createAccounts } from './accounts.ts'
import { cancelBooking, createBooking, getBooking, type Means, rescheduleBooking } from './bookings.ts'
import { changesSince } from './changes.ts'
import { check } from './check.ts'
import { holdSlot, releaseHold } from './holds.ts'
import { findBookings } from './list.ts'
import { type CalcomOptions, CalcomTarget, eventTypeIdOf, isPagedByOffset, settingsOf } from './options.ts'
import { budget } from './rate-limit.ts'
import { getService, listServices } from './services.ts'
import { listSlots } from './slots.ts'
import { subscribe, unsubscribe } from './subscription.ts'
import { reportsOf } from './webhook-payload.ts'
import { isSigned } from './webhook-signature.ts'

/** Cal.com as a calendar. `now`, in milliseconds since 1970, is for tests. */
export function createCalcom(options: CalcomOptions = {}, { now = Date.now } = {}): CalendarProvider {
  const accounts = createAccounts(now)
  const by = (call: Call): Means => ({ call, settings: settingsOf(options, call.connection), accounts, now })
  const common = settingsOf(options, { options: {} })
  return {
    name: 'calcom',
    supports: {
      // Cal.com cannot search by metadata: the gateway id is found by walking its list.
      lookup: 'list',
      webhooks: true,
      changesSince: isPagedByOffset(common.versions.list),
      services: true,
      holds: true,
      reschedule: 'new_id',
      rounding: false,
      // There is no request that changes a booking's attendee or notes.
      fields: { name: false, email: false, phone: false, notes: false, price: false },
    },
    target: {
      schema: CalcomTarget,
      id: (target) => String(eventTypeIdOf(target) ?? ''),
      read: (id) => (/^[1-9]\d{0,14}$/.test(id) ? { eventTypeId: Number(id) } : null),
    },
    createBooking: (call, request) => createBooking(by(call), request),
    getBooking: (call, ref) => getBooking(by(call), ref),
    findBookings: (call, query) => findBookings(by(call), query),
    rescheduleBooking: (call, ref, request) => rescheduleBooking(by(call), ref, request),
    cancelBooking: (call, ref, reason) => cancelBooking(by(call), ref, reason),
    changesSince: (call, cursor) => changesSince(by(call), cursor),
    webhook: {
      verify: isSigned,
      parse: (request) => reportsOf(request, common),
      subscribe: (call, wanted) => subscribe(by(call), wanted),
      unsubscribe: (call, wanted) => unsubscribe(by(call), wanted),
    },
    listSlots: (call, query) => listSlots(by(call), query),
    holdSlot: (call, request) => holdSlot(by(call), request),
    releaseHold: (call, hold) => releaseHold(by(call), hold),
    services: { list: (call) => listServices(by(call)), get: (call, target) => getService(by(call), target) },
    check: (call) => check(by(call)),
    budget,
  }
}
