import { epoch, type Instant, instantOf, minutesLater } from '#core'
import type { DayReading } from './calendar-day.ts'
import type { Heard } from './heard.ts'
import { isWithin, saidEdge } from './hours.ts'
import { dayIn, minutesIn, momentsAt } from './moments.ts'
import { inPart } from './part-of-day.ts'
import { ask, isOpen, isTooFar, nextTime, type Scene } from './scene.ts'
import type { Question, QuestionCode, When } from './spoken.ts'

/** "In two hours" is reckoned by models to the quarter of an hour. */
const roundedMs = 15 * 60_000

/** A moment with its offset is taken at its word, unless another word contradicts it: models like to add a `Z`. */
export function settleInstant(scene: Scene, heard: Heard, instant: Instant): When {
  const doubt = doubtOfDay(scene, heard, instant) ?? doubtOfTime(scene, heard, instant)
  if (doubt !== null) return doubt
  const date = dayIn(instant, scene.timeZone)
  if (isTooFar(date, scene)) return ask(scene, 'DATE_TOO_FAR', { dates: [date] })
  if (isOpen(scene, instant)) return { is: 'instant', instant }
  const isToday = date.equals(scene.today)
  return ask(scene, isToday ? 'TIME_IN_PAST' : 'DATE_IN_PAST', { dates: isToday ? [date] : nextTime(date, scene) })
}

/** Whether a day beside a moment is another: two days were named. */
export function isAgainst({ timeZone }: Scene, instant: Instant, day: DayReading): boolean {
  const date = dayIn(instant, timeZone)
  if (day.is === 'span') return String(date) < String(day.from) || String(date) > String(day.to)
  return day.is === 'dates' && !day.dates.some((other) => other.equals(date))
}

function doubtOfDay(scene: Scene, { day, weekdays }: Heard, instant: Instant): Question | null {
  const date = dayIn(instant, scene.timeZone)
  const doubt = (code: QuestionCode, dates = [date]) => ask(scene, code, { candidates: [instant], dates })
  if (weekdays.length > 0 && !weekdays.includes(date.dayOfWeek)) return doubt('WEEKDAY_MISMATCH')
  if (isAgainst(scene, instant, day)) return doubt('DATE_AMBIGUOUS', day.is === 'dates' ? [date, ...day.dates] : [date])
  if (day.is !== 'problem') return null
  // Of several days that were named the moment is one: it has chosen.
  const hasChosen = day.code === 'DATE_AMBIGUOUS' && day.dates.some((other) => other.equals(date))
  return hasChosen ? null : doubt(day.code, [date, ...day.dates.filter((other) => !other.equals(date))])
}

function doubtOfTime(scene: Scene, { clock, day, hours, part }: Heard, instant: Instant): Question | null {
  const { timeZone } = scene
  const date = dayIn(instant, timeZone)
  const at = minutesIn(instant, timeZone)
  const doubt = (others: readonly Instant[]) =>
    ask(scene, 'TIME_AMBIGUOUS', { candidates: [instant, ...others], dates: [date] })
  const momentsOf = (minutes: readonly number[]) => minutes.flatMap((minute) => momentsAt(date, minute, timeZone))
  const said = clock === null ? [instant] : momentsOf(inPart(clock, part).minutes)
  if (!said.includes(instant)) return doubt(said)
  if (hours !== null && !isWithin(at, hours)) return doubt(momentsOf(hours.map(saidEdge)))
  if (part !== null && !part.holds(at)) return doubt([])
  const ahead = day.is === 'after' ? minutesAhead(scene, day.minutes) : instant
  return Math.abs(epoch(ahead) - epoch(instant)) > roundedMs ? doubt([ahead]) : null
}

/** "In half an hour", up to the full minute. */
export function minutesAhead({ now }: Scene, minutes: number): Instant {
  return instantOf(Math.ceil(epoch(minutesLater(now, minutes)) / 60_000) * 60_000)
}
