import type { ConnectionReport } from '../contract/provider.ts'
import { KalendsError } from '../errors.ts'
import type { Registry } from '../registry.ts'
import type { StoredConnection, WrittenConnection } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import { type EarlierClaim, earlierClaims, keepPhoneLines, takenLine } from '../store/phone-lines.ts'
import type { Secrets } from '../store/secrets.ts'
import { uniqueViolated } from '../store/violations.ts'
import { type Fields, openFields } from './credentials.ts'

const linesOf = ({ phoneVendors }: Registry, { plugin, options }: WrittenConnection) =>
  phoneVendors.get(plugin)?.lines(options)

const ownerOf = ({ tenantId, id, plugin }: WrittenConnection) => ({ tenantId, connectionId: id, vendor: plugin })

/**
 * Gives a phone connection the lines that its options name, in the transaction that writes it. A line is one connection's
 * within its tenant. Another tenant may name it too: that proves nothing, and must not keep it from whose it is.
 */
export async function keepLines(tx: Sql, registry: Registry, connection: WrittenConnection): Promise<void> {
  const lines = linesOf(registry, connection)
  if (lines) await keepPhoneLines(tx, ownerOf(connection), lines)
}

/**
 * KAL_PHONE_LINE_TAKEN where that is why a connection could not be written, else null. Looked up after the fact: only
 * the unique index knows who was first.
 */
export async function lineTaken(
  sql: Sql,
  registry: Registry,
  connection: WrittenConnection,
  error: unknown,
): Promise<KalendsError | null> {
  if (uniqueViolated(error) !== 'phone_lines_once') return null
  const lines = linesOf(registry, connection) ?? []
  const line = (await takenLine(sql, ownerOf(connection), lines)) ?? lines[0]
  return new KalendsError('KAL_PHONE_LINE_TAKEN', { kind: line?.kind ?? 'line', value: line?.value ?? '' })
}

export type SharedLinesDeps = { db: Sql; registry: Registry; secrets: Secrets }

/**
 * What a check says of lines that another tenant has named first and signs for with the same key: their calls are
 * refused here. Those that were named without the key are nobody's business, and not told.
 */
export async function sharedLines(
  { db, registry, secrets }: SharedLinesDeps,
  stored: StoredConnection,
): Promise<ConnectionReport['findings']> {
  const vendor = registry.phoneVendors.get(stored.plugin)
  if (!vendor) return []
  const { tenantId, id, plugin, credentials } = stored
  const own = Object.values(openOrNone(secrets, { tenantId, id }, credentials))
  const earlier = await earlierClaims(db, { tenantId, connectionId: id, vendor: plugin })
  const isShared = ({ tenantId, connectionId, credentials }: EarlierClaim) =>
    Object.values(openOrNone(secrets, { tenantId, id: connectionId }, credentials)).some((one) => own.includes(one))
  return earlier.filter(isShared).map(({ kind, value }) => ({
    level: 'warning',
    code: 'PHONE_LINE_SHARED',
    message: `Calls of the ${kind} "${value}" are refused: another tenant with the same key named it first. Whoever runs the gateway can say whose it is; the other one has to take it out.`,
  }))
}

/** Credentials that cannot be read sign nothing. */
function openOrNone(secrets: Secrets, owner: { tenantId: string; id: string }, sealed: Fields): Fields {
  try {
    return openFields(secrets, owner, sealed)
  } catch {
    return {}
  }
}
