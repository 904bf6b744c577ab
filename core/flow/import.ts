import { v7 } from 'uuid'
import type { ImportRunView } from '../contract/catalogue.ts'
import type { Author, Imports } from '../contract/gateway.ts'
import type { CalendarProvider } from '../contract/provider.ts'
import { KalendsError } from '../errors.ts'
import { announce, causeOf } from '../store/announce.ts'
import { findConnection, type StoredConnection } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import { beginImport, findImport, forgottenImports, type ImportRun, widenImport } from '../store/imports.ts'
import type { HearDeps } from './hear.ts'
import { previewImport } from './import-preview.ts'
import { importStep } from './import-step.ts'

/** What a job of an import carries. */
export type ImportJob = { tenantId: string; connectionId: string }

export type ImportDeps = HearDeps & {
  /** Sends the job that goes on with an import; inside `tx` it exists when that commits. */
  send(job: ImportJob, delayMs: number, tx?: Sql): Promise<void>
}

export type ImportWork = Imports & {
  /** Takes in what the calendar holds of one event type that was linked just now, also while another import runs. */
  importEventType(tx: Sql, author: Author, connectionId: string, eventType: string): Promise<void>
  /** Does a part of an import, and sends the job for the rest. Rejects where the database is out of reach: then again. */
  work(job: ImportJob, signal?: AbortSignal): Promise<void>
  /** Sends a job for every run that has been due for so long that its own must be lost; how many. */
  resume(olderMs: number): Promise<number>
}

/** How long one job works, so that it is over long before it counts as lost. Milliseconds. */
const stretchMs = 20_000

/**
 * Takes in what a calendar held before it was connected: durable at once, done in the background, a window of its list
 * after the other. Every booking goes the way of one that is heard of, so doing it twice, or beside webhooks, is doing it once.
 */
export function createImports(deps: ImportDeps): ImportWork {
  const { ports, send } = deps
  const { db } = ports.store

  async function calendarOf(tenantId: string, id: string): Promise<[StoredConnection, CalendarProvider]> {
    const source = await findConnection(db, tenantId, id)
    if (!source) throw new KalendsError('KAL_NOT_FOUND', { what: 'connection' })
    const provider = ports.providers.get(source.plugin)
    const problem = `The connection "${source.name}" (plugin ${source.plugin}) is no calendar that lists its bookings.`
    if (!provider || provider.supports.lookup === 'none') throw new KalendsError('KAL_IMPORT_REFUSED', { problem })
    return [source, provider]
  }

  async function begin(tx: Sql, author: Author, connectionId: string, eventTypes: string[] | null): Promise<boolean> {
    const { tenantId, origin, by = null } = author
    if (!(await beginImport(tx, { tenantId, connectionId, id: v7(), eventTypes, author: by }))) return false
    const message = 'The bookings that the calendar holds are being taken in.'
    const cause = causeOf(author)
    await announce(tx, { tenantId, kind: 'import.started', message, origin, cause, connectionId, by: by ?? undefined })
    await send({ tenantId, connectionId }, 0, tx)
    return true
  }

  return {
    async importPreview(tenantId, id) {
      const [source, provider] = await calendarOf(tenantId, id)
      return previewImport(ports, provider, source)
    },
    async import(author, id) {
      const [{ id: connectionId }] = await calendarOf(author.tenantId, id)
      const begun = await db.transaction((tx) => begin(tx, author, connectionId, null))
      const run = (await findImport(db, author.tenantId, connectionId)) as ImportRun
      if (!begun) throw new KalendsError('KAL_IMPORT_RUNNING', { done: run.done, total: run.total })
      return runView(run)
    },
    async importRun(tenantId, id) {
      if (!(await findConnection(db, tenantId, id))) throw new KalendsError('KAL_NOT_FOUND', { what: 'connection' })
      const run = await findImport(db, tenantId, id)
      return run && runView(run)
    },
    async importEventType(tx, author, connectionId, eventType) {
      if (await begin(tx, author, connectionId, [eventType])) return
      const { tenantId } = author
      await widenImport(tx, { tenantId, connectionId, id: v7() }, eventType)
      await send({ tenantId, connectionId }, 0, tx)
    },
    async work({ tenantId, connectionId }, signal) {
      const until = performance.now() + stretchMs
      for (;;) {
        const run = await findImport(db, tenantId, connectionId)
        if (run?.state !== 'running') return
        const waitMs = await importStep(deps, run, signal)
        if (waitMs === 'ended') return
        if (waitMs > 0 || signal?.aborted || performance.now() > until) {
          return send({ tenantId, connectionId }, waitMs)
        }
      }
    },
    async resume(olderMs) {
      const runs = await forgottenImports(db, olderMs, 1_000)
      for (const run of runs) await send(run, 0)
      return runs.length
    },
  }
}

function runView(run: ImportRun): ImportRunView {
  const { state, step, total, done, adopted, skipped, code, startedAt, finishedAt } = run
  return { state, step, total, done, adopted, skipped, code, startedAt, finishedAt }
}
