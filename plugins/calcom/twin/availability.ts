import { Temporal } from 'temporal-polyfill'
import { inZone } from './time.ts'

/** Opening hours in the schedule's zone: English day names, `HH:mm`. `24:00` is the end of the day. */
export type OpeningHours = { days: string[]; startTime: string; endTime: string }

/** When a host can be booked at all. */
export type Schedule = { id: number; name: string; timeZone: string; availability: OpeningHours[] }

const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** Open all day, every day. The default of a twin account, so that a test does not depend on the day that it runs on. */
export const roundTheClock: OpeningHours[] = [{ days: dayNames, startTime: '00:00', endTime: '24:00' }]

/** Monday to Friday, nine to five: what a new account has in Cal.com. */
export const officeHours: OpeningHours[] = [{ days: dayNames.slice(0, 5), startTime: '09:00', endTime: '17:00' }]

type Window = { from: number; to: number }

/** The opening windows of a schedule that touch a span, in order; neighbours are joined. Times are epoch milliseconds. */
export function openWindows(schedule: Schedule, from: number, to: number): Window[] {
  const windows: Window[] = []
  const last = inZone(to, schedule.timeZone).toPlainDate()
  // From the day before: a window may reach over midnight when seen from another zone.
  let day = inZone(from, schedule.timeZone).toPlainDate().subtract({ days: 1 })
  for (; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    for (const window of windowsOf(schedule, day)) {
      const previous = windows.at(-1)
      if (previous && window.from <= previous.to) previous.to = Math.max(previous.to, window.to)
      else windows.push({ ...window })
    }
  }
  return windows.filter((window) => window.to > from && window.from < to)
}

/** Whether a schedule is open for the whole of a span. */
export function isOpen(schedule: Schedule, from: number, to: number): boolean {
  // The common case of a load test: no zone arithmetic at all.
  if (isAlwaysOpen(schedule)) return true
  return openWindows(schedule, from, to).some((window) => window.from <= from && window.to >= to)
}

function isAlwaysOpen({ availability }: Schedule): boolean {
  const [only, second] = availability
  return !second && only?.startTime === '00:00' && only.endTime === '24:00' && only.days.length === 7
}

function windowsOf(schedule: Schedule, day: Temporal.PlainDate): Window[] {
  const name = dayNames[day.dayOfWeek - 1] as string
  return schedule.availability
    .filter((hours) => hours.days.includes(name))
    .map((hours) => ({
      from: atClock(day, hours.startTime, schedule.timeZone),
      to: atClock(day, hours.endTime, schedule.timeZone),
    }))
    .sort((a, b) => a.from - b.from)
}

function atClock(day: Temporal.PlainDate, clock: string, timeZone: string): number {
  if (clock === '24:00') return day.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds
  return day.toZonedDateTime({ timeZone, plainTime: clock }).epochMilliseconds
}
