import { type AppointmentView, type BookRequest, KalendsError, later, type ToolResult } from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { personKey } from '../identity/name-match.ts'
import { spokenNumber } from '../identity/phone-number.ts'
import { requestKey } from '../request-key.ts'
import { fromBefore, moveOrAdd } from './already-booked.ts'
import { answer, choicesOf, fieldsOf, said, timeOptions } from './answer.ts'
import {
  type AskedFor,
  askFor,
  bookedForOthers,
  isAlike,
  isAsked,
  makeIt,
  type Wish,
  withdraw,
} from './asked-booking.ts'
import { freeStarts } from './free.ts'
import { alternatives, startNotFree } from './not-free.ts'
import { withdrawOffers } from './offer.ts'
import { spokenStart } from './spoken-start.ts'
import { type Followed, follow, notThen } from './standing.ts'
import { whichService } from './which-service.ts'

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
    const isFree = await mayBeFree(conversation, wish)
    if (isFree !== 'yes' && !(await isAsked(conversation, asked))) {
      if (isFree === 'never') return answer(conversation, 'SERVICE_NOT_BOOKABLE', { service: service.name })
      // Whoever has it may be on this line: the name may have been corrected beyond recognition.
      const theirs = atThatTime(others)
      if (theirs) return moveOrAdd(conversation, wish, theirs)
      const before = isAdded ? null : await fromBefore(conversation, wish)
      return before ?? startNotFree(conversation, service, startsAt)
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

/** Yes also where nobody can tell: then the calendar decides when it is asked to book. */
async function mayBeFree(conversation: Conversation, { service, startsAt }: Wish): Promise<'yes' | 'no' | 'never'> {
  const ms = conversation.settings.changeMs * lookFirst
  const range = { from: startsAt, to: later(startsAt, 1) }
  const free = await freeStarts(conversation, service, range, Math.min(ms, conversation.settings.lookupMs))
  if (free.is === 'not_bookable') return 'never'
  return free.is === 'unknown' || free.starts.includes(startsAt) ? 'yes' : 'no'
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
