import { createServer } from 'node:net'
import pino from 'pino'
import type { Author } from '../../core/contract/gateway.ts'
import { createGateway, type GatewayOptions, type KalendsGateway } from '../../core/gateway.ts'
import type { SettingsInput } from '../../core/settings.ts'
import admin from '../../plugins/admin/index.ts'
import calcom from '../../plugins/calcom/index.ts'
import { roundTheClock, startTwin, type Twin, type TwinOptions } from '../../plugins/calcom/twin/index.ts'
import { testDatabase } from './database.ts'

/** What of a tap test is used here. */
type Owner = Parameters<typeof testDatabase>[0]

export const apiKey = 'cal_live_test_0123456789abcdef'
export const secretKey = Buffer.alloc(32, 7).toString('base64')

/** Waits that tests need not sit through; everything else as it comes. */
export const quick: NonNullable<SettingsInput['sync']> = {
  retryDelays: ['50ms', '100ms', '150ms'],
  settleDelay: '50ms',
  sweepEvery: '200ms',
  // What is no test of the breaker is not to be stopped by it.
  breaker: { failures: 1000, openFor: '1s' },
}

/** A Cal.com with one account and an event type of 30 minutes that is open day and night. */
export async function testTwin(t: Owner, options: TwinOptions = {}) {
  const twin = await startTwin({ rateLimit: false, ...options })
  t.teardown(() => twin.close())
  const account = twin.addAccount({
    username: 'ana',
    email: 'ana@salon.example',
    name: 'Ana Host',
    timeZone: 'Europe/Berlin',
    apiKey,
    availability: roundTheClock,
  })
  const eventType = twin.addEventType(account, { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  return { twin, account, eventType }
}

/** The settings of a test gateway on a database of its own; `input` goes over them. */
export function testSettings(url: string, twin: Pick<Twin, 'url'>, input: SettingsInput = {}): SettingsInput {
  return {
    server: { port: 0 },
    database: { url, poolSize: 6 },
    secrets: { key: secretKey },
    outbound: { allow: [new URL(twin.url).host] },
    plugins: [calcom(), admin()],
    ...input,
    sync: { ...quick, ...input.sync },
  }
}

/** A gateway with a tenant, a connection to the twin, a linked service and an admin's key; closed with the test. */
export async function testGateway(
  t: Owner,
  given: { input?: SettingsInput; options?: GatewayOptions; twin?: TwinOptions } = {},
) {
  const { url, db } = await testDatabase(t)
  const { twin, account, eventType } = await testTwin(t, given.twin)
  const start = async (options: GatewayOptions = {}) => {
    const gateway = await createGateway(testSettings(url, twin, given.input), {
      logger: pino({ level: process.env.KALENDS_TEST_LOG ?? 'silent' }),
      ...given.options,
      ...options,
    })
    t.teardown(() => gateway.close())
    return gateway
  }
  const gateway = await start()
  const salon = await furnish(gateway, twin, eventType.id)
  return { gateway, start, url, db, twin, account, eventType, ...salon }
}

/**
 * A port that is free now: for settings that must name it before anybody listens. Below those that the system gives to
 * outgoing connections, one of which could take it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}

/**
 * A gateway that calendars reach: it listens, and its webhook subscription stands in the twin before this answers.
 */
export async function heardGateway(t: Owner, given: Parameters<typeof testGateway>[1] = {}) {
  const port = await freePort()
  const house = await testGateway(t, { ...given, input: { ...given.input, server: { ...given.input?.server, port } } })
  const url = await house.gateway.listen()
  await until(
    () => house.db.query(`select from kalends.connections where subscribed_at is not null`),
    (rows) => rows.length > 0,
  )
  return { ...house, address: url }
}

/** A salon in Berlin whose haircut is linked to an event type, with the key of the account that owns it. */
export async function furnish(
  gateway: KalendsGateway,
  twin: Pick<Twin, 'url'>,
  eventTypeId: number,
  slug = 'salon',
  accountKey = apiKey,
) {
  const origin = { name: 'api' }
  const given = { slug, name: 'Salon', timeZone: 'Europe/Berlin', language: 'de', region: 'DE' }
  const tenant = await gateway.tenants.create({ origin }, given)
  const author: Author = { tenantId: tenant.id, origin }
  const connection = await gateway.connections.create(author, {
    name: 'calendar',
    plugin: 'calcom',
    baseUrl: twin.url,
    credentials: { apiKey: accountKey },
  })
  const service = await gateway.services.create(author, {
    slug: 'cut',
    name: 'Haircut',
    durationMinutes: 30,
    links: [{ connection: 'calendar', target: { eventTypeId } }],
  })
  const { key } = await gateway.keys.create(author, { name: 'test', role: 'admin' })
  return { tenant, author, connection, service, key }
}

/** Another salon, with an account of its own in the same Cal.com: what is booked there is none of the first one's. */
export async function neighbour(gateway: KalendsGateway, twin: Twin) {
  const key = 'cal_live_other_0123456789abcdef'
  const host = { username: 'bea', email: 'bea@other.example', name: 'Bea Host', timeZone: 'Europe/Berlin' }
  const account = twin.addAccount({ ...host, apiKey: key, availability: roundTheClock })
  const eventType = twin.addEventType(account, { title: 'Trim', slug: 'trim', lengthInMinutes: 30 })
  return { account, eventType, ...(await furnish(gateway, twin, eventType.id, 'other', key)) }
}

/** A half hour that nobody else of this process was given, days ahead. */
export function nextSlot(): string {
  slots += 1
  const first = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 2 * 86_400_000
  return new Date(first + slots * 30 * 60_000).toISOString().replace('.000Z', 'Z')
}
let slots = 0

/** Somebody with an address of their own. */
export function customer(name = 'Max Muster') {
  return { name, email: `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@example.org`, phone: '+4915112345678' }
}

/** Waits until `check` is true, looking again and again; fails with what was last seen. */
export async function until<T>(look: () => Promise<T> | T, check: (seen: T) => boolean, withinMs = 15_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (check(seen)) return seen
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs} ms; last seen: ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
