import { Pool } from 'undici'
import type { SystemReady } from './system.ts'

/** One request that was answered: whose it is, when it left and when its answer was there; monotonic nanoseconds. */
export type Sent = { email: string; left: bigint; answered: bigint }

let people = 0
const firstDay = Math.ceil(Date.now() / 86_400_000 + 2) * 86_400_000

/** Makes appointments, each of somebody else, over sockets that stay open. Throws at the first that is refused. */
export function createClient({ url, headers }: SystemReady) {
  const { origin, pathname } = new URL(url)
  // One request a socket, and in the open loop never one that waits for a free one.
  const pool = new Pool(origin, { connections: 500, pipelining: 1 })
  return {
    async book(): Promise<Sent> {
      const number = people++
      const email = `customer${number}@bench.example`
      const startsAt = new Date(firstDay + (number % 10_000) * 30 * 60_000).toISOString()
      const body = {
        serviceId: 'cut',
        startsAt,
        customer: { name: `Customer ${number}`, email, phone: '+4915112345678' },
      }
      const left = process.hrtime.bigint()
      const reply = await pool.request({
        method: 'POST',
        path: pathname,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      const text = await reply.body.text()
      if (reply.statusCode !== 201) throw new Error(`an appointment was answered ${reply.statusCode}: ${text}`)
      return { email, left, answered: process.hrtime.bigint() }
    },
    close: () => pool.close(),
  }
}

export type Client = ReturnType<typeof createClient>

/** Clients that each ask again as soon as they are answered, for `seconds`. */
export async function closedLoop(client: Client, clients: number, seconds: number): Promise<Sent[]> {
  const until = performance.now() + seconds * 1_000
  const sent: Sent[] = []
  const one = async () => {
    while (performance.now() < until) sent.push(await client.book())
  }
  await Promise.all(Array.from({ length: clients }, one))
  return sent
}

/**
 * Requests at random moments, `rate` a second on average (Poisson), whether those before are answered or not: a system
 * that stalls is asked on, and its stall is seen in all who come meanwhile.
 */
export async function openLoop(client: Client, rate: number, seconds: number): Promise<Sent[]> {
  const start = performance.now()
  const running: Promise<Sent>[] = []
  for (let due = 0; due < seconds * 1_000; due += (-Math.log(1 - Math.random()) / rate) * 1_000) {
    const wait = start + due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    running.push(client.book())
  }
  return Promise.all(running)
}
