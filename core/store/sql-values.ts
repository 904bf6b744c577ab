import pg from 'pg'
import { type Instant, parseInstant } from '../domain/time.ts'

type Parse = (text: string) => unknown

const { builtins } = pg.types
// Array types have no names in the driver's table; numbers as in pg_type.dat.
const array = { int8: 1016, timestamp: 1115, date: 1182, timestamptz: 1185 }

/**
 * The canonical instant of a timestamptz in Postgres' text form (DateStyle ISO), cut to whole milliseconds. A session in
 * UTC writes `2026-12-01 09:00:00[.ffffff]+00`, which is only text surgery; every row of the hot path takes this way.
 * Throws a RangeError for what is no instant (`infinity`, years that need more than four digits).
 */
export function instantFromSql(text: string): Instant {
  if (text.charCodeAt(10) !== 32 || !text.endsWith('+00')) return foreignInstant(text)
  const seconds = `${text.slice(0, 10)}T${text.slice(11, 19)}`
  if (text.length === 22) return `${seconds}Z`
  if (text.charCodeAt(19) !== 46) return foreignInstant(text)
  const milliseconds = text.slice(20, Math.min(23, text.length - 3)).padEnd(3, '0')
  return milliseconds === '000' ? `${seconds}Z` : `${seconds}.${milliseconds}Z`
}

/** The canonical instant of a timestamptz inside JSON (`2026-12-01T09:00:00.5+00:00`): a session in UTC writes no other zone. */
export function instantFromJson(text: string): Instant {
  return instantFromSql(`${text.slice(0, 10)} ${text.slice(11, -6)}+00`)
}

function foreignInstant(text: string): Instant {
  const [, date, time, offset] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::\d\d)?)$/.exec(text) ?? []
  const instant = date && parseInstant(`${date}T${time}${offset?.length === 3 ? `${offset}:00` : offset}`)
  if (!instant) throw new RangeError(`"${text}" from the database is no instant`)
  return instant
}

/** An int8 as a number. Throws a RangeError where a number cannot hold it exactly: a wrong count is worse than none. */
export function numberFromSql(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new RangeError(`"${text}" from the database is too large for a number`)
  return number
}

const asText: Parse = (text) => text
// The driver's published types describe another version of this parser.
const arrays = pg.types.arrayParser as unknown as { create(text: string, parse: Parse): { parse(): unknown[] } }
const arrayOf =
  (parse: Parse): Parse =>
  (text) =>
    arrays.create(text, parse).parse()

// date and timestamp stay text: the driver's default reads them in the zone of the machine.
const parsers = new Map<number, Parse>([
  [builtins.TIMESTAMPTZ, instantFromSql],
  [builtins.INT8, numberFromSql],
  [builtins.NUMERIC, asText],
  [builtins.DATE, asText],
  [builtins.TIMESTAMP, asText],
  [array.timestamptz, arrayOf(instantFromSql)],
  [array.int8, arrayOf(numberFromSql)],
  [array.date, arrayOf(asText)],
  [array.timestamp, arrayOf(asText)],
])

/**
 * How columns become values: timestamptz → Instant, int8 → number, numeric, date and timestamp → text, json → parsed,
 * the rest as the driver does. Handed to each client, never set globally: other users of the driver in this process
 * (pg-boss) rely on its defaults.
 */
export const sqlTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    const own = format === 'binary' ? undefined : parsers.get(oid)
    return own ?? pg.types.getTypeParser(oid, format as 'text')
  },
}

/**
 * Ends a subselect of the rows of a JSON parameter: the planner takes every JSON for a hundred rows, and would read a
 * whole table of some thousand for them; behind a limit that it cannot know it counts with ten, and takes the index.
 * The limit is a select of its own so that it stays unknown when the parameter is known: a plan that were better for
 * the very number would be made anew each time, which costs more than running it.
 */
export const few = (parameter: string) => `limit (select jsonb_array_length(${parameter}::jsonb))`
