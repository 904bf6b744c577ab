import type { ImportRunView, ServiceView } from '../core/contract/catalogue.ts'
import type { Author } from '../core/contract/gateway.ts'
import { explain } from '../core/domain/explain.ts'
import type { KalendsGateway } from '../core/gateway.ts'
import { type Command, type Io, type Typed, textOf, UsageError, wordsOf } from './command.ts'
import { connectionOf } from './connection.ts'
import { asOperator, everything, settingsFor, tenantOf } from './operator.ts'
import { type Column, printRows } from './print.ts'
import { createProgress } from './progress.ts'

export default {
  usage: [
    'services list [--tenant SLUG] [--json]',
    'services link SERVICE CONNECTION --event-type N [--role ROLE]',
    'services link SERVICE CONNECTION --event-type N --import',
  ],
  details: `What can be booked, and the event types of calendars that it stands on.
SERVICE is a slug or an id, CONNECTION a name or an id. All take --json.

  --event-type N  the event type, as the calendar numbers it
  --role ROLE     primary or mirror; primary where there is none yet
  --import        then takes in the bookings that the calendar holds already, of
                  every linked event type of the connection; the gateway does
                  it, and goes on when this command is stopped
  --tenant SLUG   whose; not needed where there is only one tenant`,
  options: {
    'event-type': { type: 'string' },
    role: { type: 'string' },
    import: { type: 'boolean' },
    tenant: { type: 'string' },
  },
  async run(typed, io) {
    const [verb, ...words] = typed.words
    const deed = verb === undefined ? undefined : deeds[verb]
    if (deed === undefined) throw new UsageError('Say list or link.')
    const rest = { ...typed, words }
    if (verb === 'list') refuseLinking(rest)
    else linkOf(rest)
    return asOperator(await settingsFor(typed, io), (gateway) => deed(gateway, rest, io))
  },
} satisfies Command

const deeds: Record<string, (gateway: KalendsGateway, typed: Typed, io: Io) => Promise<0 | 1>> = {
  async list(gateway, typed, io) {
    const { id } = await tenantOf(gateway, typed)
    const services = await everything((cursor) => gateway.services.list(id, { limit: 200, cursor }))
    const connections = await everything((cursor) => gateway.connections.list(id, { limit: 200, cursor }))
    const names = new Map(connections.map((one) => [one.id, one.name]))
    printRows(typed, io, services, columnsWith(names), 'There is no service yet.')
    return 0
  },

  async link(gateway, typed, io) {
    const { service, named, eventType, role } = linkOf(typed)
    const { author, connection } = await connectionOf(gateway, typed, named)
    const request = { connection: connection.id, eventType, ...(role ? { role } : {}) }
    const linked = await gateway.services.link(author, service, request)
    const isJson = typed.values.json === true
    if (!isJson) io.out(`"${linked.slug}" is linked to event type ${eventType} of "${connection.name}".`)
    if (isJson && typed.values.import !== true) io.out(JSON.stringify(linked, null, 2))
    if (typed.values.import !== true) return 0
    const run = await importInto(gateway, author, connection.id, io)
    if (isJson) io.out(JSON.stringify({ service: linked, import: run }, null, 2))
    else report(run, io)
    return run.state === 'failed' ? 1 : 0
  },
}

const linkRoles = ['primary', 'mirror'] as const

function refuseLinking({ words, values }: Typed): void {
  wordsOf({ words, values })
  const other = ['event-type', 'role', 'import'].find((name) => values[name] !== undefined)
  if (other !== undefined) throw new UsageError(`--${other} belongs to "services link".`)
}

function linkOf(typed: Typed) {
  const [service = '', named = ''] = wordsOf(typed, 'SERVICE', 'CONNECTION')
  const eventType = textOf(typed, 'event-type')
  if (eventType === undefined) throw new UsageError('--event-type is missing.')
  const wanted = textOf(typed, 'role')
  const role = linkRoles.find((one) => one === wanted)
  if (role !== wanted) throw new UsageError(`There is no role "${wanted}"; there are ${linkRoles.join(', ')}.`)
  return { service, named, eventType, role }
}

/** Nothing moves for so long where no gateway works; milliseconds. */
const patienceMs = 10_000
const lookEveryMs = 200

/** Starts the import and follows it, until it is at its end or nobody works on it. */
async function importInto(gateway: KalendsGateway, author: Author, id: string, io: Io): Promise<ImportRunView> {
  const { connections } = gateway
  const { total } = await connections.importPreview(author.tenantId, id)
  const progress = createProgress('Importing')
  let run = await connections.import(author, id)
  try {
    let movedAt = performance.now()
    while (run.state === 'running' && performance.now() - movedAt < patienceMs) {
      progress.show(run.done, Math.max(total, run.total))
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
      const next = (await connections.importRun(author.tenantId, id)) ?? run
      if (JSON.stringify(next) !== JSON.stringify(run)) movedAt = performance.now()
      run = next
    }
  } finally {
    progress.end()
  }
  if (run.state === 'running') io.err('No gateway works on the import now. It goes on by itself when one does.')
  return run
}

function report({ state, adopted, skipped, total, code }: ImportRunView, io: Io): void {
  if (state === 'failed') io.err(`The import stopped after ${adopted} bookings: ${explain(code ?? '')} (${code})`)
  else if (state === 'finished') {
    io.out(`${adopted} of ${total} bookings were taken in${skipped > 0 ? `, ${skipped} were gone by then` : ''}.`)
  }
}

function columnsWith(names: ReadonlyMap<string, string>): Column<ServiceView>[] {
  const linkText = ({ connectionId, externalId, role }: ServiceView['links'][number]) =>
    `${names.get(connectionId) ?? connectionId} ${externalId}${role === 'mirror' ? ' (mirror)' : ''}`
  return [
    { title: 'service', text: ({ slug }) => slug },
    { title: 'name', text: ({ name }) => name },
    { title: 'minutes', text: ({ durationMinutes }) => durationMinutes, right: true },
    { title: 'bookable', text: ({ bookable }) => (bookable ? 'yes' : 'no') },
    { title: 'linked to', text: ({ links }) => links.map(linkText).join(', ') || null },
  ]
}
