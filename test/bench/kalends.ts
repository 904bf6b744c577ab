// Kalends as it comes: every feature on, its own HTTP API with a key, the Cal.com plugin.
import pg from 'pg'
import pino from 'pino'
import { createGateway } from '../../core/gateway.ts'
import admin from '../../plugins/admin/index.ts'
import calcom from '../../plugins/calcom/index.ts'
import type { CalendarReady } from './calendar.ts'
import { serveParent } from './child.ts'
import { addHistory } from './history.ts'
import type { SystemReady } from './system.ts'

const { BENCH_DATABASE: url = '', BENCH_CALENDAR = '{}', BENCH_HISTORY = '{}' } = process.env
const calendar: CalendarReady = JSON.parse(BENCH_CALENDAR)
const gateway = await createGateway(
  {
    server: { port: 0 },
    database: { url },
    secrets: { key: Buffer.alloc(32, 7).toString('base64') },
    outbound: { allow: [new URL(calendar.url).host] },
    plugins: [calcom(), admin()],
  },
  { logger: pino({ level: 'warn' }) },
)
const tenant = await gateway.tenants.create(
  { origin: { name: 'api' } },
  { slug: 'salon', name: 'Salon', timeZone: 'Europe/Berlin', region: 'DE' },
)
const author = { tenantId: tenant.id, origin: { name: 'api' } }
await gateway.connections.create(author, {
  name: 'calendar',
  plugin: 'calcom',
  baseUrl: calendar.url,
  credentials: { apiKey: calendar.apiKey },
})
await gateway.services.create(author, {
  slug: 'cut',
  name: 'Haircut',
  durationMinutes: 30,
  links: [{ connection: 'calendar', target: { eventTypeId: calendar.eventTypeId } }],
})
const { key } = await gateway.keys.create(author, { name: 'bench', role: 'desk' })
const db = new pg.Client(url)
await db.connect()
await addHistory(db, JSON.parse(BENCH_HISTORY))
// What waits for later is none of this run's.
const open = () =>
  db.query(
    `select count(*)::int as n from kalends.syncs where state = 'waiting' and due_at < now() + interval '1 hour'`,
  )

const ready: SystemReady = {
  url: `${await gateway.listen()}/api/v1/appointments`,
  headers: { authorization: `Bearer ${key}` },
}
serveParent(ready, { open: async () => (await open()).rows[0].n }, async () => {
  await gateway.close()
  await db.end()
})
