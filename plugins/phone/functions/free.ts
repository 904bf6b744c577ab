import { epoch, type Instant, KalendsError, later, type ServiceView } from '#core'
import { type Conversation, leftMs } from '../conversation.ts'
import { withinMs } from '../deadline.ts'
import { keepHours } from './known-hours.ts'

/** The free starts of a stretch; `unknown` where the calendar could not be asked, or not in time: then nothing is free or taken. */
export type Free = { is: 'known'; starts: readonly Instant[] } | { is: 'unknown' } | { is: 'not_bookable' }

/** Further ahead than this no calendar is asked in one go. */
const furthestMs = 60 * 24 * 3_600_000

/** What is free for this call from one moment up to another; what it was offered itself counts as free. */
export async function freeStarts(
  conversation: Conversation,
  service: ServiceView,
  range: { from: Instant; to: Instant },
  ms = leftMs(conversation),
): Promise<Free> {
  const { desk, tenant, holder } = conversation
  const { from } = range
  const to = epoch(range.to) - epoch(from) > furthestMs ? later(from, furthestMs) : range.to
  const query = { serviceId: service.id, from, to }
  const asked = desk.availability.find(tenant.id, query, { holder }).then(
    async ({ items }): Promise<Free> => {
      const starts = items.map(({ startsAt }) => startsAt)
      await keepHours(conversation, service, starts)
      return { is: 'known', starts }
    },
    (error: unknown): Free => {
      if (!(error instanceof KalendsError)) throw error
      const isGone = error.code === 'KAL_SERVICE_NOT_BOOKABLE' || error.code === 'KAL_SERVICE_UNKNOWN'
      return isGone ? { is: 'not_bookable' } : { is: 'unknown' }
    },
  )
  return withinMs<Free, Free>(asked, ms, () => ({ is: 'unknown' }))
}
