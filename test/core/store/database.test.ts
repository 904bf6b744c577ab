import t from 'tap'
import { testDatabase } from '../../helper/database.ts'

const { db } = await testDatabase(t)

t.test('a statement gives its rows', async (t) => {
  t.same(await db.query('SELECT $1::int8 AS n', [7]), [{ n: 7 }])
})
