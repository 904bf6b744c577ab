import fc from 'fast-check'
import t from 'tap'
import { epoch, instantOf } from '../../../core/domain/time.ts'
import { instantFromSql, numberFromSql } from '../../../core/store/sql-values.ts'
import { testDatabase } from '../../helper/database.ts'

const { db } = await testDatabase(t, { empty: true })

const anyTime = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})

t.test('every instant comes back from the database as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyTime, { minLength: 1, maxLength: 50 }), async (times) => {
      const instants = times.map((time) => instantOf(time.getTime()))
      const rows = await db.query<{ i: string }>(
        'SELECT i FROM unnest($1::timestamptz[]) WITH ORDINALITY AS u (i, n) ORDER BY n',
        [instants],
      )
      return rows.map(({ i }) => i).join() === instants.join()
    }),
  )
})

t.test('microseconds are cut, never rounded up, and whole seconds carry no fraction', async (t) => {
  t.equal(instantFromSql('2026-12-01 09:00:00+00'), '2026-12-01T09:00:00Z')
  t.equal(instantFromSql('2026-12-01 09:00:00.5+00'), '2026-12-01T09:00:00.500Z')
  t.equal(instantFromSql('2026-12-01 09:00:00.05+00'), '2026-12-01T09:00:00.050Z')
  t.equal(instantFromSql('2026-12-01 09:00:00.999999+00'), '2026-12-01T09:00:00.999Z')
  t.equal(instantFromSql('2026-12-01 09:00:00.0009+00'), '2026-12-01T09:00:00Z')
})

t.test('a session in another zone gives the same instant', async (t) => {
  const instant = '2026-07-01T12:34:56.789Z'
  for (const zone of ['Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Kiritimati']) {
    const [row] = await db.transaction(async (tx) => {
      await tx.query(`SELECT set_config('TimeZone', $1, true)`, [zone])
      return tx.query<{ i: string }>('SELECT $1::timestamptz AS i', [instant])
    })
    t.equal(row?.i, instant, zone)
  }
})

t.test('what is no instant is an error, not a wrong time', async (t) => {
  for (const text of ['infinity', '-infinity', '12026-12-01 09:00:00+00', '0044-03-15 12:00:00+00 BC', '2026-12-01']) {
    t.throws(() => instantFromSql(text), RangeError, text)
  }
  await t.rejects(db.query(`SELECT 'infinity'::timestamptz`), RangeError)
  t.same(await db.query('SELECT 1 AS n'), [{ n: 1 }], 'and the connection goes on')
})

t.test('an int8 is a number while a number can hold it', async (t) => {
  fc.assert(fc.property(fc.maxSafeInteger(), (n) => numberFromSql(String(n)) === n))
  t.throws(() => numberFromSql('9007199254740993'), RangeError)
})

t.test('the other types', async (t) => {
  const [row] = await db.query(
    `SELECT 1.50::numeric AS numeric, date '2026-12-01' AS date, timestamp '2026-12-01 10:00' AS local, '{"a":[1]}'::jsonb AS json,
       null::timestamptz AS none, ARRAY[timestamptz '2026-12-01 09:00Z', null] AS instants, ARRAY[1, 2]::int8[] AS numbers, true AS yes`,
  )
  t.same(row, {
    numeric: '1.50',
    date: '2026-12-01',
    local: '2026-12-01 10:00:00',
    json: { a: [1] },
    none: null,
    instants: ['2026-12-01T09:00:00Z', null],
    numbers: [1, 2],
    yes: true,
  })
  t.equal(epoch((row as { instants: string[] }).instants[0] ?? ''), Date.UTC(2026, 11, 1, 9))
})
