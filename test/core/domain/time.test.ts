import fc from 'fast-check'
import t from 'tap'
import { epoch, instantOf, isTimeZone, parseInstant, readLocalTime } from '../../../core/domain/time.ts'

const zones = Intl.supportedValuesOf('timeZone')
const moment = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2037, 11, 31) })

t.test('an instant has one canonical text', async (t) => {
  fc.assert(
    fc.property(moment, (ms) => {
      const instant = instantOf(ms)
      return (
        epoch(instant) === ms &&
        parseInstant(instant) === instant &&
        parseInstant(new Date(ms).toISOString()) === instant
      )
    }),
  )
  t.equal(parseInstant('2026-12-01T10:00+01:00'), '2026-12-01T09:00:00Z')
  t.equal(parseInstant('2026-12-01t09:00:00.500z'), '2026-12-01T09:00:00.500Z')
})

t.test('what is no instant is null and nothing else', async (t) => {
  for (const text of [
    '',
    '2026-12-01',
    '2026-12-01T10:00',
    '2026-02-30T10:00Z',
    '2026-12-01T25:00Z',
    '2026-12-31T23:59:60Z',
    'tomorrow',
    '1796115600000',
    '2026-12-01T10:00Z\n',
  ]) {
    t.equal(parseInstant(text), null, JSON.stringify(text))
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = parseInstant(text)
      return read === null || parseInstant(read) === read
    }),
  )
})

t.test('a local time that the clock shows once is read as the zone has it', async () => {
  const partsOf = (instant: string, timeZone: string) =>
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(new Date(instant))
  fc.assert(
    fc.property(moment, fc.constantFrom(...zones), (ms, zone) => {
      const local = partsOf(instantOf(Math.floor(ms / 60_000) * 60_000), zone).replace(' ', 'T')
      const read = readLocalTime(local, zone)
      if (read.is === 'instant') return partsOf(read.instant, zone).replace(' ', 'T') === local
      return (
        read.is === 'ambiguous' &&
        [read.earlier, read.later].every((one) => partsOf(one, zone).replace(' ', 'T') === local)
      )
    }),
    { numRuns: 300 },
  )
})

t.test('gaps and overlaps are seen, never guessed', async (t) => {
  t.same(readLocalTime('2026-03-29T02:30', 'Europe/Berlin'), { is: 'gap' })
  t.same(readLocalTime('2026-10-25T02:30', 'Europe/Berlin'), {
    is: 'ambiguous',
    earlier: '2026-10-25T00:30:00Z',
    later: '2026-10-25T01:30:00Z',
  })
  t.same(readLocalTime('2026-12-01T10:00', 'Europe/Berlin'), { is: 'instant', instant: '2026-12-01T09:00:00Z' })
  t.same(readLocalTime('2026-12-01', 'Europe/Berlin'), { is: 'not_a_time' })
  t.same(readLocalTime('2026-13-01T10:00', 'Europe/Berlin'), { is: 'not_a_time' })
})

t.test('a time zone is a name, not an offset', async (t) => {
  for (const name of ['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires']) t.ok(isTimeZone(name), name)
  for (const name of ['+02:00', 'Mars/Olympus', '', '__proto__', 'Europe/Berlin\0']) t.notOk(isTimeZone(name), name)
})
