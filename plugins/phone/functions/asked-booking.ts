import { type AppointmentView, type BookRequest, type Instant, KalendsError, later, type ServiceView } from '#core'
import {
  type AskedBooking,
  type CallNotes,
  isUnderWay,
  withAppointment,
  withoutDid,
  withRequest,
} from '../call-notes.ts'
import { type Conversation, note, notesOf } from '../conversation.ts'
import { isSameName } from '../identity/name-match.ts'

/** What is to be booked, as far as the caller is concerned. */
export type Wish = { service: ServiceView; startsAt: Instant; name: string; phone: string; notes: string | null }

/** A booking by what it means: who, what and when, within one call. */
export type AskedFor = Pick<AskedBooking, 'key' | 'person' | 'serviceId' | 'startsAt'>

/** How the request may go on. `rival`: this person, it seems, has this service already, booked in this call. */
export type Turn = { is: 'go' } | { is: 'too_many' } | { is: 'rival'; appointment: AppointmentView }

/** Whether this very booking was asked for before in this call, and is made or being made. */
export async function isAsked(conversation: Conversation, { key }: Pick<AskedFor, 'key'>): Promise<boolean> {
  const now = conversation.desk.clock.now()
  return (await notesOf(conversation)).asked.some((one) => one.key === key && isUnderWay(one, now))
}

/** What this call has booked of the same service for other names, and still stands: by their keys, with the appointments. */
export async function bookedForOthers(
  conversation: Conversation,
  wanted: AskedFor,
): Promise<Map<string, AppointmentView>> {
  const { desk, tenant } = conversation
  const others = (await notesOf(conversation)).asked.filter(
    ({ serviceId, person }) => serviceId === wanted.serviceId && person !== wanted.person,
  )
  const found = await Promise.all(
    others.map(async ({ key, appointmentId }) =>
      appointmentId === null ? [] : [[key, await desk.appointments.get(tenant.id, appointmentId)] as const],
    ),
  )
  return new Map(found.flat().filter(([, { status }]) => status !== 'cancelled'))
}

/** Whether a name may be that of an appointment: misheard, or corrected. It may be that of a sister, too. */
export function isAlike(name: string, { customer }: AppointmentView): boolean {
  return isSameName(name, customer.name) || isSameName(customer.name, name)
}

/**
 * Writes down that it is wanted, before it is made: of two different times that come at once one is first. `alike`: the
 * keys of those that may be the same person's under another name.
 */
export async function askFor(
  conversation: Conversation,
  asked: AskedFor,
  alike: ReadonlySet<string>,
  isAdded: boolean,
): Promise<Turn> {
  const rivalIn = (notes: CallNotes, at: string) => (isAdded ? undefined : rivalOf(notes, asked, alike, at))
  for (;;) {
    const at = conversation.desk.clock.now()
    const most = conversation.settings.bookingsPerCall
    await note(conversation, (notes) => (rivalIn(notes, at) ? notes : withAsked(notes, asked, at, most)))
    const notes = await notesOf(conversation)
    if (notes.asked.some(({ key }) => key === asked.key)) return { is: 'go' }
    const rival = rivalIn(notes, at)
    if (!rival) return { is: 'too_many' }
    const standing = await stillStands(conversation, rival)
    if (standing) return { is: 'rival', appointment: standing }
    await withdraw(conversation, rival)
  }
}

/** The same visit at another time. */
function rivalOf(
  { asked }: CallNotes,
  wanted: AskedFor,
  alike: ReadonlySet<string>,
  now: string,
): AskedBooking | undefined {
  if (asked.some(({ key }) => key === wanted.key)) return undefined
  const isSameVisit = ({ key, person, serviceId }: AskedFor) =>
    alike.has(key) || (person === wanted.person && serviceId === wanted.serviceId)
  return asked.find((one) => isSameVisit(one) && isUnderWay(one, now))
}

function withAsked(notes: CallNotes, wanted: AskedFor, at: string, most: number): CallNotes {
  const current = notes.asked.filter((one) => isUnderWay(one, at))
  if (current.some(({ key }) => key === wanted.key) || current.length >= most) return { ...notes, asked: current }
  return { ...notes, asked: [...current, { ...wanted, appointmentId: null, at }] }
}

/** Null where it is cancelled meanwhile. One that is just being made is waited for. */
async function stillStands(conversation: Conversation, other: AskedBooking): Promise<AppointmentView | null> {
  const { desk, tenant } = conversation
  for (let look = 0; look < 50; look++) {
    const id = (await notesOf(conversation)).asked.find(({ key }) => key === other.key)?.appointmentId
    if (id === undefined) return null
    if (id !== null) {
      const appointment = await desk.appointments.get(tenant.id, id)
      return appointment.status === 'cancelled' ? null : appointment
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return null
}

/** It was not made, or does not stand any more: it may be asked for anew. */
export async function withdraw(conversation: Conversation, { key }: Pick<AskedFor, 'key'>): Promise<void> {
  await note(conversation, (notes) => {
    const gone = notes.asked.find((one) => one.key === key)?.appointmentId
    const rest = withoutDid(notes, ({ appointmentId }) => appointmentId === gone)
    return { ...rest, asked: notes.asked.filter((one) => one.key !== key) }
  })
}

/** So often one booking is made and cancelled and made again in a call, at the most. */
const generations = 8

/**
 * Stores the appointment once, however many ask for it at once. What was cancelled since is made anew, because a failure
 * of before is no answer to a new request; so is what was moved away, where `isAdded` says that one more is wanted.
 */
export async function makeIt(
  conversation: Conversation,
  asked: AskedFor,
  wanted: BookRequest,
  isAdded: boolean,
): Promise<AppointmentView> {
  const standing = await madeAlready(conversation, asked)
  if (standing) {
    await noteMade(conversation, asked, standing.id)
    return standing
  }
  for (let generation = 0; generation < generations; generation++) {
    const made = await bookOnce(conversation, `${asked.key}:${generation}`, wanted)
    if (made.status === 'cancelled' || (isAdded && made.startsAt !== asked.startsAt)) continue
    await noteMade(conversation, asked, made.id)
    return made
  }
  throw new KalendsError('KAL_SLOT_TAKEN', { startsAt: asked.startsAt })
}

/** What this call has made of the same wish, where it stands as it was wanted: which of its generations that is, the notes know. */
async function madeAlready(conversation: Conversation, { key, startsAt }: AskedFor): Promise<AppointmentView | null> {
  const { desk, tenant } = conversation
  const { asked } = await notesOf(conversation)
  const id = asked.find((one) => one.key === key)?.appointmentId
  const made = id ? await desk.appointments.get(tenant.id, id) : null
  return made && made.status !== 'cancelled' && made.startsAt === startsAt ? made : null
}

async function noteMade(conversation: Conversation, asked: AskedFor, appointmentId: string): Promise<void> {
  const { desk, request } = conversation
  const { key, startsAt } = asked
  const did = { operation: 'book', key, appointmentId, startsAt } as const
  await note(conversation, (notes) => {
    const before = notes.asked.find((one) => one.key === key)
    const isNew = before?.appointmentId !== appointmentId
    const others = notes.asked.filter((one) => one.key !== key)
    const made = { ...asked, appointmentId, at: before && !isNew ? before.at : desk.clock.now() }
    const turn = notes.turn + (isNew ? 1 : 0)
    return withRequest(withAppointment({ ...notes, turn, asked: [...others, made] }, appointmentId), request, { did })
  })
}

/** The appointment that this key stands for, as it is now. */
async function bookOnce(conversation: Conversation, key: string, request: BookRequest): Promise<AppointmentView> {
  const { desk, tenant, author, holder } = conversation
  const named = { ...request, metadata: { ...request.metadata, request: key } }
  try {
    const { appointment, replayed } = await desk.appointments.book(author, named, { idempotencyKey: key, holder })
    return replayed ? desk.appointments.get(tenant.id, appointment.id) : appointment
  } catch (error) {
    // The same wish in other words, such as a note that was added: what was made of the first words counts.
    const isReworded = error instanceof KalendsError && error.code === 'KAL_IDEMPOTENCY_MISMATCH'
    const earlier = isReworded ? await madeWith(conversation, key, request) : undefined
    if (!earlier) throw error
    return earlier
  }
}

async function madeWith(conversation: Conversation, key: string, { startsAt }: BookRequest) {
  const { desk, tenant } = conversation
  const isIt = ({ metadata }: AppointmentView) => metadata.request === key
  const there = await desk.appointments.list(tenant.id, { from: startsAt, to: later(startsAt, 1), limit: 200 })
  const found = there.items.find(isIt)
  if (found) return found
  // It was moved since.
  const { appointments } = await notesOf(conversation)
  const all = await Promise.all(appointments.map((id) => desk.appointments.get(tenant.id, id)))
  return all.find(isIt)
}
