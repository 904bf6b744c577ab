import type { Instant } from '#core'
import { type Day, type DayReading, isChoice } from './calendar-day.ts'
import type { Heard } from './heard.ts'
import { inHours } from './hours.ts'
import { momentsAt } from './moments.ts'
import { inPart } from './part-of-day.ts'
import { ask, isOpen, isTooFar, nextTime, plausibleOf, type Scene } from './scene.ts'
import { settleClock } from './settle-clock.ts'
import { isAgainst, minutesAhead, settleInstant } from './settle-instant.ts'
import { settleDays, settleSoonest, settleSpan } from './settle-stretch.ts'
import type { When } from './spoken.ts'

/** Makes of what was heard a moment, a window or a question; says where it was a choice of days. */
export function settle(scene: Scene, heard: Heard): When {
  const when = settled(scene, heard)
  // A moment on one of the days beside it has chosen.
  const saidAsChoice = heard.instant === null ? isChoice(heard.day) : isAgainst(scene, heard.instant, heard.day)
  return saidAsChoice ? { ...when, saidAsChoice } : when
}

function settled(scene: Scene, heard: Heard): When {
  if (heard.wrong !== null) return ask(scene, heard.wrong, { dates: heard.day.is === 'dates' ? heard.day.dates : [] })
  if (heard.instant !== null) return settleInstant(scene, heard, heard.instant)
  const { day } = heard
  switch (day.is) {
    case 'none':
      return settleNoDay(scene, heard)
    case 'after':
      return isTimed(heard)
        ? ask(scene, 'DATE_UNREADABLE')
        : { is: 'instant', instant: minutesAhead(scene, day.minutes) }
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
  return settleClock(scene, near, inHours(heard.clock, heard.hours), heard.part, yearly)
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

function openMoments(scene: Scene, dates: readonly Day[], { clock, hours, part }: Heard): readonly Instant[] {
  const minutes = clock === null ? [] : inPart(inHours(clock, hours), part).minutes
  const all = dates.flatMap((date) => minutes.flatMap((at) => momentsAt(date, at, scene.timeZone)))
  return plausibleOf(
    scene,
    all.filter((instant) => isOpen(scene, instant)),
  )
}
