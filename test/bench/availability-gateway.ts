// The gateway of the availability bench: tenants with a calendar each, and a plugin that does for a caller what a phone
// asks for: it finds the free starts of a day and keeps the first ones for that call.
import pino from 'pino'
import { definePlugin } from '../../core/contract/plugin.ts'
import { createGateway } from '../../core/gateway.ts'
import admin from '../../plugins/admin/index.ts'
import calcom from '../../plugins/calcom/index.ts'
import phone from '../../plugins/phone/index.ts'
import retell from '../../plugins/retell/index.ts'
import type { SalonsReady } from './availability.ts'
import { serveParent } from './child.ts'

const { BENCH_DATABASE: url = '', BENCH_CALENDAR = '{}', BENCH_OFFERS = '2', BENCH_PHONE_KEY = '' } = process.env
const { calendarUrl, accounts }: SalonsReady = JSON.parse(BENCH_CALENDAR)

const caller = definePlugin({
  name: 'caller',
  version: '1.0.0',
  api: 1,
  routes: ['/check', '/hang-up'],
  setup({ http, availability }) {
    http.post('/check', { config: { access: 'public' } }, async (request) => {
      const { tenantId, day, holder } = request.body as { tenantId: string; day: string; holder: string }
      const { items } = await availability.find(tenantId, { serviceId: 'cut', from: day, to: day }, { holder })
      const offered = items.slice(0, Number(BENCH_OFFERS))
      await Promise.all(
        offered.map(({ startsAt }) =>
          // Another caller may have been faster, as on the phone.
          availability.hold(tenantId, { serviceId: 'cut', startsAt, holder }).catch(() => undefined),
        ),
      )
      return { offered: offered.length }
    })
    http.post('/hang-up', { config: { access: 'public' } }, async (request) => {
      const { tenantId, holder } = request.body as { tenantId: string; holder: string }
      await availability.release(tenantId, holder)
      return {}
    })
  },
})

const gateway = await createGateway(
  {
    server: { port: 0 },
    database: { url },
    secrets: { key: Buffer.alloc(32, 7).toString('base64') },
    outbound: { allow: [new URL(calendarUrl).host] },
    plugins: [calcom(), admin(), caller(), phone(), retell()],
  },
  { logger: pino({ level: 'warn' }) },
)
const origin = { name: 'api' }
const tenants: { tenantId: string; key: string; phone: { id: string; agentId: string } }[] = []
for (const [n, { apiKey, eventTypeId }] of accounts.entries()) {
  const given = { slug: `salon-${n}`, name: `Salon ${n}`, timeZone: 'Europe/Berlin', region: 'DE' }
  const { id: tenantId } = await gateway.tenants.create({ origin }, given)
  const author = { tenantId, origin }
  const connection = { name: 'calendar', plugin: 'calcom', baseUrl: calendarUrl, credentials: { apiKey } }
  await gateway.connections.create(author, connection)
  const links = [{ connection: 'calendar', target: { eventTypeId } }]
  await gateway.services.create(author, { slug: 'cut', name: 'Haircut', durationMinutes: 30, links })
  const { key } = await gateway.keys.create(author, { name: 'bench', role: 'viewer' })
  const agentId = `agent_bench_${n}`
  const line = {
    name: 'phone',
    plugin: 'retell',
    credentials: { apiKey: BENCH_PHONE_KEY },
    options: { agentIds: [agentId] },
  }
  const { id } = await gateway.connections.create(author, line)
  tenants.push({ tenantId, key, phone: { id, agentId } })
}
serveParent({ url: await gateway.listen(), tenants }, {}, () => gateway.close())
