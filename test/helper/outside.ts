import type { Database } from '../../core/store/database.ts'

/** Where a customer's data lives: the appointment, its state in the calendars, the write about to be made, the kept answer. */
const homes = ['appointments', 'bookings', 'intents', 'idempotency_keys']

/** Every row of every table, of ours and of the queue, that is not meant to hold a customer's data; less those of `also`. */
export async function rowsOutside(db: Database, also: readonly string[] = []): Promise<string[]> {
  const tables = await db.query<{ place: string }>(
    `select table_schema || '.' || table_name as place from information_schema.tables
     where table_type = 'BASE TABLE' and (table_schema = 'pgboss' or table_schema = 'kalends' and not table_name = any($1))`,
    [[...homes, ...also]],
  )
  const rows = await Promise.all(
    tables.map(async ({ place }) => {
      const found = await db.query<{ row: string }>(`select r::text as row from ${place} r`)
      return found.map(({ row }) => `${place}: ${row}`)
    }),
  )
  return rows.flat()
}
