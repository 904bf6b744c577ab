import type { Arrivals, CalendarReady } from './calendar.ts'
import { type Child, startChild } from './child.ts'
import { cpuOf } from './cpu.ts'
import type { Server } from './database.ts'
import { type Client, closedLoop, createClient, openLoop, type Sent } from './load.ts'
import type { Options, System } from './options.ts'
import type { SystemReady } from './system.ts'

/** p50, p95 and p99 in ms. */
export type Spread = [number, number, number]

/** What one round of one system came to. */
export type Result = {
  /** Answered a second, and in the calendar and written down a second, with all clients asking. */
  accepted: number
  completed: number
  /** Of the same phase, per request in ms. */
  nodeCpu: number
  databaseCpu: number | null
  callsPerAppointment: number
  /** By rate: from the request to its booking in the calendar, and to its answer. */
  open: { rate: number; arrival: Spread; answer: Spread; nodeCpu: number; databaseCpu: number | null }[]
}

type Bench = { calendar: Child<CalendarReady>; system: Child<SystemReady>; client: Client; server: Server }

/** Measures a system on a database of its own: warm up, the open loops, then as fast as it goes. */
export async function measure(which: System, server: Server, options: Options): Promise<Result> {
  const name = `kalends_bench_${which}`
  const calendar = await startChild<CalendarReady>('calendar.ts', {})
  const environment = {
    BENCH_DATABASE: await server.make(name),
    BENCH_CALENDAR: JSON.stringify(calendar.ready),
    BENCH_HISTORY: JSON.stringify({ finished: options.history, waiting: options.waiting }),
  }
  const profile = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : []
  const system = await startChild<SystemReady>(`${which}.ts`, environment, profile)
  const client = createClient(system.ready)
  const bench = { calendar, system, client, server }
  try {
    return await phases(bench, options)
  } finally {
    await client.close()
    await system.stop()
    await calendar.stop()
    await server.drop(name)
  }
}

async function phases(bench: Bench, { warmUp, open, closed, clients, rates }: Options): Promise<Result> {
  const { client } = bench
  await run(bench, () => closedLoop(client, clients, warmUp))
  await bench.server.statements()
  const opened: Result['open'] = []
  for (const rate of rates) {
    const { sent, arrived, nodeCpu, databaseCpu } = await run(bench, () => openLoop(client, rate, open))
    const arrival = spread(sent.map(({ email, left }) => Number((arrived.get(email) as bigint) - left) / 1e6))
    const answer = spread(sent.map(({ left, answered }) => Number(answered - left) / 1e6))
    opened.push({ rate, arrival, answer, nodeCpu, databaseCpu })
  }
  const full = await run(bench, () => closedLoop(client, clients, closed))
  const { length } = full.sent
  return {
    accepted: length / full.answeredSeconds,
    completed: length / full.seconds,
    nodeCpu: full.nodeCpu,
    databaseCpu: full.databaseCpu,
    callsPerAppointment: full.calls / length,
    open: opened,
  }
}

/** Runs a load and waits until every appointment of it is in the calendar and written down. CPU in ms per request. */
async function run({ calendar, system, server }: Bench, load: () => Promise<Sent[]>) {
  const before = { node: cpuOf(system.pid), database: server.cpu(), calls: await calendar.ask<number>('calls') }
  const start = performance.now()
  const sent = await load()
  const answeredSeconds = (performance.now() - start) / 1_000
  const deadline = performance.now() + 120_000
  while ((await calendar.ask<number>('arrived')) < sent.length || (await system.ask<number>('open')) > 0) {
    if (performance.now() > deadline) throw new Error('Not every appointment was completed within two minutes')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const seconds = (performance.now() - start) / 1_000
  const node = (cpuOf(system.pid) - before.node) / sent.length
  const after = server.cpu()
  return {
    sent,
    answeredSeconds,
    seconds,
    nodeCpu: node,
    databaseCpu: after === null || before.database === null ? null : (after - before.database) / sent.length,
    calls: (await calendar.ask<number>('calls')) - before.calls,
    arrived: new Map((await calendar.ask<Arrivals>('arrivals')).map(([email, at]) => [email, BigInt(at)])),
  }
}

function spread(values: number[]): Spread {
  const sorted = values.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return [at(0.5), at(0.95), at(0.99)]
}
