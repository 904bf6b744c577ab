import {
  type AppointmentView,
  type BookRequest,
  type Instant,
  KalendsError,
  later,
  type ServiceView,
  type ToolResult,
} from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { personKey } from '../identity/name-match.ts'
import { spokenNumber } from '../identity/phone-number.ts'
import { requestKey } from '../request-key.ts'
import { answer, choicesOf, fieldsOf, said, timeOptions } from './answer.ts'
import { type AskedFor, askFor, bookedForOthers, isAlike, isAsked, makeIt, withdraw } from './asked-booking.ts'
import { tellOf } from './find.ts'
import { freeStarts } from './free.ts'
import { alternatives, startNotFree } from './not-free.ts'
import { withdrawOffers } from './offer.ts'
import { spokenStart } from './spoken-start.ts'
import { type Followed, follow, notThen } from './standing.ts'
import { standingTime } from './told-standing.ts'
import { whichService } from './which-service.ts'

/** What is to be booked, as far as the caller is concerned. */
type Wish = { service: ServiceView; startsAt: Instant; name: string; phone: string; notes: string | null }

/** A calendar that does not say in time whether a start is free is asked again by booking: it decides then. */
const lookFirst = 0.4

/**
 * Books an appointment and says how it stands with the calendar. The same person, service and start in one call are one
 * appointment, however often and however worded it is asked for; `isAdded` says that the caller wants one beside another.
 */
export async function bookAppointment(
  conversation: Conversation,
  { service: named, when, customer, notes }: CleanArguments['book_appointment'],
  isAdded: boolean,
): Promise<ToolResult> {
  const chosen = await whichService(conversation, named)
  if (chosen.is === 'answer') return chosen.answer
  const start = await spokenStart(conversation, when, chosen.service)
  if (start.is === 'answer') return start.answer
  if (customer.name === null) return answer(conversation, 'NAME_NEEDED', {})
  const phone = phoneOf(conversation, customer.phone)
  if (phone === null) return answer(conversation, 'PHONE_NEEDED', {})
  const wish = { service: chosen.service, startsAt: start.instant, name: customer.name, phone, notes }
  return bookWish(conversation, wish, isAdded)
}

/**
 * The number of whoever calls, and only where that is withheld the one that was said: models make them up, and by its
 * number a caller is known the next time. An e-mail address that was said is never used: spelled on the phone it is
 * somebody else's. Where a calendar demands one, its connection says how it is made.
 */
function phoneOf({ call, tenant }: Conversation, said: string | null): string | null {
  return call.callerNumber ?? spokenNumber(said, tenant.region)
}

async function bookWish(conversation: Conversation, wish: Wish, isAdded: boolean): Promise<ToolResult> {
  const { tenant, call } = conversation
  const { service, startsAt } = wish
  const person = personKey(tenant.id, wish.name)
  const key = requestKey(tenant.id, call.callId, 'book', person, service.id, startsAt)
  const asked: AskedFor = { key, person, serviceId: service.id, startsAt }
  const others = isAdded ? new Map<string, AppointmentView>() : await bookedForOthers(conversation, asked)
  const alike = new Map([...others].filter(([, one]) => isAlike(wish.name, one)))
  const atThatTime = (all: typeof others) => [...all.values()].find((one) => one.startsAt === startsAt)
  // Asked for again it is not free any more, because it is booked.
  if (!(await isAsked(conversation, asked))) {
    const there = atThatTime(alike)
    if (there) return moveOrAdd(conversation, wish, there)
    const refusal = await unlessFree(conversation, wish)
    if (refusal !== null && !(await isAsked(conversation, asked))) {
      // Whoever has it is on this line: the name may have been corrected beyond recognition.
      const theirs = atThatTime(others)
      if (theirs) return moveOrAdd(conversation, wish, theirs)
      return isAdded ? refusal : ((await fromBefore(conversation, wish)) ?? refusal)
    }
  }
  const turn = await askFor(conversation, asked, new Set(alike.keys()), isAdded)
  switch (turn.is) {
    case 'too_many':
      return answer(conversation, 'TOO_MANY_BOOKINGS', {})
    case 'rival':
      return moveOrAdd(conversation, wish, turn.appointment)
    case 'go':
      return store(conversation, wish, asked, isAdded)
  }
}

/** A call that broke off booked this very visit, and its caller calls again: known by the number, and by the name. */
async function fromBefore(conversation: Conversation, wish: Wish): Promise<ToolResult | null> {
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

/** What stands against a start, with others near it; null where it is free, or where nobody can tell. */
async function unlessFree(conversation: Conversation, { service, startsAt }: Wish): Promise<ToolResult | null> {
  const ms = conversation.settings.changeMs * lookFirst
  const range = { from: startsAt, to: later(startsAt, 1) }
  const free = await freeStarts(conversation, service, range, Math.min(ms, conversation.settings.lookupMs))
  if (free.is === 'not_bookable') return answer(conversation, 'SERVICE_NOT_BOOKABLE', { service: service.name })
  if (free.is === 'unknown' || free.starts.includes(startsAt)) return null
  return startNotFree(conversation, service, startsAt)
}

async function store(conversation: Conversation, wish: Wish, asked: AskedFor, isAdded: boolean): Promise<ToolResult> {
  const made = await makeIt(conversation, asked, requestOf(conversation, wish), isAdded).catch(
    async (error: unknown) => {
      await withdraw(conversation, asked)
      if (error instanceof KalendsError) return error
      throw error
    },
  )
  if (made instanceof KalendsError) return refused(conversation, wish, made)
  // It was moved since it was booked: the same words may mean the old appointment, or one more.
  if (made.startsAt !== wish.startsAt) return moveOrAdd(conversation, wish, made)
  return outcome(conversation, wish, asked, await follow(conversation, made, 'book'))
}

function requestOf({ call, language }: Conversation, { service, startsAt, name, phone, notes }: Wish): BookRequest {
  const customer = { name, phone, language }
  return { serviceId: service.id, startsAt, customer, notes, metadata: { callId: call.callId } }
}

async function outcome(
  conversation: Conversation,
  wish: Wish,
  asked: AskedFor,
  { standing, appointment }: Followed,
): Promise<ToolResult> {
  const { service, startsAt } = wish
  const spoken = { service: service.name, when: said(conversation, startsAt) }
  // "Confirmed" is also what is gone as wanted: another turn of the same request may have taken it back.
  if (appointment.status === 'cancelled') return slotTaken(conversation, wish)
  if (appointment.startsAt !== startsAt) return moveOrAdd(conversation, wish, appointment)
  const fields = fieldsOf(conversation, appointment)
  const about = { ...spoken, name: appointment.customer.name, ref: String(fields.appointment_ref) }
  switch (standing.is) {
    case 'confirmed':
      await withdrawOffers(conversation)
      return answer(conversation, 'BOOKED', about, { success: true, fields })
    case 'requested':
      await withdrawOffers(conversation)
      return answer(conversation, 'REQUESTED', about, { success: true, fields })
    case 'pending':
      return answer(conversation, 'PENDING', spoken, { fields })
    case 'refused':
      if (!notThen.has(standing.code)) return answer(conversation, 'NOT_BOOKED', spoken)
      await takeBack(conversation, asked, appointment.id)
      return slotTaken(conversation, wish)
  }
}

/** The calendar has somebody else there, and the caller hears it: nothing of theirs may be left waiting for that time. */
async function takeBack(conversation: Conversation, asked: AskedFor, appointmentId: string): Promise<void> {
  const { desk, author } = conversation
  await withdraw(conversation, asked)
  await desk.appointments.cancel(author, appointmentId, { reason: 'The time was taken, and the caller was told so.' })
}

async function slotTaken(conversation: Conversation, { service, startsAt }: Wish): Promise<ToolResult> {
  const options = timeOptions(conversation, await alternatives(conversation, service, startsAt))
  const values = { service: service.name, when: said(conversation, startsAt), choices: choicesOf(options) }
  return answer(conversation, 'SLOT_TAKEN', values, { options, fields: { service: service.name } })
}

/** They have one already: at another time it may be meant to move; at this time it is the same one, or a sister's. */
async function moveOrAdd(
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

/** What core refuses before anything is stored. */
async function refused(conversation: Conversation, wish: Wish, error: KalendsError): Promise<ToolResult> {
  const { service } = wish
  switch (error.code) {
    case 'KAL_SLOT_TAKEN':
      return slotTaken(conversation, wish)
    case 'KAL_SERVICE_NOT_BOOKABLE':
    case 'KAL_SERVICE_UNKNOWN':
      return answer(conversation, 'SERVICE_NOT_BOOKABLE', { service: service.name })
    case 'KAL_PHONE_INVALID':
    case 'KAL_CONTACT_REQUIRED':
      return answer(conversation, 'PHONE_NEEDED', {})
    case 'KAL_TIME_PAST':
    case 'KAL_TIME_TOO_FAR':
      return answer(conversation, 'NONE_AVAILABLE', { service: service.name })
    default:
      throw error
  }
}
