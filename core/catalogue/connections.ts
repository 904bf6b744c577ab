import { isDeepStrictEqual } from 'node:util'
import { v7 } from 'uuid'
import { checkInput } from '../check-input.ts'
import { ConnectionInput, ConnectionPatch, type ConnectionView, PauseRequest } from '../contract/catalogue.ts'
import type { Author, Connections, Imports } from '../contract/gateway.ts'
import { KalendsError } from '../errors.ts'
import { healReviews } from '../flow/review.ts'
import { announce, causeOf } from '../store/announce.ts'
import { closeCircuit } from '../store/circuits.ts'
import {
  countUses,
  deleteConnection,
  findConnection,
  insertConnection,
  listConnections,
  type StoredConnection,
  setPaused,
  updateConnection,
  type WrittenConnection,
} from '../store/connections.ts'
import { byName, readPage } from '../store/cursor.ts'
import type { Database, Sql } from '../store/database.ts'
import { referenceViolated, uniqueViolated } from '../store/violations.ts'
import { type CheckDeps, checkConnection } from './check-connection.ts'
import { changedConnection, newConnection, type SetupDeps } from './connection-setup.ts'
import { hintsOf } from './credentials.ts'
import { keepLines, lineTaken } from './phone-lines.ts'

export type ConnectionsDeps = SetupDeps &
  CheckDeps & {
    db: Database
    /** Sends what waits for a connection, each change once; may be called more than once. */
    release(tenantId: string, connectionId: string): Promise<void>
    /** Where this gateway is reached from outside, without a final slash. */
    publicUrl: string
  }

const order = byName<StoredConnection>('connections', ({ name }) => name)

/** So often somebody may change a connection between the reading and the writing of a patch. */
const mostRounds = 5

/** The configured instances of plugins. Credentials go in and never come out. */
export function createConnections(deps: ConnectionsDeps): Omit<Connections, keyof Imports> {
  const { db } = deps
  const view = (stored: StoredConnection) => connectionView(deps, stored)

  async function known(sql: Sql, tenantId: string, id: string): Promise<StoredConnection> {
    const stored = await findConnection(sql, tenantId, id)
    if (!stored) throw notFound()
    return stored
  }

  async function pause(author: Author, id: string, paused: StoredConnection['paused']): Promise<void> {
    await db.transaction(async (tx) => {
      const name = await setPaused(tx, author.tenantId, id, paused)
      if (name === null) throw notFound()
      const what = paused === null ? 'resumed' : 'paused'
      await tell(tx, author, `connection.${what}`, { id, name }, `Connection "${name}" was ${what}.`)
    })
  }

  /** Null where it is not any more as it was read. */
  async function patched(author: Author, stored: StoredConnection, changed: ReturnType<typeof changedConnection>) {
    try {
      return await db.transaction(async (tx) => {
        if (!(await updateConnection(tx, changed, stored.stamp))) return null
        await keepLines(tx, deps.registry, changed)
        if (isCalledOtherwise(stored, changed)) await closeCircuit(tx, changed)
        await tell(tx, author, 'connection.updated', changed, `Connection "${changed.name}" was changed.`)
        return view(await known(tx, author.tenantId, stored.id))
      })
    } catch (error) {
      const taken = await lineTaken(db, deps.registry, changed, error)
      throw taken ?? (uniqueViolated(error) ? nameTaken(changed.name) : error)
    }
  }

  return {
    async list(tenantId, query) {
      const page = await readPage(order, query, (after, limit) => listConnections(db, tenantId, after, limit))
      return { ...page, items: page.items.map(view) }
    },
    async get(tenantId, id) {
      return view(await known(db, tenantId, id))
    },
    async create(author, input) {
      const connection = newConnection(
        deps,
        { tenantId: author.tenantId, id: v7() },
        checkInput(ConnectionInput, input),
      )
      try {
        return await db.transaction(async (tx) => {
          if (!(await insertConnection(tx, connection))) throw nameTaken(connection.name)
          await keepLines(tx, deps.registry, connection)
          await tell(tx, author, 'connection.created', connection, `Connection "${connection.name}" was created.`)
          return view(await known(tx, author.tenantId, connection.id))
        })
      } catch (error) {
        throw (await lineTaken(db, deps.registry, connection, error)) ?? error
      }
    },
    async update(author, id, patch) {
      const checked = checkPatch(patch)
      // A patch says what it changes: where somebody else was faster, or the house itself, it is made on what is there then.
      for (let round = 1; ; round++) {
        const stored = await known(db, author.tenantId, id)
        const updated = await patched(author, stored, changedConnection(deps, stored, checked))
        if (updated) return updated
        if (round === mostRounds) throw new KalendsError('KAL_VERSION_CONFLICT')
      }
    },
    async remove(author, id) {
      const { id: connectionId, name } = await known(db, author.tenantId, id)
      try {
        await db.transaction(async (tx) => {
          await healReviews(tx, { tenantId: author.tenantId, connectionId }, 'The connection was removed.', author)
          if ((await deleteConnection(tx, author.tenantId, connectionId)) === null) return
          await tell(tx, author, 'connection.removed', { id: connectionId, name }, `Connection "${name}" was removed.`)
        })
      } catch (error) {
        throw referenceViolated(error) ? await inUse(db, author.tenantId, connectionId) : error
      }
    },
    async check(author, id) {
      const { findings, ok } = await checkConnection(deps, author, await known(db, author.tenantId, id))
      return { ok, findings: [...findings] }
    },
    async pause(author, id, request) {
      await pause(author, id, checkInput(PauseRequest, request).scope ?? 'outbound')
      return view(await known(db, author.tenantId, id))
    },
    async resume(author, id) {
      await pause(author, id, null)
      const { id: connectionId } = await known(db, author.tenantId, id)
      await deps.release(author.tenantId, connectionId)
      return view(await known(db, author.tenantId, id))
    },
  }
}

/** A removed credential may be written as null too; the schema knows it as the empty text. */
function checkPatch(patch: ConnectionPatch): ConnectionPatch {
  const given = Object.entries(patch.credentials ?? {}).map(([field, value]) => [field, value ?? ''])
  return checkInput(ConnectionPatch, patch.credentials ? { ...patch, credentials: Object.fromEntries(given) } : patch)
}

/** Whether more was changed than what people call it. */
function isCalledOtherwise(stored: StoredConnection, { baseUrl, credentials, options }: WrittenConnection): boolean {
  return !isDeepStrictEqual([stored.baseUrl, stored.credentials, stored.options], [baseUrl, credentials, options])
}

function connectionView(deps: ConnectionsDeps, stored: StoredConnection): ConnectionView {
  const { id, name, plugin, baseUrl, state, paused, options, waiting, breaker, limitedUntil, createdAt, updatedAt } =
    stored
  const takesWebhooks = deps.registry.providers.get(plugin)?.supports.webhooks === true
  return {
    id,
    name,
    plugin,
    baseUrl,
    state: paused === null ? state : 'paused',
    paused,
    credentials: hintsOf(deps.secrets, stored, stored.credentials),
    webhookUrl: takesWebhooks ? `${deps.publicUrl}/${plugin}/${id}/webhook` : null,
    phoneUrls: deps.registry.phoneVendors.get(plugin) ? phoneUrls(`${deps.publicUrl}/${plugin}/${id}`) : null,
    options,
    waiting,
    breaker,
    limitedUntil,
    createdAt,
    updatedAt,
  }
}

function phoneUrls(base: string): NonNullable<ConnectionView['phoneUrls']> {
  return { functions: `${base}/functions`, events: `${base}/events`, inbound: `${base}/inbound` }
}

function tell(sql: Sql, author: Author, kind: string, connection: { id: string; name: string }, message: string) {
  const { tenantId, origin, by } = author
  const { id: connectionId, name } = connection
  return announce(sql, { tenantId, kind, message, origin, cause: causeOf(author), by, connectionId, data: { name } })
}

async function inUse(sql: Sql, tenantId: string, id: string): Promise<KalendsError> {
  const { services, bookings } = await countUses(sql, tenantId, id)
  return new KalendsError('KAL_CONNECTION_IN_USE', { uses: `services: ${services}, bookings: ${bookings}` })
}

function notFound(): KalendsError {
  return new KalendsError('KAL_NOT_FOUND', { what: 'connection' })
}

function nameTaken(slug: string): KalendsError {
  return new KalendsError('KAL_SLUG_TAKEN', { what: 'connection', slug })
}
