import type { CalendarProvider, Call, Log } from '../contract/provider.ts'
import { ProviderError } from '../contract/provider-error.ts'
import { type Outcome, unknown } from '../domain/outcome.ts'
import type { Instant } from '../domain/time.ts'

const fault = unknown('PROVIDER_FAULT')
const answering = ['createBooking', 'getBooking', 'rescheduleBooking', 'cancelBooking', 'changesSince'] as const

/**
 * A provider whose faults are answers: one that throws against its contract leaves a doubt like a calendar that does not
 * answer, and that doubt is settled, counted and in the end shown to a person. Rethrown, it would come again for ever.
 *
 * Where an answer says that its whole connection takes no calls until a moment, `limited` hears of it: a calendar may say
 * so in other ways than by status 429, which every call shows by itself.
 */
export function guarded(
  provider: CalendarProvider,
  log: Log,
  limited: (call: Call, until: Instant) => void = () => undefined,
): CalendarProvider {
  const told = (operation: string, error: unknown) => {
    log.error(
      { event: 'failed', plugin: provider.name, operation, err: error },
      'a provider threw instead of answering',
    )
    return fault
  }
  const heeded = <T>(call: Call, outcome: Outcome<T>): Outcome<T> => {
    const isOfAll = outcome.is === 'not_done' && outcome.scope === 'connection'
    if (isOfAll && typeof outcome.retry === 'object') limited(call, outcome.retry.at)
    return outcome
  }
  const safe = Object.create(provider) as CalendarProvider
  for (const operation of answering) {
    const perform = provider[operation] as ((call: Call, ...rest: unknown[]) => Promise<Outcome<unknown>>) | undefined
    if (!perform) continue
    const value = async (call: Call, ...rest: unknown[]) => {
      try {
        return heeded(call, await perform.call(provider, call, ...rest))
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
      if (!(error instanceof ProviderError)) throw new ProviderError(told('findBookings', error))
      heeded(call, error.outcome)
      throw error
    }
  }
  Object.defineProperty(safe, 'findBookings', { value: find })
  return safe
}
