import { type AppointmentView, later, type ToolResult } from '#core'
import type { Conversation } from '../conversation.ts'
import { personKey } from '../identity/name-match.ts'
import { answer, fieldsOf, said } from './answer.ts'
import { isAlike, type Wish } from './asked-booking.ts'
import { tellOf } from './find.ts'
import { standingTime } from './told-standing.ts'

/** A call that broke off booked this very visit, and its caller calls again: known by the number, and by the name. */
export async function fromBefore(conversation: Conversation, wish: Wish): Promise<ToolResult | null> {
  const { desk, tenant, call } = conversation
  const { startsAt, service } = wish
  if (call.callerNumber === null) return null
  const query = { from: startsAt, to: later(startsAt, 1), q: call.callerNumber, limit: 20 }
  const { items } = await desk.appointments.list(tenant.id, query)
  const theirs = items.find(
    (one) =>
      one.status !== 'cancelled' &&
      one.service.id === service.id &&
      one.customer.phone === call.callerNumber &&
      isAlike(wish.name, one),
  )
  if (!theirs) return null
  const isSame = personKey(tenant.id, wish.name) === personKey(tenant.id, theirs.customer.name)
  return isSame ? tellOf(conversation, [theirs]) : moveOrAdd(conversation, wish, theirs)
}

/** They have one already: at another time it may be meant to move; at this time it is the same one, or a sister's. */
export async function moveOrAdd(
  conversation: Conversation,
  { service, startsAt }: Wish,
  other: AppointmentView,
): Promise<ToolResult> {
  const { name } = other.customer
  if (other.startsAt === startsAt) {
    const when = said(conversation, startsAt)
    const fields = fieldsOf(conversation, other)
    return answer(conversation, 'SAME_OR_OTHER', { service: service.name, when, name }, { fields })
  }
  const was = await standingTime(conversation, other)
  const values = { service: service.name, was, when: said(conversation, startsAt) }
  return answer(conversation, 'MOVE_OR_ADD', values, { fields: fieldsOf(conversation, other) })
}
