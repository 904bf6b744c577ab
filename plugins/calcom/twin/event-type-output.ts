import type { TwinAccount } from './accounts.ts'
import { type BookingField, locationsOf, type TwinEventType } from './event-types.ts'

/** An event type as version 2024-06-14 shows it. */
export function eventTypeOutput(type: TwinEventType, owner: TwinAccount): Record<string, unknown> {
  const { requiresConfirmation, blockUnconfirmed, seats, recurrence } = type
  return {
    id: type.id,
    ownerId: owner.id,
    title: type.title,
    slug: type.slug,
    description: type.description,
    lengthInMinutes: type.lengthInMinutes,
    ...(type.lengthInMinutesOptions ? { lengthInMinutesOptions: type.lengthInMinutesOptions } : {}),
    locations: locationsOf(type),
    bookingFields: fieldsOf(type),
    recurrence,
    disableGuests: type.disableGuests,
    slotInterval: type.slotInterval,
    minimumBookingNotice: type.minimumBookingNotice,
    beforeEventBuffer: type.beforeEventBuffer,
    afterEventBuffer: type.afterEventBuffer,
    metadata: {},
    price: type.price,
    currency: type.currency,
    seatsPerTimeSlot: seats?.seatsPerTimeSlot ?? null,
    seats: seats ?? { disabled: true },
    confirmationPolicy: requiresConfirmation
      ? { type: 'always', blockUnconfirmedBookingsInBooker: blockUnconfirmed }
      : { disabled: true },
    requiresBookerEmailVerification: type.requiresBookerEmailVerification,
    bookingRequiresAuthentication: type.bookingRequiresAuthentication,
    disableCancelling: { disabled: type.disableCancelling },
    disableRescheduling: { disabled: type.disableRescheduling },
    hidden: type.hidden,
    isInstantEvent: false,
    lockTimeZoneToggleOnBookingPage: false,
    successRedirectUrl: null,
    forwardParamsSuccessRedirect: true,
    scheduleId: null,
    bookingWindow: { disabled: true },
    users: [userOf(owner)],
    bookingUrl: `https://app.cal.example/${owner.username}/${type.slug}`,
    ...type.other,
  }
}

/** An event type as version 2024-04-15 shows it. */
export function oldEventTypeOutput(type: TwinEventType): Record<string, unknown> {
  const { id, title, slug, description, hidden, price, currency, lengthInMinutes } = type
  return { id, title, slug, description, hidden, price, currency, length: lengthInMinutes, metadata: {} }
}

function userOf({ id, name, username, timeZone }: TwinAccount): Record<string, unknown> {
  return {
    id,
    name,
    username,
    avatarUrl: null,
    weekStart: 'Monday',
    brandColor: null,
    darkBrandColor: null,
    metadata: {},
    timeZone,
  }
}

function fieldsOf(type: TwinEventType): Record<string, unknown>[] {
  const own = (type: string, slug: string, required: boolean, hidden = false): BookingField & { isDefault: true } => {
    return { type, slug, required, hidden, isDefault: true }
  }
  return [
    own('name', 'name', true),
    own('email', 'email', type.emailRequired, !type.emailRequired),
    own('phone', 'attendeePhoneNumber', type.phoneRequired, !type.phoneRequired),
    own('radioInput', 'location', false),
    own('text', 'title', true, true),
    own('textarea', 'notes', false),
    own('multiemail', 'guests', false, type.disableGuests),
    own('textarea', 'rescheduleReason', false),
    ...type.bookingFields.map((field) => ({ ...field, isDefault: false })),
  ]
}
