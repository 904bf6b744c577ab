import type { Result } from './measure.ts'
import type { Options, System } from './options.ts'

type Results = Record<System, Result[]>
type Row = { what: string; of: (result: Result) => number | null; digits: number }

/** The table of all results: medians over the rounds, and what Kalends needs or does for each one of the floor's. */
export function tableOf(results: Results, options: Options): string {
  const { floor, kalends } = results
  const lines = rowsOf(options).map(({ what, of, digits }) => {
    const [low, high] = [median(floor.map(of)), median(kalends.map(of))]
    const share = low && high ? (high / low).toFixed(2) : '–'
    return [what, text(low, digits), text(high, digits), share]
  })
  const table = [['', 'floor', 'Kalends', 'Kalends ÷ floor'], ...lines]
  const widths = [0, 1, 2, 3].map((n) => Math.max(...table.map((row) => row[n]?.length ?? 0)))
  const line = (row: string[]) => `| ${row.map((cell, n) => pad(cell, widths[n] ?? 0, n)).join(' | ')} |`
  const rule = `|${widths.map((width, n) => (n === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(table[0] as string[]), rule, ...table.slice(1).map(line)].join('\n')
}

function rowsOf({ rates, clients }: Options): Row[] {
  const spreads: [string, 'arrival' | 'answer'][] = [
    ['request → calendar', 'arrival'],
    ['request → answer', 'answer'],
  ]
  return [
    { what: `accepted/s, ${clients} clients`, of: (result) => result.accepted, digits: 0 },
    { what: `completed/s, ${clients} clients`, of: (result) => result.completed, digits: 0 },
    { what: 'CPU ms per request, node', of: (result) => result.nodeCpu, digits: 2 },
    { what: 'CPU ms per request, database', of: (result) => result.databaseCpu, digits: 2 },
    { what: 'calendar calls per appointment', of: (result) => result.callsPerAppointment, digits: 2 },
    ...rates.flatMap((rate, n) => [
      ...spreads.flatMap(([name, key]) =>
        ['p50', 'p95', 'p99'].map((label, p) => ({
          what: `${name} at ${rate}/s, ${label} ms`,
          of: (result: Result) => result.open[n]?.[key][p] ?? null,
          digits: 1,
        })),
      ),
      {
        what: `CPU ms per request at ${rate}/s, node`,
        of: (result: Result) => result.open[n]?.nodeCpu ?? null,
        digits: 2,
      },
      {
        what: `CPU ms per request at ${rate}/s, database`,
        of: (result: Result) => result.open[n]?.databaseCpu ?? null,
        digits: 2,
      },
    ]),
  ]
}

function median(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b)
  if (known.length === 0) return null
  const middle = (known.length - 1) / 2
  return ((known[Math.floor(middle)] as number) + (known[Math.ceil(middle)] as number)) / 2
}

function text(value: number | null, digits: number): string {
  return value === null ? '–' : value.toFixed(digits)
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}
