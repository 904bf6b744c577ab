import { type AppointmentQuery, type AppointmentView, epoch, KalendsError, later } from '#core'
import { type Conversation, notesOf } from '../conversation.ts'
import { giveAttemptBack, takeAttempt } from './attempts.ts'
import { type Facts, isAsSaid, named } from './facts.ts'

/** The appointments that a caller has proved to be theirs, soonest first and at least one; or the code of what they are told. */
export type Proof =
  | { is: 'proven'; appointments: readonly AppointmentView[] }
  | { is: 'unproven'; code: 'FACT_NEEDED' | 'FACTS_NEEDED' | 'NOT_FOUND' | 'TOO_MANY_ATTEMPTS' }

/** So many pages of 200 are looked through. */
const mostPages = 5
const dayMs = 24 * 3_600_000

/**
 * Whose appointments a caller may hear of, move and cancel. The number that they call from is one fact, since it can be
 * forged; with it one more is needed, and without it two: the name, the day or time, the reference. All that is said must
 * fit. What this very call booked is its own without asking, and does not hide what they had before. That there is none,
 * and that it is somebody else's, is one answer, and wrong ones are counted.
 */
export async function prove(conversation: Conversation, facts: Facts): Promise<Proof> {
  const own = await ownOf(conversation, facts)
  const isExact = facts.reference !== null || facts.when?.isMoment === true
  if (own.length > 0 && isExact) return proven(own)
  const before = await fromBefore(conversation, facts, own)
  if (before.is === 'proven') return proven([...own, ...before.appointments])
  return own.length > 0 ? proven(own) : before
}

/**
 * What was booked in any call. Who shows no number and finds only what they have just booked has used up an attempt: the
 * facts of a booking of one's own may be guesses at somebody else's.
 */
async function fromBefore(conversation: Conversation, facts: Facts, own: readonly AppointmentView[]): Promise<Proof> {
  const isWithheld = conversation.call.callerNumber === null
  if (named(facts) < (isWithheld ? 2 : 1)) {
    return { is: 'unproven', code: isWithheld ? 'FACTS_NEEDED' : 'FACT_NEEDED' }
  }
  if (!(await takeAttempt(conversation))) return { is: 'unproven', code: 'TOO_MANY_ATTEMPTS' }
  const found = (await candidates(conversation, facts)).filter((one) => isTheirs(conversation, facts, one))
  if (found.length === 0) return { is: 'unproven', code: 'NOT_FOUND' }
  const isMore = found.some(({ id }) => own.every((one) => one.id !== id))
  if (isMore || !isWithheld) await giveAttemptBack(conversation)
  return proven(found)
}

function proven(appointments: readonly AppointmentView[]): Proof {
  const each = [...new Map(appointments.map((appointment) => [appointment.id, appointment])).values()]
  return { is: 'proven', appointments: each.sort((a, b) => epoch(a.startsAt) - epoch(b.startsAt)) }
}

function isTheirs({ call, desk }: Conversation, facts: Facts, appointment: AppointmentView): boolean {
  if (!isAhead(appointment, desk.clock.now()) || !isAsSaid(facts, appointment)) return false
  const isTheirNumber = call.callerNumber !== null && appointment.customer.phone === call.callerNumber
  return named(facts) + (isTheirNumber ? 1 : 0) >= 2
}

function isAhead({ status, endsAt }: AppointmentView, now: string): boolean {
  return (status === 'pending' || status === 'confirmed') && epoch(endsAt) > epoch(now)
}

/** What this call booked or moved, still stands, and is as was said. */
export async function ownOf(conversation: Conversation, facts: Facts): Promise<AppointmentView[]> {
  const { desk, tenant } = conversation
  const { appointments } = await notesOf(conversation)
  const all = await Promise.all(
    appointments.map((id) =>
      desk.appointments.get(tenant.id, id).catch((error: unknown) => {
        if (error instanceof KalendsError && error.code === 'KAL_NOT_FOUND') return null
        throw error
      }),
    ),
  )
  const isOwn = (one: AppointmentView) => isAhead(one, desk.clock.now()) && isAsSaid(facts, one)
  return all.filter((one) => one !== null).filter(isOwn)
}

/** Appointments among which theirs must be, by what was said that the database can look for. */
async function candidates(conversation: Conversation, facts: Facts): Promise<AppointmentView[]> {
  const { call, desk } = conversation
  // One that has begun is theirs too, until it is over.
  const ahead = { from: later(desk.clock.now(), -dayMs) }
  const queries: AppointmentQuery[] = []
  if (call.callerNumber !== null) queries.push({ ...ahead, q: call.callerNumber })
  if (facts.when?.span) queries.push(facts.when.span)
  // By the reference nothing can be looked for, and by a name only as it is written.
  else if (facts.name !== null && named(facts) >= 2) queries.push(ahead, { ...ahead, q: facts.name })
  return (await Promise.all(queries.map((query) => listed(conversation, query)))).flat()
}

async function listed({ desk, tenant }: Conversation, query: AppointmentQuery): Promise<AppointmentView[]> {
  const items: AppointmentView[] = []
  let cursor: string | null | undefined
  for (let page = 0; page < mostPages && cursor !== null; page++) {
    const found = await desk.appointments.list(tenant.id, { ...query, limit: 200, ...(cursor ? { cursor } : {}) })
    items.push(...found.items)
    cursor = found.nextCursor
  }
  return items
}
