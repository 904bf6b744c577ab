import type { Instant } from '#core'

/** The languages that callers are heard in. */
export type Language = 'de' | 'en'

/** What a caller said about a time, as the arguments of a function carried it: all hints, each may be missing. */
export type Spoken = {
  /** Day and time in one text. */
  start: string | null
  date: string | null
  time: string | null
  /** A cross-check of the date, or the day itself where no date came. */
  weekday: string | null
  partOfDay: string | null
  timeFrom: string | null
  timeTo: string | null
}

/** The day with its number in the week: 1 is Monday, 7 Sunday. `date` is ISO 8601, `2026-10-05`. */
export type Today = { date: string; weekday: number }

/** Why a time is asked back. Stable: sentences and dashboards are keyed by them. */
export type QuestionCode =
  /** Several times of that day are meant by the same words ("halb drei": 2:30 or 14:30). */
  | 'TIME_AMBIGUOUS'
  /** Several days are meant by the same words ("next Friday", "3/4/2026"). */
  | 'DATE_AMBIGUOUS'
  | 'DATE_MISSING'
  | 'TIME_MISSING'
  /** The day, or the whole stretch of time, is over. */
  | 'DATE_IN_PAST'
  /** The day is today and that time is over. */
  | 'TIME_IN_PAST'
  | 'DATE_TOO_FAR'
  /** 31 April, or 29 February of a common year. */
  | 'DATE_DOES_NOT_EXIST'
  /** The clocks skip this time in spring. */
  | 'TIME_IN_GAP'
  /** The clocks show this time twice in autumn; the first is the first candidate. */
  | 'TIME_TWICE'
  | 'WEEKDAY_MISMATCH'
  | 'DATE_UNREADABLE'
  | 'TIME_UNREADABLE'

export type Question = {
  is: 'question'
  code: QuestionCode
  /** What may have been meant, as moments; empty where no time is known. */
  candidates: readonly Instant[]
  /** What may have been meant, as days (ISO 8601); empty where no day is known. */
  dates: readonly string[]
  /** The words that the question is about, cut at 80 characters. A caller's words: not for a log. */
  heard: string
  today: Today
}

/** A stretch of time in which something is looked for; `to` is exclusive. Never begins before now. */
export type Window = {
  is: 'window'
  span: 'day' | 'part_of_day' | 'hours' | 'days' | 'week' | 'weekend' | 'month' | 'soonest'
  from: Instant
  to: Instant
  /** Only within these hours of each day ("next week in the morning"): minutes after midnight, the end exclusive. */
  hours?: { from: number; to: number }
}

/**
 * How a spoken time was understood. `saidAsChoice` where several days were named to choose from ("Monday or Tuesday", or
 * Monday in one argument and Tuesday in another), whatever is left of them: whoever says so knows none of them. Two days
 * that one word means ("next Friday") are no choice, and neither are two times of one day.
 */
export type When = ({ is: 'instant'; instant: Instant } | Window | Question) & { saidAsChoice?: true }

/** The circumstances in which something was said. */
export type Circumstances = {
  now: Instant
  /** The zone of the business, an IANA name. A time without an offset is a time in this zone. */
  timeZone: string
  language: Language
  /**
   * Whether a start may be meant at all, such as within opening hours. It only chooses between readings of the same
   * words, and only where exactly one of them passes.
   */
  plausible?: (instant: Instant) => boolean
  /** `start`: one moment is needed, so a mere day becomes the question TIME_MISSING. Default `window`: either will do. */
  wants?: 'start' | 'window'
  /** Takes what is over too, for looking up an old appointment. Default false. */
  allowPast?: boolean
  /** Days ahead that are still believed. Default 400: next year's date of today, and a little. */
  furthestDays?: number
}
