import { epoch, type Instant } from '#core'
import { type Day, dayOf } from './calendar-day.ts'
import { dayIn } from './moments.ts'
import type { Circumstances, Question, QuestionCode } from './spoken.ts'

/** The circumstances with their day worked out, and the words that are being settled. */
export type Scene = Required<Omit<Circumstances, 'plausible'>> & {
  plausible: ((instant: Instant) => boolean) | null
  today: Day
  heard: string
}

export function sceneOf(circumstances: Circumstances, heard: string): Scene {
  const { plausible = null, wants = 'window', allowPast = false, furthestDays = 400 } = circumstances
  const today = dayIn(circumstances.now, circumstances.timeZone)
  return { ...circumstances, plausible, wants, allowPast, furthestDays, today, heard: heard.slice(0, 80) }
}

/** The question with what its sentence needs. */
export function ask(
  scene: Scene,
  code: QuestionCode,
  { candidates = [], dates = [] }: { candidates?: readonly Instant[]; dates?: readonly Day[] } = {},
): Question {
  const { heard, today } = scene
  const days = dates.map(String)
  return {
    is: 'question',
    code,
    candidates,
    dates: days,
    heard,
    today: { date: String(today), weekday: today.dayOfWeek },
  }
}

/** Whether a moment is still to come, or what is over is wanted too. */
export function isOpen(scene: Scene, instant: Instant): boolean {
  return scene.allowPast || epoch(instant) > epoch(scene.now)
}

/** Those that may be meant at all; all of them where none may, because then the evidence says nothing. */
export function plausibleOf(scene: Scene, instants: readonly Instant[]): readonly Instant[] {
  const { plausible } = scene
  const kept = plausible === null ? instants : instants.filter((instant) => plausible(instant))
  return kept.length === 0 ? instants : kept
}

/** The same day and month, the next time that they come: what a wrong year may have meant. Offered, never taken. */
export function nextTime(date: Day, scene: Scene): Day[] {
  const { today } = scene
  const found = [today.year, today.year + 1]
    .flatMap((year) => dayOf(year, date.month, date.day) ?? [])
    .find((day) => String(day) >= String(today))
  return found && !isTooFar(found, scene) ? [found] : []
}

export function isTooFar(date: Day, { today, furthestDays }: Scene): boolean {
  return today.until(date).days > furthestDays
}
