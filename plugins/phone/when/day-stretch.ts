import { Temporal } from 'temporal-polyfill'
import { type Day, type DayReading, dayProblem } from './calendar-day.ts'

/** Who says "from Wednesday on" is offered so many days: later ones are no answer to it any more. */
const onwards = 14

type Edge = { from: Day; to: Day }

/** "Ab Mittwoch", "not before Friday"; with `after` the day behind it is the first. */
export function fromDay(reading: DayReading, after = 0): DayReading {
  return within(reading, ({ from, to }) => {
    const first = after === 0 ? from : to.add({ days: after })
    return { from: first, to: first.add({ days: onwards - 1 }) }
  })
}

/** "Bis Freitag", "by Friday": from today; with `before` the day ahead of it is the last. */
export function untilDay(reading: DayReading, today: Day, before = 0): DayReading {
  return within(reading, ({ from, to }) => ({
    from: today,
    to: before === 0 ? to : from.subtract({ days: before }),
  }))
}

/** "Montag bis Mittwoch". A weekday at the end is the next such one. */
export function betweenDays(first: DayReading, last: DayReading, isWeekday: boolean): DayReading {
  const end = edgeOf(last)
  if (end === null) return notOne(last)
  return within(first, ({ from }) => {
    const isBefore = isWeekday && Temporal.PlainDate.compare(end.to, from) < 0
    return { from, to: isBefore ? end.to.add({ days: 7 }) : end.to }
  })
}

const parts: Record<string, 0 | 1 | 2> = {
  ...{ anfang: 0, beginning: 0, start: 0, early: 0 },
  ...{ mitte: 1, mid: 1, middle: 1 },
  ...{ ende: 2, end: 2, late: 2 },
}

/**
 * "Anfang Dezember", "end of next week": where to look, and wide enough that nobody is told of less than they meant. A
 * month has thirds of ten days; a week begins until Wednesday and ends from Thursday on.
 */
export function partOfSpan(which: string, reading: DayReading): DayReading {
  const part = parts[which]
  if (reading.is !== 'span' || reading.span === 'days' || part === undefined) return dayProblem('DATE_UNREADABLE')
  const { from, to } = reading
  const days = (first: number, last: number): Edge => ({
    from: from.add({ days: first }),
    to: from.add({ days: last }),
  })
  const ofWeek = [days(0, 2), days(1, 3), { from: from.add({ days: 3 }), to }]
  const ofMonth = [days(0, 9), days(10, 19), { from: from.add({ days: 20 }), to }]
  const found = (reading.span === 'week' ? ofWeek : ofMonth)[part]
  return reading.span === 'weekend' || found === undefined ? dayProblem('DATE_UNREADABLE') : daysOf(found)
}

function within(reading: DayReading, stretch: (edge: Edge) => Edge): DayReading {
  const edge = edgeOf(reading)
  return edge === null ? notOne(reading) : daysOf(stretch(edge))
}

function daysOf({ from, to }: Edge): DayReading {
  if (Temporal.PlainDate.compare(from, to) > 0) return dayProblem('DATE_UNREADABLE')
  return { is: 'span', span: 'days', from, to }
}

/** The first and the last day of what is one day, or one stretch. */
function edgeOf(reading: DayReading): Edge | null {
  if (reading.is === 'span') return reading
  const [only, second] = reading.is === 'dates' ? reading.dates : []
  return only !== undefined && second === undefined ? { from: only, to: only } : null
}

/** Of several days it is asked which one is meant, before anything begins or ends with it. */
function notOne(reading: DayReading): DayReading {
  if (reading.is === 'dates') return dayProblem('DATE_AMBIGUOUS', reading.dates)
  return reading.is === 'problem' ? reading : dayProblem('DATE_UNREADABLE')
}
