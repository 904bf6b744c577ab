import type { FaultScript } from './faults.ts'
import type { Ledger } from './ledger.ts'
import type { Answer } from './route.ts'
import { isoMs } from './time.ts'

type Row = Record<string, unknown>

/** The answer as a fault of the kinds `nulls`, `lie` and `empty-list` twists it; the state behind it stays true. */
export function twist(script: FaultScript, answer: Answer, ledger: Ledger): Answer {
  if (script.kind === 'empty-list') return Array.isArray(answer.data) ? emptied(answer) : answer
  const change = (row: unknown) => ({ ...(row as Row), ...untruth(script, row as Row, ledger) })
  return { ...answer, data: Array.isArray(answer.data) ? answer.data.map(change) : change(answer.data) }
}

// What was seen null in the live service though its specification says otherwise.
const nullable = ['description', 'eventType', 'eventTypeId', 'updatedAt']

function untruth(script: FaultScript, row: Row, ledger: Ledger): Row {
  if (script.kind === 'nulls') return Object.fromEntries((script.fields ?? nullable).map((field) => [field, null]))
  if (script.data) return script.data
  const other = script.like === undefined ? undefined : ledger.bookings.find(script.like)
  if (other) return { start: isoMs(other.start), end: isoMs(other.end) }
  return { start: anHourLater(row.start), end: anHourLater(row.end) }
}

const anHourLater = (time: unknown) => isoMs(Date.parse(String(time)) + 3_600_000)

function emptied(answer: Answer): Answer {
  if (!answer.more?.pagination) return { ...answer, data: [] }
  const pagination = {
    ...(answer.more.pagination as Row),
    ...{ totalItems: 0, remainingItems: 0, returnedItems: 0, currentPage: 0, totalPages: 0 },
    ...{ hasNextPage: false, hasPreviousPage: false },
    ...('hasMore' in (answer.more.pagination as Row) ? { hasMore: false, nextCursor: null } : {}),
  }
  return { ...answer, data: [], more: { ...answer.more, pagination } }
}
