import { epoch, type Instant, KalendsError, minutesLater, type ServiceView } from '#core'
import type { Offer } from '../call-notes.ts'
import { type Conversation, leftMs, note, notesOf } from '../conversation.ts'
import { withinMs } from '../deadline.ts'

/** A voice can offer so many times before the first is forgotten. */
export const mostOptions = 3
/** So many times a call holds at the most, however many services it asks for at once. */
const mostHeld = 2 * mostOptions
/** No hold is waited for in the last milliseconds: what is offered has still to be noted, and what is free to be said. */
const notingMs = 300

/** Starts that do not overlap, so that all of them can be kept at once. In order. */
function apart(starts: readonly Instant[], minutes: number): Instant[] {
  const kept: Instant[] = []
  for (const start of starts) {
    const last = kept.at(-1)
    if (last === undefined || epoch(start) >= epoch(minutesLater(last, minutes))) kept.push(start)
  }
  return kept
}

/** The starts nearest to a moment, nearest first. */
export function nearest(starts: readonly Instant[], wanted: Instant): Instant[] {
  const away = (start: Instant) => Math.abs(epoch(start) - epoch(wanted))
  return [...starts].sort((a, b) => away(a) - away(b) || epoch(a) - epoch(b))
}

/** Starts from all over a stretch of time, the best choice first: "Tuesday" is not only Tuesday at eight. */
export function spread(starts: readonly Instant[], minutes: number): Instant[] {
  const free = apart(starts, minutes)
  if (free.length <= mostOptions) return free
  const middles = Array.from({ length: mostOptions }, (_, n) =>
    Math.floor(((2 * n + 1) * free.length) / (2 * mostOptions)),
  )
  const chosen = middles.flatMap((n) => free[n] ?? [])
  return [...chosen, ...free.filter((start) => !chosen.includes(start))]
}

/**
 * Offers the first three of these starts that can be kept for the call, in the order of time, and gives back what was
 * offered of this service before. A start that somebody was faster at is passed over; one that could not be kept in time
 * is offered all the same, since an offer is no promise.
 */
export async function offer(
  conversation: Conversation,
  service: ServiceView,
  starts: readonly Instant[],
): Promise<Instant[]> {
  const offers: Offer[] = []
  const tried = new Set<Instant>()
  while (offers.length < mostOptions && leftMs(conversation) > 0) {
    const taken = offers.map(({ startsAt }) => startsAt)
    const next: Instant[] = []
    for (const start of starts) {
      const isClear = [...taken, ...next].every((other) => isApart(start, other, service.durationMinutes))
      if (!tried.has(start) && isClear && taken.length + next.length < mostOptions) next.push(start)
    }
    if (next.length === 0) break
    for (const start of next) tried.add(start)
    const held = await Promise.all(next.map((start) => keep(conversation, service, start)))
    offers.push(...held.filter((one) => one !== null))
  }
  await replaceOffers(conversation, service, offers)
  return offers.map(({ startsAt }) => startsAt).sort((a, b) => epoch(a) - epoch(b))
}

function isApart(a: Instant, b: Instant, minutes: number): boolean {
  return Math.abs(epoch(a) - epoch(b)) >= minutes * 60_000
}

/** Null where it is not free any more. */
async function keep(conversation: Conversation, service: ServiceView, startsAt: Instant): Promise<Offer | null> {
  const { desk, tenant, holder, settings } = conversation
  const request = { serviceId: service.id, startsAt, holder, minutes: settings.holdMinutes }
  const offered = { serviceId: service.id, startsAt }
  const held = desk.availability.hold(tenant.id, request).then(
    ({ id }): Offer => ({ ...offered, holdId: id }),
    (error: unknown): Offer | null => {
      if (error instanceof KalendsError && error.code === 'KAL_SLOT_TAKEN') return null
      return { ...offered, holdId: null }
    },
  )
  return withinMs(held, leftMs(conversation) - notingMs, () => {
    void held.then((late) => late && keptLate(conversation, late)).catch(() => undefined)
    return { ...offered, holdId: null }
  })
}

/** Kept only when the answer had gone out: it is noted with the offer, or given back where that is over already. */
async function keptLate(conversation: Conversation, late: Offer): Promise<void> {
  const { offers } = await note(conversation, (notes) => ({
    ...notes,
    offers: notes.offers.map((one) => (isSame(one, late) ? late : one)),
  }))
  if (!offers.some((one) => isSame(one, late))) await giveBack(conversation, [late])
}

const isSame = (a: Offer, b: Offer) => a.serviceId === b.serviceId && a.startsAt === b.startsAt

/**
 * What was offered of this service before and is not offered now is given back, and of other services what is oldest: a
 * call holds a few times and not a whole day, also where it asks for many things at once.
 */
async function replaceOffers(
  conversation: Conversation,
  service: ServiceView,
  offers: readonly Offer[],
): Promise<void> {
  let over: Offer[] = []
  await note(conversation, (notes) => {
    const others = notes.offers.filter(({ serviceId }) => serviceId !== service.id)
    const kept = [...others, ...offers.map((one) => withHold(one, notes.offers))].slice(-mostHeld)
    // Of several rounds the last one counts, which is the one that was written.
    over = notes.offers.filter((one) => !kept.some((other) => isSame(one, other)))
    return { ...notes, offers: kept }
  })
  // Not waited for: the calendar is told too, and nobody on the line needs that.
  void giveBack(conversation, over).catch(() => undefined)
}

/** One that could not be kept again in time may still be held since it was offered before. */
function withHold(offer: Offer, before: readonly Offer[]): Offer {
  return offer.holdId === null ? (before.find((one) => isSame(one, offer)) ?? offer) : offer
}

async function giveBack(conversation: Conversation, over: readonly Offer[]): Promise<void> {
  const { desk, tenant, holder } = conversation
  if (over.every(({ holdId }) => holdId === null)) return
  // What an answer that came at the same time offers once more is the same hold.
  const { offers } = await notesOf(conversation)
  const isOver = (one: Offer) => !offers.some((other) => isSame(one, other))
  const ids = over.filter(isOver).flatMap(({ holdId }) => holdId ?? [])
  await Promise.all(ids.map((id) => desk.availability.release(tenant.id, holder, id)))
}

/** Gives back what the call was offered until now; what was booked of it is used up already. */
export async function withdrawOffers(conversation: Conversation): Promise<void> {
  const { offers } = await notesOf(conversation)
  if (offers.length === 0) return
  await note(conversation, (notes) => ({ ...notes, offers: [] }))
  // One by one and not all that the call holds: it is not waited for, and would take what is offered next along.
  void giveBack(conversation, offers).catch(() => undefined)
}
