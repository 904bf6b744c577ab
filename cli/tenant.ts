import type { KalendsGateway } from '../core/gateway.ts'
import { type Command, type Io, type Typed, textOf, UsageError, wordsOf } from './command.ts'
import { allTenants, asOperator, everything, settingsFor } from './operator.ts'
import { printRows, shortTime, table } from './print.ts'

export default {
  usage: [
    'tenant list [--json]',
    'tenant create SLUG --name NAME --time-zone ZONE [--language TAG]',
    'tenant show SLUG [--json]',
  ],
  details: `Companies: everything else hangs below one.

  --name NAME       how it is called
  --time-zone ZONE  an IANA name such as Europe/Berlin
  --language TAG    of its customers, such as de; en where left out
  --region CODE     the country of phone numbers written without one, such as DE`,
  options: {
    name: { type: 'string' },
    'time-zone': { type: 'string' },
    language: { type: 'string' },
    region: { type: 'string' },
  },
  async run(typed, io) {
    const [verb, ...words] = typed.words
    const deed = verb === undefined ? undefined : deeds[verb]
    if (deed === undefined) throw new UsageError('Say list, create or show.')
    const rest = { ...typed, words }
    wordsOf(rest, ...(verb === 'list' ? [] : ['SLUG']))
    if (verb === 'create') inputOf(rest)
    const settings = await settingsFor(typed, io)
    await asOperator(settings, (gateway) => deed(gateway, rest, io))
    return 0
  },
} satisfies Command

const deeds: Record<string, (gateway: KalendsGateway, typed: Typed, io: Io) => Promise<void>> = {
  async list(gateway, typed, io) {
    const columns = [
      { title: 'slug', text: (tenant: Row) => tenant.slug },
      { title: 'name', text: (tenant: Row) => tenant.name },
      { title: 'time zone', text: (tenant: Row) => tenant.timeZone },
      { title: 'language', text: (tenant: Row) => tenant.language },
      { title: 'since (UTC)', text: (tenant: Row) => shortTime(tenant.createdAt) },
    ]
    printRows(typed, io, await allTenants(gateway), columns, 'There is no tenant yet.')
  },

  async create(gateway, typed, io) {
    const tenant = await gateway.tenants.create({ origin: { name: 'system' }, by: 'operator:cli' }, inputOf(typed))
    if (typed.values.json === true) io.out(JSON.stringify(tenant, null, 2))
    else io.out(`The tenant "${tenant.slug}" is there. A key for it: kalends key create NAME --tenant ${tenant.slug}`)
  },

  async show(gateway, typed, io) {
    const tenant = await gateway.tenants.get(typed.words[0] as string)
    const { connections, services } = gateway
    const connected = await everything((cursor) => connections.list(tenant.id, { limit: 200, cursor }))
    const offered = await everything((cursor) => services.list(tenant.id, { limit: 200, cursor }))
    if (typed.values.json === true) {
      io.out(JSON.stringify({ ...tenant, connections: connected, services: offered }, null, 2))
      return
    }
    io.out(`${tenant.name} (${tenant.slug}), ${tenant.timeZone}, ${tenant.language}`)
    io.out(`\n${connected.length === 0 ? 'No connections.' : table(connected, connectionColumns)}`)
    io.out(`\n${offered.length === 0 ? 'No services.' : table(offered, serviceColumns)}`)
  },
}

type Row = Awaited<ReturnType<typeof allTenants>>[number]
type Connection = Awaited<ReturnType<KalendsGateway['connections']['get']>>
type Service = Awaited<ReturnType<KalendsGateway['services']['get']>>

const connectionColumns = [
  { title: 'connection', text: (one: Connection) => one.name },
  { title: 'plugin', text: (one: Connection) => one.plugin },
  { title: 'state', text: (one: Connection) => (one.paused === null ? one.state : `paused (${one.paused})`) },
  { title: 'waiting', text: (one: Connection) => one.waiting, right: true },
  { title: 'base url', text: (one: Connection) => one.baseUrl },
]

const serviceColumns = [
  { title: 'service', text: (one: Service) => one.slug },
  { title: 'name', text: (one: Service) => one.name },
  { title: 'minutes', text: (one: Service) => one.durationMinutes, right: true },
  { title: 'bookable', text: (one: Service) => (one.bookable ? 'yes' : 'no') },
  { title: 'sync', text: (one: Service) => one.sync.status },
]

function inputOf(typed: Typed) {
  const [slug = ''] = typed.words
  const [name, timeZone] = [textOf(typed, 'name'), textOf(typed, 'time-zone')]
  if (name === undefined) throw new UsageError('--name is missing.')
  if (timeZone === undefined) throw new UsageError('--time-zone is missing.')
  const [language, region] = [textOf(typed, 'language'), textOf(typed, 'region')]
  return { slug, name, timeZone, ...(language ? { language } : {}), ...(region ? { region } : {}) }
}
