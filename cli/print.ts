import type { Io, Typed } from './command.ts'

/** A column of a table: its heading and what stands in it. */
export type Column<T> = { title: string; text(row: T): string | number | null; right?: boolean }

/** Prints rows as a table, or with --json as they are. */
export function printRows<T>(
  typed: Typed,
  io: Io,
  rows: readonly T[],
  columns: readonly Column<T>[],
  none: string,
): void {
  if (typed.values.json === true) io.out(JSON.stringify(rows, null, 2))
  else io.out(rows.length === 0 ? none : table(rows, columns))
}

const widest = 80
const gap = '  '

/** Aligned columns, at most 80 wide: where they would be wider, the widest column is cut and says so with an ellipsis. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const cells = [
    columns.map(({ title }) => title.toUpperCase()),
    ...rows.map((row) => columns.map((column) => String(column.text(row) ?? '-'))),
  ]
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)))
  fit(widths)
  return cells.map((row) => lineOf(row, widths, columns)).join('\n')
}

function fit(widths: number[]): void {
  const total = () => widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1)
  for (let over = total() - widest; over > 0; over = total() - widest) {
    const largest = widths.indexOf(Math.max(...widths))
    const others = widths.filter((_, index) => index !== largest)
    const next = Math.max(...others, 8)
    const width = widths[largest] as number
    // Down to the second widest at most; then both shrink in turn.
    widths[largest] = Math.max(width - over, Math.min(next, width - 1))
    if (width <= 8) return
  }
}

function lineOf<T>(row: readonly string[], widths: readonly number[], columns: readonly Column<T>[]): string {
  const cells = row.map((cell, index) => {
    const width = widths[index] as number
    const cut = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell
    return columns[index]?.right ? cut.padStart(width) : cut.padEnd(width)
  })
  return cells.join(gap).trimEnd()
}

/** An instant as people read it in a table: `2026-12-01 09:00`, UTC. */
export function shortTime(instant: string | null): string | null {
  return instant === null ? null : instant.slice(0, 16).replace('T', ' ')
}
