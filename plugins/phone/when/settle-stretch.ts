import { epoch, type Instant, later } from '#core'
import type { Day, DayReading } from './calendar-day.ts'
import { type Stretch, saidEdge } from './hours.ts'
import { boundary } from './moments.ts'
import { type Part, wholeDay } from './part-of-day.ts'
import { ask, isOpen, nextTime, type Scene } from './scene.ts'
import type { When, Window } from './spoken.ts'

/** Days in which "as soon as possible" is looked for. */
const soonDays = 14

/** Some of these days, or a part of them, as one window; or the question that is left. */
export function settleDays(scene: Scene, dates: readonly Day[], said: Said, yearly = false): When {
  const open = dates.flatMap((date) => {
    const choices = stretchesOf(said).flatMap((stretch) => choiceOn(scene, date, stretch, said) ?? [])
    return choices.length === 0 ? [] : [{ date, choices }]
  })
  const [first, second] = open
  if (first === undefined) return over(scene, dates, yearly)
  if (second !== undefined) return ask(scene, 'DATE_AMBIGUOUS', { dates: open.map(({ date }) => date) })
  const choice = likelyOf(scene, first.choices)
  if (choice !== null) return needed(scene, choice.window, [first.date])
  return ask(scene, 'TIME_AMBIGUOUS', { candidates: first.choices.map(({ said }) => said), dates: [first.date] })
}

/** A week, a weekend or a month as one window, with the hours that were said within each of its days. */
export function settleSpan(scene: Scene, day: Extract<DayReading, { is: 'span' }>, said: Said): When {
  const stretches = stretchesOf(said)
  const [hours, second] = stretches
  if (second !== undefined) return ask(scene, 'TIME_AMBIGUOUS')
  const span = clipped(scene, { is: 'window', span: day.span, ...bounds(scene, day.from, day.to, wholeDay) })
  if (span === null) return over(scene, [day.from], false)
  return needed(scene, hours && hours !== wholeDay ? { ...span, hours } : span, [])
}

/** From now on, for as long as such a wish is believed to reach. */
export function settleSoonest(scene: Scene): When {
  const { now } = scene
  return needed(scene, { is: 'window', span: 'soonest', from: now, to: later(now, soonDays * 24 * 3_600_000) }, [])
}

/** The hours or the part of the day that was said. */
export type Said = { hours: readonly Stretch[] | null; part: Part | null }

function stretchesOf({ hours, part }: Said): readonly Stretch[] {
  if (hours === null) return [part?.window ?? wholeDay]
  const inPart = part === null ? hours : hours.filter((stretch) => part.holds(edge(stretch)))
  return inPart.length === 0 ? hours : inPart
}

/** A time within a stretch, at the end of it that was said. */
function edge({ from, to }: Stretch): number {
  return from === 0 ? to - 1 : from
}

/** A window that may be meant, the edge of it that was said, and the moment within it that must be plausible. */
type Choice = { window: Window; said: Instant; tested: Instant }

function choiceOn(scene: Scene, date: Day, stretch: Stretch, { hours }: Said): Choice | null {
  const span = stretch === wholeDay ? 'day' : hours !== null ? 'hours' : 'part_of_day'
  const window = clipped(scene, { is: 'window', span, ...bounds(scene, date, date, stretch) })
  const said = boundary(date, saidEdge(stretch), scene.timeZone)
  return window && { window, said, tested: boundary(date, edge(stretch), scene.timeZone) }
}

function bounds({ timeZone }: Scene, first: Day, last: Day, { from, to }: Stretch): { from: Instant; to: Instant } {
  return { from: boundary(first, from, timeZone), to: boundary(last, to, timeZone) }
}

/** What of a window is still to come. */
function clipped(scene: Scene, window: Window): Window | null {
  if (!isOpen(scene, window.to)) return null
  return scene.allowPast || epoch(window.from) >= epoch(scene.now) ? window : { ...window, from: scene.now }
}

/** The one that is meant: the only one, or the only one whose edge is plausible. */
function likelyOf({ plausible }: Scene, choices: readonly Choice[]): Choice | null {
  const kept = plausible === null || choices.length === 1 ? choices : choices.filter(({ tested }) => plausible(tested))
  return kept.length === 1 ? (kept[0] ?? null) : null
}

/** A window is an answer, except where one moment is needed: then the time is asked. */
function needed(scene: Scene, window: Window, dates: readonly Day[]): When {
  return scene.wants === 'start' ? ask(scene, 'TIME_MISSING', { dates }) : window
}

function over(scene: Scene, dates: readonly Day[], yearly: boolean): When {
  const isToday = dates.some((date) => date.equals(scene.today))
  if (isToday) return ask(scene, 'TIME_IN_PAST', { dates: [scene.today] })
  return ask(scene, 'DATE_IN_PAST', { dates: yearly ? dates.flatMap((date) => nextTime(date, scene)) : [] })
}
