import t from 'tap'
import { purge } from '../../../core/store/purge.ts'
import { testGateway } from '../../helper/gateway.ts'

const { db, tenant, connection, service, gateway, author } = await testGateway(t)
const person = { email: 'ana@salon.example', name: 'Ana', role: 'desk', password: 'a long enough password' } as const
const user = await gateway.users.create(author, person)

/** Rows of each table: `n` is a number of the row, `at` is when it came, or when it ends. */
const tables: Record<string, { columns: string; values: string; age: string }> = {
  idempotency_keys: {
    columns: 'tenant_id, key, body_hash, appointment_id, response, created_at',
    values: `$1::uuid, kind || n, 'x', $1::uuid, '{}', at`,
    age: '7 days',
  },
  inbox: {
    columns: 'tenant_id, id, connection_id, body_hash, body, state, settled_at',
    values: `$1::uuid, gen_random_uuid(), $2::uuid, (kind || n)::bytea, 'x', 'applied', at`,
    age: '7 days',
  },
  holds: {
    columns: 'tenant_id, id, phase, service_id, holder, visit_at, connection_id, target, starts_at, ends_at, until',
    values: `$1::uuid, gen_random_uuid(), 0, $3::uuid, kind || n, at, $2::uuid, '{}', at, at + interval '1 hour', at`,
    age: '1 hour',
  },
  sessions: {
    columns: 'token_hash, tenant_id, user_id, expires_at',
    values: `(kind || n)::bytea, $1::uuid, $4::uuid, at`,
    age: '0',
  },
  plugin_state: {
    columns: 'tenant_id, connection_id, key, value, expires_at',
    values: `$1::uuid, $2::uuid, kind || n, '{}', at`,
    age: '0',
  },
}

/** Adds so many rows that are a minute older than `age`, or younger. */
async function fill(table: string, kind: 'old' | 'young', count: number) {
  const { columns, values, age } = tables[table] as { columns: string; values: string; age: string }
  const at = `now() - interval '${age}' ${kind === 'old' ? '-' : '+'} interval '1 minute'`
  await db.query(
    `with ids as (select $1::uuid, $2::uuid, $3::uuid, $4::uuid)
     insert into kalends.${table} (${columns})
     select ${values} from ids, (select '${kind} ' as kind, n, ${at} as at from generate_series(1, $5::int) n) rows`,
    [tenant.id, connection.id, service.id, user.id, count],
  )
}

async function left(table: string): Promise<number> {
  const which = table === 'inbox' ? 'where body is not null' : ''
  const [row] = await db.query<{ count: number }>(`select count(*)::int as count from kalends.${table} ${which}`)
  return row?.count ?? 0
}

/** From now on the database refuses a statement that changes more than a thousand rows of a table. */
async function refuseMany(table: string) {
  for (const [deed, rows] of [
    ['delete', 'old'],
    ['update', 'new'],
  ]) {
    await db.query(
      `create trigger few_${deed} after ${deed} on kalends.${table} referencing ${rows} table as touched
       for each statement execute function public.few()`,
    )
  }
}

t.test('what has served goes a thousand at a time, several gateways at it, and nothing else goes', async (t) => {
  await db.query(`
    create function public.few() returns trigger language plpgsql as $$ begin
      if (select count(*) from touched) > 1000 then raise 'too many at once'; end if;
      return null;
    end $$`)
  for (const table of Object.keys(tables)) {
    await fill(table, 'old', 2_500)
    await fill(table, 'young', 20)
    await refuseMany(table)
  }
  await Promise.all([purge(db), purge(db)])
  // A batch that the other one had hold of may have been passed over.
  await purge(db)
  for (const table of Object.keys(tables)) t.equal(await left(table), 20, table)
  const [known] = await db.query<{ count: number }>('select count(*)::int as count from kalends.inbox')
  t.equal(known?.count, 2_520, 'what came is still known by its hash')
})
