import { epoch, type Instant, instantOf, minutesLater } from '#core'
import { type Day, type DayReading, isChoice } from './calendar-day.ts'
import type { Heard } from './heard.ts'
import { dayIn, momentsAt } from './moments.ts'
import { inPart } from './part-of-day.ts'
import { ask, isOpen, isTooFar, nextTime, plausibleOf, type Scene } from './scene.ts'
import { settleClock } from './settle-clock.ts'
import { settleDays, settleSoonest, settleSpan } from './settle-stretch.ts'
import type { When } from './spoken.ts'

/** Makes of what was heard a moment, a window or a question; says where it was a choice of days. */
export function settle(scene: Scene, heard: Heard): When {
  const when = settled(scene, heard)
  // A moment on one of the days beside it has chosen.
  const saidAsChoice = heard.instant === null ? isChoice(heard.day) : isAgainst(scene, heard)
  return saidAsChoice ? { ...when, saidAsChoice } : when
}

/** A moment, and a day beside it that is another: two days were named. */
function isAgainst({ timeZone }: Scene, { instant, day }: Heard): boolean {
  if (instant === null || day.is !== 'dates') return false
  const date = dayIn(instant, timeZone)
  return !day.dates.some((other) => other.equals(date))
}

function settled(scene: Scene, heard: Heard): When {
  if (heard.wrong !== null) return ask(scene, heard.wrong, { dates: heard.day.is === 'dates' ? heard.day.dates : [] })
  if (heard.instant !== null) return settleInstant(scene, heard, heard.instant)
  const { day } = heard
  switch (day.is) {
    case 'none':
      return settleNoDay(scene, heard)
    case 'after':
      return isTimed(heard) ? ask(scene, 'DATE_UNREADABLE') : settleAfter(scene, day.minutes)
    case 'soonest':
      return heard.clock === null ? settleSoonest(scene) : settleNoDay(scene, heard)
    case 'span':
      if (isTooFar(day.from, scene)) return ask(scene, 'DATE_TOO_FAR', { dates: [day.from] })
      return heard.clock === null ? settleSpan(scene, day, heard) : ask(scene, 'DATE_AMBIGUOUS')
    case 'problem':
      return settleProblem(scene, heard, day)
    case 'dates':
      return settleDates(scene, heard, day)
  }
}

const isTimed = ({ clock, hours, part }: Heard) => clock !== null || hours !== null || part !== null

function settleDates(scene: Scene, heard: Heard, { dates, yearly }: DayReading & { is: 'dates' }): When {
  const near = dates.filter((date) => !isTooFar(date, scene))
  if (near.length === 0) return ask(scene, 'DATE_TOO_FAR', { dates })
  if (heard.clock === null) return settleDays(scene, near, heard, yearly)
  return settleClock(scene, near, heard.clock, heard.part, yearly)
}

/** A moment with its offset is taken at its word, unless another word contradicts it: models like to add a `Z`. */
function settleInstant(scene: Scene, heard: Heard, instant: Instant): When {
  const { clock, day, weekdays } = heard
  const date = dayIn(instant, scene.timeZone)
  if (weekdays.length > 0 && !weekdays.includes(date.dayOfWeek)) {
    return ask(scene, 'WEEKDAY_MISMATCH', { candidates: [instant], dates: [date] })
  }
  if (day.is === 'dates' && isAgainst(scene, heard)) {
    return ask(scene, 'DATE_AMBIGUOUS', { candidates: [instant], dates: [date, ...day.dates] })
  }
  const said = clock?.minutes.flatMap((at) => momentsAt(date, at, scene.timeZone)) ?? [instant]
  if (!said.includes(instant)) return ask(scene, 'TIME_AMBIGUOUS', { candidates: [instant, ...said], dates: [date] })
  if (isTooFar(date, scene)) return ask(scene, 'DATE_TOO_FAR', { dates: [date] })
  if (isOpen(scene, instant)) return { is: 'instant', instant }
  const isToday = date.equals(scene.today)
  return ask(scene, isToday ? 'TIME_IN_PAST' : 'DATE_IN_PAST', { dates: isToday ? [date] : nextTime(date, scene) })
}

/** "In half an hour", up to the full minute. */
function settleAfter({ now }: Scene, minutes: number): When {
  return { is: 'instant', instant: instantOf(Math.ceil(epoch(minutesLater(now, minutes)) / 60_000) * 60_000) }
}

/** A time without a day. That it is today's is likely and not said, so it is offered: today's, or else tomorrow's. */
function settleNoDay(scene: Scene, heard: Heard): When {
  const days = [scene.today, scene.today.add({ days: 1 })]
  const candidates = days.map((day) => openMoments(scene, [day], heard)).find((found) => found.length > 0)
  return ask(scene, 'DATE_MISSING', { candidates })
}

function settleProblem(scene: Scene, heard: Heard, { code, dates }: DayReading & { is: 'problem' }): When {
  const open = dates.filter((date) => scene.allowPast || String(date) >= String(scene.today))
  // A weekday that does not fit a date of another year is the smaller mistake of the two.
  const isOver = code === 'WEEKDAY_MISMATCH' && dates.length > 0 && open.length === 0
  if (isOver) return ask(scene, 'DATE_IN_PAST', { dates: dates.slice(0, 1).flatMap((date) => nextTime(date, scene)) })
  return ask(scene, code, { candidates: openMoments(scene, open, heard), dates: open })
}

function openMoments(scene: Scene, dates: readonly Day[], { clock, part }: Heard): readonly Instant[] {
  const minutes = clock === null ? [] : inPart(clock, part).minutes
  const all = dates.flatMap((date) => minutes.flatMap((at) => momentsAt(date, at, scene.timeZone)))
  return plausibleOf(
    scene,
    all.filter((instant) => isOpen(scene, instant)),
  )
}
