import type { StatsView } from '../core/contract/statistics.ts'
import { parseWindow } from '../core/stats.ts'
import { type Command, type Typed, textOf, UsageError, wordsOf } from './command.ts'
import { asOperator, settingsFor, tenantOf } from './operator.ts'
import { type Column, shortTime, table } from './print.ts'

export default {
  usage: ['stats [--window 24h] [--tenant SLUG] [--json]'],
  details: `How it goes: how many changes reached the calendars and how fast, what waits for
people, how every connection is, and what an operator should look at.

  --window TIME  how far back, from 1h to 90d; 24h where left out
  --tenant SLUG  whose; not needed where there is only one tenant`,
  options: { window: { type: 'string' }, tenant: { type: 'string' } },
  async run(typed, io) {
    wordsOf(typed)
    const query = queryOf(typed)
    const stats = await asOperator(await settingsFor(typed, io), async (gateway) => {
      const { id } = await tenantOf(gateway, typed)
      return gateway.stats.read(id, query)
    })
    io.out(typed.values.json === true ? JSON.stringify(stats, null, 2) : report(stats))
    return 0
  },
} satisfies Command

function queryOf(typed: Typed): { window?: string } {
  const window = textOf(typed, 'window')
  if (window === undefined) return {}
  if (parseWindow(window) === null)
    throw new UsageError(`"${window}" is no window. Say one from 1h to 90d, such as 24h.`)
  return { window }
}

function report(stats: StatsView): string {
  const { origins, connections } = stats
  const byOrigin = Object.entries(origins).map(([name, origin]) => ({ name, ...origin }))
  const parts = [
    table(linesOf(stats), lineColumns),
    byOrigin.length > 0 && table(byOrigin, originColumns),
    connections.length > 0 && table(connections, connectionColumns),
    alertsOf(stats),
  ]
  return parts.filter((part) => part !== false).join('\n\n')
}

type Line = { what: string; value: string | number | null }

function linesOf({ window, appointments, successRate, latency, ...stats }: StatsView): Line[] {
  const { healed, slotTaken, reviews, lastVerificationAt } = stats
  const states = Object.entries(appointments.bySyncStatus).filter(([, { count }]) => count > 0)
  return [
    { what: `appointments changed (${window})`, value: appointments.total },
    ...states.map(([state, { count, percentage }]) => ({ what: `  ${state}`, value: `${count} (${percentage} %)` })),
    { what: 'success rate', value: withUnit(successRate, '%') },
    { what: 'latency, average', value: withUnit(latency.averageSeconds, 's') },
    { what: 'latency, 95 of 100', value: withUnit(latency.p95Seconds, 's') },
    { what: 'latency, longest', value: withUnit(latency.maxSeconds, 's') },
    { what: 'slot taken', value: slotTaken },
    { what: 'reviews open', value: reviews.open },
    ...Object.entries(reviews.byCode).map(([code, count]) => ({ what: `  ${code}`, value: count })),
    { what: 'reviews opened a day', value: reviews.openedPerDay },
    {
      what: 'reviews closed by themselves',
      value: `${healed.count}${healed.rate === null ? '' : ` (${healed.rate} %)`}`,
    },
    { what: 'hours until people resolve', value: reviews.hoursToResolve },
    { what: 'oldest review', value: withUnit(reviews.oldestHours, 'h') },
    { what: 'last verified (UTC)', value: shortTime(lastVerificationAt) },
  ]
}

function withUnit(value: number | null, unit: string): string | null {
  return value === null ? null : `${value} ${unit}`
}

function alertsOf({ alerts }: StatsView): string {
  if (alerts.length === 0) return 'Nothing that needs you.'
  return alerts.map(({ code, value, threshold }) => `ALERT ${code}: ${value}, bound ${threshold}`).join('\n')
}

const lineColumns: Column<Line>[] = [
  { title: 'what', text: ({ what }) => what },
  { title: 'value', text: ({ value }) => value, right: true },
]

const originColumns: Column<StatsView['origins'][string] & { name: string }>[] = [
  { title: 'origin', text: ({ name }) => name },
  { title: 'changed', text: ({ count }) => count, right: true },
  { title: 'synced', text: ({ syncedCount }) => syncedCount, right: true },
  { title: 'rate', text: ({ successRate }) => withUnit(successRate, '%'), right: true },
]

const connectionColumns: Column<StatsView['connections'][number]>[] = [
  { title: 'connection', text: ({ name }) => name },
  { title: 'plugin', text: ({ plugin }) => plugin },
  { title: 'state', text: ({ state }) => state },
  { title: 'waiting', text: ({ waiting }) => waiting, right: true },
  { title: 'breaker', text: ({ breaker }) => breaker },
  { title: 'limited until (UTC)', text: ({ limitedUntil }) => shortTime(limitedUntil) },
]
