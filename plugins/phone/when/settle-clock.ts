import type { Instant } from '#core'
import type { Day } from './calendar-day.ts'
import type { Clock, Minutes } from './clock.ts'
import { aroundGap, momentsAt } from './moments.ts'
import { inPart, type Part } from './part-of-day.ts'
import { ask, isOpen, nextTime, plausibleOf, type Scene } from './scene.ts'
import type { When } from './spoken.ts'

/**
 * A time of day on one of these days as one moment, or as the question that is left. Words choose first ("drei Uhr
 * nachmittags"), then that a moment is over or does not exist, then what the caller of the function calls plausible.
 */
export function settleClock(scene: Scene, dates: readonly Day[], said: Clock, part: Part | null, yearly = false): When {
  const clock = inPart(said, part)
  const all = dates.map((date) => ({ date, moments: moments(scene, date, clock.minutes) }))
  const open = all.flatMap(({ date, moments }) => {
    const ahead = moments.filter((instant) => isOpen(scene, instant))
    return ahead.length === 0 ? [] : [{ date, moments: ahead }]
  })
  if (open.length === 0) return closed(scene, dates, clock, yearly)
  if (open.length === 1 && open[0]) return onOneDay(scene, open[0], clock)
  const candidates = plausibleOf(
    scene,
    open.flatMap(({ moments }) => moments),
  )
  return ask(scene, 'DATE_AMBIGUOUS', { candidates, dates: open.map(({ date }) => date) })
}

function moments(scene: Scene, date: Day, minutes: readonly Minutes[]): Instant[] {
  return minutes.flatMap((at) => momentsAt(date, at, scene.timeZone))
}

type OpenDay = { date: Day; moments: readonly Instant[] }

function onOneDay(scene: Scene, { date, moments: open }: OpenDay, clock: Clock): When {
  // One wall time, two moments: no opening hours tell them apart.
  const isTwice = clock.minutes.length === 1 && open.length > 1
  if (isTwice) return ask(scene, 'TIME_TWICE', { candidates: open, dates: [date] })
  const kept = plausibleOf(scene, open)
  const [chosen] = kept
  if (chosen !== undefined && kept.length === 1 && clock.sure && !isLeftOver(scene, clock, open)) {
    return { is: 'instant', instant: chosen }
  }
  return ask(scene, 'TIME_AMBIGUOUS', { candidates: kept, dates: [date] })
}

/** "Today at ten", said at half past in a place that closes at six: that ten at night is left does not make it meant. */
function isLeftOver({ plausible }: Scene, clock: Clock, [only, second]: readonly Instant[]): boolean {
  const isAlone = only !== undefined && second === undefined && clock.minutes.length > 1
  return isAlone && plausible !== null && !plausible(only)
}

function closed(scene: Scene, dates: readonly Day[], clock: Clock, yearly: boolean): When {
  const { timeZone, today } = scene
  const [date] = dates
  const [minutes] = clock.minutes
  if (date === undefined || minutes === undefined) return ask(scene, 'TIME_UNREADABLE')
  if (momentsAt(date, minutes, timeZone).length === 0) {
    return ask(scene, 'TIME_IN_GAP', { candidates: aroundGap(date, minutes, timeZone), dates: [date] })
  }
  if (date.equals(today)) return ask(scene, 'TIME_IN_PAST', { dates: [today] })
  const next = yearly ? nextTime(date, scene) : []
  const candidates = plausibleOf(
    scene,
    next.flatMap((day) => moments(scene, day, clock.minutes)),
  )
  return ask(scene, 'DATE_IN_PAST', { candidates: candidates.filter((instant) => isOpen(scene, instant)), dates: next })
}
