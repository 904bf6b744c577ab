import type { Circuit } from '../domain/circuit.ts'
import type { Database, Sql, Transaction } from './database.ts'

/** The connection that a circuit belongs to. */
export type CircuitKey = { tenantId: string; id: string }

/** All gateways are told here of a circuit that was written: the id of its connection. Whoever hears it reads the row. */
export const circuitsChannel = 'kalends_circuits'

/** A circuit as it stands in the database. All its times, and `now`, are the database's own, in milliseconds since 1970. */
export type StoredCircuit = CircuitKey & { circuit: Circuit; now: number }

/** A circuit before and after a change, the very same object where nothing was changed; in the database's time. */
export type ChangedCircuit = { before: Circuit; after: Circuit; now: number }

type Row = {
  tenantId: string
  id: string
  failures: number
  open: number | null
  probe: number | null
  limited: number | null
  spent: number | null
  now: number
}

const ms = (moment: string) => `(extract(epoch from ${moment}) * 1000)::float8`
const columns = `
  tenant_id as "tenantId", connection_id as id, failures, ${ms('open_until')} as open, ${ms('probe_until')} as probe,
  ${ms('limited_until')} as limited, ${ms('spent_until')} as spent, ${ms('kalends.clock()')} as now`

/** Every circuit that is written down, or that of one connection. */
export async function readCircuits(sql: Sql, connectionId: string | null = null): Promise<StoredCircuit[]> {
  const rows = await sql.query<Row>(
    `select ${columns} from kalends.circuits where $1::uuid is null or connection_id = $1`,
    [connectionId],
  )
  return rows.map(({ tenantId, id, now, ...row }) => ({ tenantId, id, now, circuit: toCircuit(row) }))
}

/**
 * Changes a circuit by a rule, under its lock: of several gateways that saw failures each counts behind the others, and of
 * several that want the probe one gets it. `rule` may run again and answers the same object where there is nothing to
 * change; then nothing is written and nobody is told. Null: the connection is gone.
 */
export function changeCircuit(
  db: Pick<Database, 'transaction'>,
  key: CircuitKey,
  rule: (circuit: Circuit, now: number) => Circuit,
): Promise<ChangedCircuit | null> {
  return db.transaction(async (tx) => {
    const found = (await lock(tx, key)) ?? ((await insert(tx, key)) ? await lock(tx, key) : null)
    if (!found) return null
    const { now, ...row } = found
    const before = toCircuit(row)
    const after = rule(before, now)
    if (after !== before) await write(tx, key, after)
    return { before, after, now }
  })
}

/**
 * Closes the circuit of a connection whose address, key or options were changed: what failed before says nothing of it. A
 * limit stays, which is the calendar's own word. In the transaction of the change; every gateway hears of it.
 */
export async function closeCircuit(tx: Sql, { tenantId, id }: CircuitKey): Promise<void> {
  await tx.query(
    `with closed as (
       update kalends.circuits set failures = 0, open_until = null, probe_until = null, updated_at = kalends.clock()
       where tenant_id = $1 and connection_id = $2 and (failures > 0 or open_until is not null)
       returning connection_id
     )
     select pg_notify('${circuitsChannel}', connection_id::text) from closed`,
    [tenantId, id],
  )
}

async function lock(tx: Transaction, { tenantId, id }: CircuitKey): Promise<Row | null> {
  const [row] = await tx.query<Row>(
    `select ${columns} from kalends.circuits where tenant_id = $1 and connection_id = $2 for update`,
    [tenantId, id],
  )
  return row ?? null
}

/** The row is made when it is first needed; whether there is a connection that it can belong to. */
async function insert(tx: Transaction, { tenantId, id }: CircuitKey): Promise<boolean> {
  const rows = await tx.query(
    `with made as (
       insert into kalends.circuits (tenant_id, connection_id)
       select tenant_id, id from kalends.connections where tenant_id = $1 and id = $2
       on conflict do nothing
     )
     select from kalends.connections where tenant_id = $1 and id = $2`,
    [tenantId, id],
  )
  return rows.length > 0
}

async function write(tx: Transaction, { tenantId, id }: CircuitKey, circuit: Circuit): Promise<void> {
  const { failures, openUntil, probeUntil, limitedUntil, spentUntil } = circuit
  await tx.query(
    `with written as (
       update kalends.circuits
       set failures = $3, open_until = to_timestamp($4::float8 / 1000), probe_until = to_timestamp($5::float8 / 1000),
           limited_until = to_timestamp($6::float8 / 1000), spent_until = to_timestamp($7::float8 / 1000),
           updated_at = kalends.clock()
       where tenant_id = $1 and connection_id = $2
       returning connection_id
     )
     select pg_notify('${circuitsChannel}', connection_id::text) from written`,
    [tenantId, id, failures, openUntil, probeUntil, limitedUntil, spentUntil],
  )
}

function toCircuit({ failures, open, probe, limited, spent }: Omit<Row, 'tenantId' | 'id' | 'now'>): Circuit {
  return { failures, openUntil: open, probeUntil: probe, limitedUntil: limited, spentUntil: spent }
}
