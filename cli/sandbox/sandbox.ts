import type { ConnectionInput } from '../../core/contract/catalogue.ts'
import type { Gateway } from '../../core/contract/gateway.ts'
import { definePlugin, type Plugin } from '../../core/contract/plugin.ts'
import type { Settings } from '../../core/settings.ts'
import { officeHours, startTwin, type Twin } from '../../plugins/calcom/twin/index.ts'
import { demoPhoneConnection } from './demo-phone.ts'
import { freeStarts, salonZone } from './free-times.ts'
import { type Credentials, ensureConnection, ensureService, ensureTenant, ensureWayIn } from './furnish.ts'
import { sandboxFile, sandboxHost } from './place.ts'

/** The sandbox as the welcome shows it. `nextFree` can be booked for half an hour. */
export type Sandbox = { pageUrl: string; tenant: string; credentials: Credentials | null; nextFree: string }

/** The tenant that the sandbox belongs to. */
export const demoTenant = 'demo'

/** No secret: this Cal.com listens on this machine only, and holds nothing but what is tried out here. */
const apiKey = 'cal_live_sandbox'

const services = [
  { slug: 'cut', name: 'Haircut', durationMinutes: 30, price: '35.00', currency: 'EUR' },
  { slug: 'colour', name: 'Colour', durationMinutes: 90, price: '120.00', currency: 'EUR' },
  { slug: 'consultation', name: 'Consultation', durationMinutes: 15, requiresConfirmation: true },
]

/**
 * A Cal.com of one's own beside the gateway, with a tenant that is connected to it. It is a plugin, because plugins are
 * set up when the database is ours and no work has begun: a second gateway on the same folder is turned away before it
 * touches the sandbox's file, and what waited finds its calendar there. Where the database has other tenants and none
 * of ours, it does nothing: it is somebody's real house.
 *
 * @param found hears of the sandbox when it is there
 */
export function sandboxPlugin(settings: Settings, port: number, found: (sandbox: Sandbox) => void): Plugin {
  return definePlugin({
    name: 'sandbox',
    version: '0.1.0',
    api: 1,
    async setup(gateway) {
      const { items } = await gateway.tenants.list({ limit: 200 })
      if (items.length > 0 && !items.some(({ slug }) => slug === demoTenant)) return
      // A person who tries things out should not run into Cal.com's 120 calls a minute.
      const file = sandboxFile(settings)
      const twin = await startTwin({ host: sandboxHost, port, file, rateLimit: false })
      gateway.http.addHook('onClose', () => twin.close())
      const credentials = await furnish(gateway, twin, await demoPhoneConnection(settings))
      const [nextFree = ''] = freeStarts(twin.bookings(), Date.now(), 30, 1)
      found({ pageUrl: twin.url.replace(/v2$/, ''), tenant: demoTenant, credentials, nextFree })
    },
  })()
}

/** Brings the salon into being, on both sides. Doing it again changes nothing but the address of the sandbox. */
async function furnish(gateway: Gateway, twin: Twin, phone: ConnectionInput | null): Promise<Credentials | null> {
  const account = twin.addAccount({
    username: 'salon',
    email: 'salon@demo.example',
    name: 'Salon Demo',
    timeZone: salonZone,
    locale: 'de',
    apiKey,
    availability: officeHours,
  })
  const tenant = { slug: demoTenant, name: 'Salon Demo', timeZone: salonZone, language: 'de', region: 'DE' }
  const author = await ensureTenant(gateway, 'sandbox', tenant)
  // Whoever calls has no e-mail address, and Cal.com's event types ask for one.
  const options = { syntheticEmailDomain: 'calls.demo.example' }
  const connection = { name: 'calendar', plugin: 'calcom', baseUrl: twin.url, credentials: { apiKey }, options }
  await ensureConnection(gateway, author, connection)
  if (phone !== null) await ensureConnection(gateway, author, phone)
  for (const { requiresConfirmation = false, ...service } of services) {
    const { slug, name: title, durationMinutes: lengthInMinutes } = service
    const { id: eventTypeId } = twin.addEventType(account, { slug, title, lengthInMinutes, requiresConfirmation })
    await ensureService(gateway, author, { ...service, links: [{ connection: 'calendar', target: { eventTypeId } }] })
  }
  return ensureWayIn(gateway, author)
}
