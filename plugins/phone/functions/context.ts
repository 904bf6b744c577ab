import type { ToolResult } from '#core'
import type { Conversation } from '../conversation.ts'
import { localDay, localTime } from '../local-time.ts'
import { answer, said } from './answer.ts'

/**
 * Says what time it is where the business is. Of the caller only whether their number is shown: that it is a
 * customer's is nothing to tell whoever shows that number.
 */
export async function getCurrentContext(conversation: Conversation): Promise<ToolResult> {
  const { desk, tenant, call, language } = conversation
  const now = desk.clock.now()
  const fields = {
    now: localTime(now, tenant.timeZone),
    today: localDay(now, tenant.timeZone),
    weekday: new Intl.DateTimeFormat(language, { timeZone: tenant.timeZone, weekday: 'long' }).format(Date.parse(now)),
    time_zone: tenant.timeZone,
    business: tenant.name,
    caller_number: call.callerNumber === null ? 'withheld' : 'shown',
  }
  return answer(
    conversation,
    'CONTEXT',
    { now: said(conversation, now), zone: tenant.timeZone },
    { success: true, fields },
  )
}
