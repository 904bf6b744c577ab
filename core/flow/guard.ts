import type { CalendarProvider, Log } from '../contract/provider.ts'
import { ProviderError } from '../contract/provider-error.ts'
import { unknown } from '../domain/outcome.ts'

const fault = unknown('PROVIDER_FAULT')
const answering = ['createBooking', 'getBooking', 'rescheduleBooking', 'cancelBooking', 'changesSince'] as const

/**
 * A provider whose faults are answers: one that throws against its contract leaves a doubt like a calendar that does not
 * answer, and that doubt is settled, counted and in the end shown to a person. Rethrown, it would come again for ever.
 */
export function guarded(provider: CalendarProvider, log: Log): CalendarProvider {
  const told = (operation: string, error: unknown) => {
    log.error(
      { event: 'failed', plugin: provider.name, operation, err: error },
      'a provider threw instead of answering',
    )
    return fault
  }
  const safe = Object.create(provider) as CalendarProvider
  for (const operation of answering) {
    const call = provider[operation] as ((...args: unknown[]) => Promise<unknown>) | undefined
    if (!call) continue
    const value = async (...args: unknown[]) => {
      try {
        return await call.apply(provider, args)
      } catch (error) {
        return told(operation, error)
      }
    }
    Object.defineProperty(safe, operation, { value })
  }
  const find: CalendarProvider['findBookings'] = async function* (call, query) {
    try {
      yield* provider.findBookings(call, query)
    } catch (error) {
      throw error instanceof ProviderError ? error : new ProviderError(told('findBookings', error))
    }
  }
  Object.defineProperty(safe, 'findBookings', { value: find })
  return safe
}
