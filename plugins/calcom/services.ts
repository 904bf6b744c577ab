import { done, notDone, type Outcome, type RemoteService, unknown } from '#core'
import type { Means } from './bookings.ts'
import { ask } from './client.ts'
import { eventTypeIdOf } from './options.ts'
import { failure, isGone } from './outcomes.ts'
import { type CalcomEventType, eventType, eventTypes } from './replies.ts'

/** All event types of the account, hidden ones too. */
export async function listServices(means: Means): Promise<Outcome<readonly RemoteService[]>> {
  const answer = await ask(means.call, means.settings, {
    operation: 'services',
    version: 'eventTypes',
    path: 'event-types',
  })
  if (answer.is !== 'data') return failure('services', answer, { now: means.now() })
  return eventTypes.Check(answer.data) ? done(answer.data.map(remoteService)) : unknown('REPLY_UNREADABLE')
}

/** One event type; `done(null)` only for Cal.com's own "not found" about this very id. */
export async function getService(
  means: Means,
  target: Record<string, unknown>,
): Promise<Outcome<RemoteService | null>> {
  const id = eventTypeIdOf(target)
  if (id === null) return notDone('TARGET_INVALID')
  const answer = await ask(means.call, means.settings, {
    operation: 'service',
    version: 'eventTypes',
    path: `event-types/${id}`,
  })
  if (isGone('service', answer, { id: String(id), now: means.now() })) return done(null)
  if (answer.is !== 'data') return failure('service', answer, { now: means.now() })
  return eventType.Check(answer.data) && answer.data.id === id
    ? done(remoteService(answer.data))
    : unknown('REPLY_UNREADABLE')
}

/** An event type in our words. */
export function remoteService(type: CalcomEventType): RemoteService {
  return {
    externalId: String(type.id),
    target: { eventTypeId: type.id },
    name: type.title,
    slug: type.slug ?? null,
    description: type.description || null,
    durationMinutes: type.lengthInMinutes,
    ...priceOf(type),
    hidden: type.hidden === true,
    problem: problemOf(type),
  }
}

// Cal.com counts in the smallest unit of the currency, and says 0 where no price is set at all.
function priceOf({ price, currency }: CalcomEventType): Pick<RemoteService, 'price' | 'currency'> {
  const code = currency?.toUpperCase() ?? ''
  if (!price || !/^[A-Z]{3}$/.test(code)) return { price: null, currency: null }
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2
  return { price: (price / 10 ** digits).toFixed(digits), currency: code }
}

type Field = NonNullable<CalcomEventType['bookingFields']>[number]

/** Fields that a create of ours fills. */
const filled = new Set([
  'name',
  'email',
  'phone',
  'attendeePhoneNumber',
  'smsReminderNumber',
  'location',
  'rescheduleReason',
])

/**
 * What keeps an event type from being linked: a single booking of a known length, made by a program on the customer's
 * behalf, must be possible on it.
 */
function problemOf(type: CalcomEventType): string | null {
  if (isOn(type.recurrence)) return 'RECURRING'
  if (isOn(type.seats) || isOn(type.seatsPerTimeSlot)) return 'SEATED'
  if (new Set([type.lengthInMinutes, ...(type.lengthInMinutesOptions ?? [])]).size > 1) return 'SEVERAL_LENGTHS'
  if (type.isInstantEvent === true) return 'INSTANT'
  if (type.requiresBookerEmailVerification === true) return 'EMAIL_VERIFICATION'
  return type.bookingFields?.some(isDemanded) ? 'REQUIRED_FIELDS' : null
}

// Every event type has the default field "title", required and hidden: Cal.com fills it itself. A hidden field of the
// owner's own is demanded of an API all the same.
function isDemanded({ slug, type, required, hidden, isDefault }: Field): boolean {
  return required === true && !(isDefault === true && hidden === true) && !filled.has(slug ?? type ?? '')
}

/** Switched off is null, missing, 0 or `{ disabled: true }`. */
function isOn(setting: unknown): boolean {
  if (typeof setting === 'object' && setting !== null) return !('disabled' in setting && setting.disabled === true)
  return Boolean(setting)
}
