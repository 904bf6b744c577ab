import { type AppointmentView, epoch, type Instant, later, type ServiceView } from '#core'
import type { SaidCustomer } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { localDay } from '../local-time.ts'
import { readWhen } from '../when/read-when.ts'
import type { Question, Spoken, When } from '../when/spoken.ts'
import { isWithin } from '../within-window.ts'
import { isSameName } from './name-match.ts'
import { isReferenceOf } from './reference.ts'

/** What a caller says of an appointment that is theirs. `services`: those that may be meant, null where none was named. */
export type Claim = {
  customer: SaidCustomer
  reference: string | null
  services: readonly ServiceView[] | null
  when: Spoken
}

/** A claim, understood. `when` and `services` also choose among the appointments of one caller. */
export type Facts = Pick<Claim, 'reference' | 'services'> & { name: string | null; when: TimeFact | null }

/**
 * When it is said to be. `isNarrow`: a day or less, so that to know it is to know something. `isMoment`: to the minute, so
 * that hardly two appointments of one caller fit.
 */
export type TimeFact = {
  isNarrow: boolean
  isMoment?: boolean
  span: { from: Instant; to: Instant } | null
  fits(startsAt: Instant): boolean
}

/** The longest day there is, when the clocks go back. */
const dayMs = 25 * 3_600_000
/** Questions that are about which of several; in the others the words contradict each other, or say too little. */
const severalMeanings: ReadonlySet<string> = new Set(['TIME_AMBIGUOUS', 'DATE_AMBIGUOUS', 'TIME_TWICE'])

/** What was said, or the question that its time leaves: that one is asked before anybody's appointments are looked at. */
export function understand(
  conversation: Conversation,
  { customer, reference, services, when }: Claim,
): { is: 'facts'; facts: Facts } | { is: 'question'; question: Question } {
  const { desk, tenant, language } = conversation
  const facts = { name: customer.name, reference, services }
  if (Object.values(when).every((text) => text === null)) return { is: 'facts', facts: { ...facts, when: null } }
  const now = desk.clock.now()
  const read = readWhen(when, { now, timeZone: tenant.timeZone, language, allowPast: true })
  const fact = timeFact(read, tenant.timeZone)
  // Who names several days to choose from guesses, and knows none of them.
  const time = fact && read.saidAsChoice ? { ...fact, isNarrow: false } : fact
  if (time === null && read.is === 'question') return { is: 'question', question: read }
  return { is: 'facts', facts: { ...facts, when: time } }
}

/**
 * Words that mean several times fit an appointment at any of them: only the caller's own can answer them, so they are
 * not asked about. Null where no time is left.
 */
function timeFact(when: When, timeZone: string): TimeFact | null {
  if (when.is === 'instant') {
    const { instant } = when
    return { isNarrow: true, isMoment: true, span: spanOf([instant]), fits: (startsAt) => startsAt === instant }
  }
  if (when.is === 'window') {
    const { from, to, span } = when
    const isNarrow = span !== 'soonest' && epoch(to) - epoch(from) <= dayMs
    const fits = (startsAt: Instant) => isWithin(startsAt, when, timeZone)
    // "My next appointment" is all of them.
    return span === 'soonest' ? { isNarrow, span: null, fits: () => true } : { isNarrow, span: { from, to }, fits }
  }
  const { code, candidates, dates } = when
  if (!severalMeanings.has(code)) return null
  if (candidates.length > 0) {
    const isNarrow = isFew(candidates.map((instant) => localDay(instant, timeZone)))
    return { isNarrow, span: spanOf(candidates), fits: (startsAt) => candidates.includes(startsAt) }
  }
  if (dates.length === 0) return null
  const fits = (startsAt: Instant) => dates.includes(localDay(startsAt, timeZone))
  return { isNarrow: isFew(dates), span: spanOfDays(dates), fits }
}

/** Words may mean one of two days ("next Friday"). Who names more of them guesses, and knows nothing. */
const isFew = (days: readonly string[]) => new Set(days).size <= 2

/** From before the first of these days begins anywhere to after the last one has ended everywhere. */
function spanOfDays(days: readonly string[]): { from: Instant; to: Instant } {
  const sorted = [...days].sort()
  return { from: later(`${sorted[0]}T00:00:00Z`, -dayMs), to: later(`${sorted.at(-1)}T00:00:00Z`, 2 * dayMs) }
}

function spanOf(instants: readonly Instant[]): { from: Instant; to: Instant } {
  const sorted = [...instants].sort((a, b) => epoch(a) - epoch(b))
  const [first = '', last = first] = [sorted[0], sorted.at(-1)]
  return { from: first, to: later(last, 1) }
}

/** How many facts were named, whatever they are worth. */
export function named({ name, reference, when }: Facts): number {
  return [name !== null, reference !== null, when?.isNarrow === true].filter(Boolean).length
}

/** Whether an appointment is as was said, in everything that was said: a caller who names Monday means no other day. */
export function isAsSaid({ name, reference, when, services }: Facts, appointment: AppointmentView): boolean {
  const { customer, id, startsAt, service } = appointment
  return (
    (name === null || isSameName(name, customer.name)) &&
    (reference === null || isReferenceOf(reference, id)) &&
    (when === null || when.fits(startsAt)) &&
    (services === null || services.some((one) => one.id === service.id))
  )
}
