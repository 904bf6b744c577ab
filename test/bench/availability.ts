// node test/bench/availability.ts: how long a caller waits who asks what is free. 50 questions a second at random moments,
// over 30 connections, each a tenant's own Cal.com account that takes 50 ms to answer; first as GET /api/v1/availability,
// then what a phone needs of it: what is free on a day, and the first two starts kept for the caller, who hangs up 20 s
// later; then the phone itself: a signed check_availability of Retell's, which offers three and keeps them, and hangs up.
// The gateway has a process of its own; the calendar shares this one with the load. With a word only the questions whose
// name holds it: node test/bench/availability.ts phone.
import { createHmac } from 'node:crypto'
import { loadavg } from 'node:os'
import { Pool } from 'undici'
import { roundTheClock, startTwin } from '../../plugins/calcom/twin/index.ts'
import { startChild } from './child.ts'
import { cpuOf } from './cpu.ts'
import { openServer } from './database.ts'

/** The accounts that the gateway of the bench is to connect. */
export type SalonsReady = { calendarUrl: string; accounts: { apiKey: string; eventTypeId: number }[] }

type Gateway = { url: string; tenants: { tenantId: string; key: string; phone: { id: string; agentId: string } }[] }

/** What Retell would sign with. */
const phoneKey = 'key_bench_0123456789abcdef'

const connections = 30
const rate = Number(process.env.BENCH_RATE ?? 50)
const seconds = 20
const delayMs = 50
const hangUpMs = 20_000
const days = 14

const server = await openServer({ statements: false })
const twin = await startTwin({ rateLimit: false, delayMs })
const accounts = Array.from({ length: connections }, (_, n) => {
  const [username, apiKey] = [`host${n}`, `cal_live_bench_${n}`]
  const host = { username, email: `${username}@salon.example`, name: username, timeZone: 'Europe/Berlin', apiKey }
  const account = twin.addAccount({ ...host, availability: roundTheClock })
  return { apiKey, eventTypeId: twin.addEventType(account, { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }).id }
})
const gateway = await startChild<Gateway>('availability-gateway.ts', {
  BENCH_DATABASE: await server.make('kalends_bench_availability'),
  BENCH_PHONE_KEY: phoneKey,
  BENCH_CALENDAR: JSON.stringify({ calendarUrl: twin.url, accounts } satisfies SalonsReady),
})
const pool = new Pool(gateway.ready.url, { connections: 200, pipelining: 1 })
let calls = 0

async function ask(
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<void> {
  const reply = await pool.request({ method, path, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  const text = await reply.body.text()
  if (reply.statusCode !== 200) throw new Error(`${path} was answered ${reply.statusCode}: ${text}`)
}

const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T
const someDay = () =>
  new Date(Date.now() + (2 + Math.floor(Math.random() * days)) * 86_400_000).toISOString().slice(0, 10)
const json = { 'content-type': 'application/json' }

function find(): Promise<void> {
  const day = someDay()
  const headers = { authorization: `Bearer ${any(gateway.ready.tenants).key}` }
  return ask('GET', `/api/v1/availability?serviceId=cut&from=${day}&to=${day}`, headers)
}

async function check(): Promise<void> {
  const caller = { tenantId: any(gateway.ready.tenants).tenantId, holder: `call:${calls++}` }
  setTimeout(() => void ask('POST', '/hang-up', json, caller).catch(() => undefined), hangUpMs).unref()
  await ask('POST', '/check', json, { ...caller, day: someDay() })
}

/** A function or an event of Retell's, signed. */
async function ring(connectionId: string, door: string, content: object): Promise<{ code?: string }> {
  const body = JSON.stringify(content)
  const time = Date.now()
  const signature = createHmac('sha256', phoneKey).update(`${body}${time}`).digest('hex')
  const headers = { ...json, 'x-retell-signature': `v=${time},d=${signature}` }
  const reply = await pool.request({ method: 'POST', path: `/retell/${connectionId}/${door}`, headers, body })
  const text = await reply.body.text()
  if (reply.statusCode >= 300) throw new Error(`${door} was answered ${reply.statusCode}: ${text}`)
  return text === '' ? {} : (JSON.parse(text) as { code: string })
}

const told: Record<string, number> = {}

async function phone(): Promise<void> {
  const { id, agentId } = any(gateway.ready.tenants).phone
  const call = { call_id: `call_bench_${calls++}`, agent_id: agentId, call_type: 'phone_call', direction: 'inbound' }
  const ended = { event: 'call_ended', call: { ...call, end_timestamp: Date.now() } }
  setTimeout(() => void ring(id, 'events', ended).catch(() => undefined), hangUpMs).unref()
  const args = { service: 'Haircut', date: someDay() }
  const { code = '' } = await ring(id, 'functions', { name: 'check_availability', args, call })
  told[code] = (told[code] ?? 0) + 1
}

/** Questions at random moments, `rate` a second on average, whether those before are answered or not; the waits in ms. */
async function openLoop(question: () => Promise<void>, forSeconds: number): Promise<number[]> {
  const start = performance.now()
  const running: Promise<number>[] = []
  for (let due = 0; due < forSeconds * 1_000; due += (-Math.log(1 - Math.random()) / rate) * 1_000) {
    const wait = start + due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const left = performance.now()
    running.push(question().then(() => performance.now() - left))
  }
  return Promise.all(running)
}

function spread(waits: number[]): string {
  const sorted = waits.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(0)
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms of ${sorted.length}`
}

try {
  await openLoop(find, 3)
  for (const [name, question] of [
    ['GET /api/v1/availability', find],
    ['find and keep two', check],
    ['check_availability by phone', phone],
  ] as const) {
    if (!name.includes(process.argv[2] ?? '')) continue
    const before = twin.counts.listSlots ?? 0
    const cpu = [cpuOf(gateway.pid), server.cpu() ?? 0] as const
    const waits = await openLoop(question, seconds)
    const asked = (twin.counts.listSlots ?? 0) - before
    const each = (used: number) => `${(used / waits.length).toFixed(1)} ms`
    const used = `CPU each: gateway ${each(cpuOf(gateway.pid) - cpu[0])}, PostgreSQL ${each((server.cpu() ?? 0) - cpu[1])}`
    console.log(`${name}: ${spread(waits)}; the calendar was asked ${asked} times; ${used}`)
  }
  console.log(`callers were told ${JSON.stringify(told)}`)
  console.log(`load average ${loadavg()[0]?.toFixed(1)}, Node ${process.version}, PostgreSQL ${server.version}`)
} finally {
  await pool.close()
  await gateway.stop()
  await twin.close()
  await server.drop('kalends_bench_availability')
  await server.stop()
}
