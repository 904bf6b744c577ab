import { KalendsError } from '../errors.ts'
import type { Registry } from '../registry.ts'
import type { WrittenConnection } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import { keepPhoneLines, takenLine } from '../store/phone-lines.ts'
import { uniqueViolated } from '../store/violations.ts'

const linesOf = ({ phoneVendors }: Registry, { plugin, options }: WrittenConnection) =>
  phoneVendors.get(plugin)?.lines(options)

const ownerOf = ({ tenantId, id, plugin }: WrittenConnection) => ({ tenantId, connectionId: id, vendor: plugin })

/** Gives a phone connection the lines that its options name, in the transaction that writes it. */
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
