import { epoch, type Instant, instantOf, type Reply } from '#core'

const second = 1000
const fallback = 60 * second
const longest = 15 * 60 * second

/**
 * When Cal.com may be asked again after a 429. It names the limit in the header (`x-ratelimit-reset-default`, or a key's
 * own limit), and the value is seconds to wait; Retry-After, which a proxy before it may send, is honoured too. The longest
 * wait wins, between one second and 15 minutes: a nonsense header must not park a connection for a year. A moment is
 * counted from the answer's own Date, where it has one.
 */
export function allowedAgain(headers: Reply['headers'], now: number): Instant {
  const dated = theirNow(headers, now)
  const waits = Object.entries(headers).flatMap(([name, value]) => {
    if (name === 'retry-after') return waitOf(value, dated)
    return name.startsWith('x-ratelimit-reset') ? waitOf(value, dated) : []
  })
  const wait = waits.length === 0 ? fallback : Math.max(...waits)
  return instantOf(now + Math.min(Math.max(wait, second), longest))
}

/** What is left of a limit: so many calls of `limit` until `resetAt`. */
export type Budget = { limit: number; remaining: number; resetAt: Instant }

/**
 * What Cal.com says that is left, or null where a reply says nothing of it (a proxy answered). Each limit has its name in
 * the headers, `default` or a key's own, and several may stand side by side: the tightest counts. Where it says no reset,
 * a minute, as its windows are; never more than 15 minutes, for the reason above.
 */
export function budget(headers: Reply['headers'], now: number): Budget | null {
  const found = Object.keys(headers).flatMap((header) => {
    const name = /^x-ratelimit-remaining(.*)$/.exec(header)?.[1]
    return name === undefined ? [] : budgetNamed(name, headers, now)
  })
  return found.reduce<Budget | null>((tightest, each) => (isTighter(each, tightest) ? each : tightest), null)
}

function budgetNamed(name: string, headers: Reply['headers'], now: number): Budget[] {
  const limit = countOf(headers[`x-ratelimit-limit${name}`])
  const remaining = countOf(headers[`x-ratelimit-remaining${name}`])
  if (limit === null || remaining === null) return []
  const wait = waitOf(headers[`x-ratelimit-reset${name}`] ?? '', theirNow(headers, now))[0] ?? fallback
  return [{ limit, remaining, resetAt: instantOf(now + Math.min(Math.max(wait, 0), longest)) }]
}

function isTighter(one: Budget, other: Budget | null): boolean {
  if (other === null || one.remaining !== other.remaining) return other === null || one.remaining < other.remaining
  return epoch(one.resetAt) > epoch(other.resetAt)
}

function countOf(value: string | undefined): number | null {
  const text = value?.split(',', 1)[0]?.trim() ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : null
}

/** Milliseconds to wait by a header's value: seconds, seconds since 1970 (as one copy of the docs has it), or a date. */
function waitOf(value: string, now: number): number[] {
  const text = value.split(',', 1)[0]?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) {
    const seconds = Number(text)
    return [seconds > 1e9 ? seconds * second - now : seconds * second]
  }
  const date = momentOf(value)
  return date === null ? [] : [date - now]
}

const theirNow = (headers: Reply['headers'], now: number) => momentOf(headers.date ?? '') ?? now

/** Only a weekday begins a date here: Date.parse would take "-5" for the year 2001. */
function momentOf(value: string): number | null {
  const date = /^[A-Za-z]/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : date
}
