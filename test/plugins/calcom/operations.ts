import { type CalendarProvider, type Call, type Outcome, ProviderError, type RemoteBooking } from '#core'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { all, bookingRequest } from './calling.ts'

/** When it is in these tests. */
export const now = Date.parse('2026-12-01T08:00:00Z')
const provider = createCalcom({}, { now: () => now })
/** The booking that is asked for. */
export const id = 'kQ9x1Zt5mY2pLw8RbVnC3d'
const target = { eventTypeId: 77 }
const ref = { externalId: id, target }
const { startsAt, endsAt } = bookingRequest()
const moveTo = { startsAt: '2026-12-01T14:00:00Z', endsAt: '2026-12-01T14:30:00Z' }
const range = { from: '2026-12-01T00:00:00Z', to: '2026-12-02T00:00:00Z', timeZone: 'UTC' }
const sought = { target, startsFrom: '2026-12-01T09:00:00Z', startsTo: '2026-12-01T09:00:00Z' }
export const hookUrl = 'https://kalends.example/calcom/c/webhook'

export const five = ['create', 'reschedule', 'cancel', 'get', 'list'] as const
export type Five = (typeof five)[number]
export type Operation =
  | Five
  | 'slots'
  | 'hold'
  | 'release'
  | 'services'
  | 'service'
  | 'subscribe'
  | 'mend'
  | 'unsubscribe'
  | 'changes'

/** An outcome in a few words: `done 09:00`, `never CODE`, `later CODE`, `parked CODE` (the whole connection), `unknown CODE`. */
export function word(outcome: Outcome<unknown>): string {
  if (outcome.is === 'unknown') return `unknown ${outcome.code}`
  if (outcome.is === 'done') return `done ${shown(outcome.value)}`
  const { code, retry, scope, successorId } = outcome
  const when = typeof retry === 'object' ? `at ${retry.at.slice(11, 19)}` : retry
  const park = scope === 'connection' ? `parked${when === 'later' ? '' : ` ${when}`}` : when
  return `${park} ${code}${successorId === undefined ? '' : ` → ${successorId}`}`
}

function shown(value: unknown): string {
  if (value === null || Array.isArray(value)) return String(value?.length ?? null)
  const { startsAt, status } = value as RemoteBooking
  return startsAt === undefined ? '' : `${startsAt.slice(11, 16)}${status === 'accepted' ? '' : ` ${status}`}`
}

/** Each operation, over the provider that the product uses. */
export const calls: Record<Operation, (calcom: CalendarProvider, call: Call) => Promise<Outcome<unknown> | undefined>> =
  {
    create: (calcom, call) => calcom.createBooking(call, bookingRequest()),
    reschedule: (calcom, call) => calcom.rescheduleBooking(call, ref, { ...bookingRequest(moveTo), reason: null }),
    cancel: (calcom, call) => calcom.cancelBooking(call, ref, null),
    get: (calcom, call) => calcom.getBooking(call, ref),
    list: (calcom, call) => found(all(calcom.findBookings(call, sought))),
    slots: async (calcom, call) => calcom.listSlots?.(call, { target, ...range }),
    hold: async (calcom, call) => calcom.holdSlot?.(call, { target, startsAt, endsAt, minutes: 5 }),
    release: async (calcom, call) => calcom.releaseHold?.(call, { id: 'hold-1', target }),
    services: async (calcom, call) => calcom.services?.list(call),
    service: async (calcom, call) => calcom.services?.get(call, target),
    subscribe: async (calcom, call) => calcom.webhook?.subscribe?.(call, { url: hookUrl, secret: 's' }),
    mend: async (calcom, call) => calcom.webhook?.subscribe?.(call, { url: hookUrl, secret: 's' }),
    unsubscribe: async (calcom, call) => calcom.webhook?.unsubscribe?.(call, { url: hookUrl }),
    changes: async (calcom, call) => calcom.changesSince?.(call, null),
  }

/** A search as an outcome. Anything but a ProviderError is a fault of the plugin's. */
async function found(search: Promise<RemoteBooking[]>): Promise<Outcome<unknown>> {
  try {
    return { is: 'done', value: await search }
  } catch (problem) {
    if (problem instanceof ProviderError) return problem.outcome
    throw problem
  }
}

/** One operation, and how it ended. */
export async function asked(operation: Operation, call: Call): Promise<string> {
  const outcome = await calls[operation](provider, call)
  return outcome === undefined ? 'nothing' : word(outcome)
}
