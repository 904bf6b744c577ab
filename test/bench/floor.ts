// The floor: the same job with fastify, pg and pg-boss as their documentation shows them, and nothing else. No checks of
// rules, no journal, no leases, no announced writes, no retry that looks first, no tenants, no keys.
import Fastify from 'fastify'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { Agent, request } from 'undici'
import { serveParent } from './child.ts'
import type { SystemReady } from './system.ts'

const { BENCH_DATABASE: connectionString = '', BENCH_CALENDAR = '{}' } = process.env
const calendar = JSON.parse(BENCH_CALENDAR)
const pool = new pg.Pool({ connectionString, max: 10 })
await pool.query(`create table appointments (id bigserial primary key, name text not null, email text not null,
  starts_at timestamptz not null, external_id text, created_at timestamptz not null default now())`)
const boss = new PgBoss({ connectionString, useListenNotify: true })
boss.on('error', console.error)
await boss.start()
await boss.createQueue('call', { notify: true, partition: true })
const dispatcher = new Agent({ connections: 128 })

async function call({ id }: { id: string }) {
  const { rows } = await pool.query('select name, email, starts_at from appointments where id = $1', [id])
  const [{ name, email, starts_at: start }] = rows
  const { statusCode, body } = await request(`${calendar.url}/bookings`, {
    dispatcher,
    method: 'POST',
    headers: {
      authorization: `Bearer ${calendar.apiKey}`,
      'cal-api-version': '2024-08-13',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ start, eventTypeId: calendar.eventTypeId, attendee: { name, email, timeZone: 'UTC' } }),
  })
  const reply = (await body.json()) as { data: { uid: string } }
  if (statusCode !== 201) throw new Error(`the calendar answered ${statusCode}`)
  await pool.query('update appointments set external_id = $2 where id = $1', [id, reply.data.uid])
}

// As fast as work() goes: batches, and the next one at once while they are full.
const options = { batchSize: 16, burstWhenBatchFull: true, localConcurrency: 2, pollingIntervalSeconds: 0.5 }
await boss.work<{ id: string }>('call', { ...options, notifyPollingIntervalSeconds: 0.5 }, (jobs) =>
  Promise.all(jobs.map((job) => call(job.data))),
)

const app = Fastify()
app.post<{ Body: { startsAt: string; customer: { name: string; email: string } } }>('/', async ({ body }, reply) => {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query(
      'insert into appointments (name, email, starts_at) values ($1, $2, $3) returning id',
      [body.customer.name, body.customer.email, body.startsAt],
    )
    const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) }
    await boss.send('call', { id: rows[0].id }, { db })
    await client.query('commit')
    return reply.code(201).send({ id: rows[0].id })
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
const open = () => pool.query('select count(*)::int as n from appointments where external_id is null')
serveParent({ url, headers: {} } satisfies SystemReady, { open: async () => (await open()).rows[0].n }, async () => {
  await app.close()
  await boss.stop({ graceful: false })
  await pool.end()
})
