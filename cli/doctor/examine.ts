import type { ConnectionView } from '../../core/contract/catalogue.ts'
import { KalendsError } from '../../core/errors.ts'
import type { KalendsGateway } from '../../core/gateway.ts'
import type { Settings } from '../../core/settings.ts'
import type { Database } from '../../core/store/database.ts'
import { migrationStatus } from '../../core/store/migrate.ts'
import { openReviews, queueLoads, syncLoads } from '../../core/store/workload.ts'
import { nodeProblem } from '../node-version.ts'
import { allTenants, asOperator, everything, operatorOf, withDatabase } from '../operator.ts'
import { findRunning } from '../running.ts'

/** One thing that was looked at. */
export type Finding = { level: 'ok' | 'warning' | 'error'; subject: string; message: string }

/** Looks at everything, from the ground up; what stands on something broken is not looked at. */
export async function* examine(settings: Settings): AsyncGenerator<Finding> {
  yield examineNode()
  yield await examineGateway(settings)
  const ground = await attempt('database', () => withDatabase(settings, examineDatabase))
  yield* ground
  if (ground.some(({ level }) => level !== 'ok')) return
  // Sets up every plugin and reads the secret key, as a start would.
  yield* await attempt('set-up', () => asOperator(settings, (gateway) => examineConnections(gateway, settings)))
  yield* await attempt('work', () => withDatabase(settings, examineWork))
}

function examineNode(): Finding {
  const problem = nodeProblem(process.versions.node)
  if (problem !== null) return { level: 'error', subject: 'node', message: problem }
  return { level: 'ok', subject: 'node', message: `Node.js ${process.versions.node}` }
}

async function examineGateway(settings: Settings): Promise<Finding> {
  const running = await findRunning(settings)
  if (running === null) return { level: 'warning', subject: 'gateway', message: 'No gateway runs in this folder.' }
  const answer = await fetch(new URL('/health/ready', running.url), { signal: AbortSignal.timeout(5_000) }).catch(
    () => null,
  )
  if (answer?.ok) {
    return { level: 'ok', subject: 'gateway', message: `ready at ${running.url}, process ${running.pid}` }
  }
  const body = (await answer?.json().catch(() => null)) as { parts?: { name: string; status: string }[] } | null
  const broken = (body?.parts ?? []).filter(({ status }) => status !== 'ok').map(({ name }) => name)
  const message = `${running.url} is not ready: ${broken.join(', ') || 'it does not answer'}.`
  return { level: 'error', subject: 'gateway', message }
}

/** An exception is a finding as well: the sentence of the error that a start would have stopped with. */
async function attempt(subject: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    const code = error instanceof KalendsError ? ` (${error.code})` : ''
    return [{ level: 'error', subject, message: `${error instanceof Error ? error.message : String(error)}${code}` }]
  }
}

async function examineDatabase(db: Database): Promise<Finding[]> {
  const [row] = await db.query<{ server_version: string }>('show server_version')
  const database: Finding = { level: 'ok', subject: 'database', message: `PostgreSQL ${row?.server_version}` }
  const pending = (await migrationStatus(db)).filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name)
  const subject = 'migrations'
  if (pending.length === 0) return [database, { level: 'ok', subject, message: 'up to date' }]
  const message = `${pending.join(', ')} will be applied by "kalends migrate" or the next start.`
  return [database, { level: 'warning', subject, message }]
}

async function examineConnections(gateway: KalendsGateway, settings: Settings): Promise<Finding[]> {
  const names = settings.plugins.map(({ name, version }) => `${name} ${version}`).join(', ')
  const findings: Finding[] = [
    { level: 'ok', subject: 'secret key', message: settings.secrets.key === 'generated' ? 'generated' : 'given' },
    { level: 'ok', subject: 'plugins', message: names || 'none' },
  ]
  for (const tenant of await allTenants(gateway)) {
    const connections = await everything((cursor) => gateway.connections.list(tenant.id, { limit: 200, cursor }))
    for (const connection of connections) {
      const subject = `${tenant.slug}/${connection.name}`
      const check = () => gateway.connections.check(operatorOf(tenant.id), connection.id)
      const found = await attempt(subject, async () =>
        (await check()).findings.map(({ level, message }) => ({ level: level as Finding['level'], subject, message })),
      )
      findings.push(...found)
      if (connection.paused !== null)
        findings.push({ level: 'warning', subject, message: `paused (${connection.paused})` })
      findings.push(...stateOfCalls(subject, connection))
    }
  }
  return findings
}

/** What is held back, as it stood before the connection was checked just now. */
function stateOfCalls(subject: string, { breaker, limitedUntil }: ConnectionView): Finding[] {
  const findings: Finding[] = []
  if (breaker !== 'closed') {
    const message = `The calendar failed so often that it is left alone (breaker ${breaker}); one call tries again and again.`
    findings.push({ level: 'warning', subject, message })
  }
  if (limitedUntil !== null) {
    const message = `The calendar takes no more calls for now; changes go on at ${limitedUntil}.`
    findings.push({ level: 'warning', subject, message })
  }
  return findings
}

async function examineWork(db: Database): Promise<Finding[]> {
  const ready = (await queueLoads(db)).reduce((sum, queue) => sum + queue.ready, 0)
  const findings: Finding[] = [{ level: 'ok', subject: 'queues', message: `${ready} jobs are ready to run` }]
  for (const { tenant, connection, overdue, parked, failed } of await syncLoads(db)) {
    const subject = `${tenant}/${connection}`
    if (overdue > 0) {
      findings.push({ level: 'error', subject, message: `${overdue} changes are overdue: nobody works on them.` })
    }
    if (parked > 0) findings.push({ level: 'warning', subject, message: `${parked} changes are held back.` })
    if (failed > 0)
      findings.push({ level: 'warning', subject, message: `${failed} changes have failed; see their reviews.` })
  }
  for (const { tenant, open } of await openReviews(db)) {
    findings.push({ level: 'warning', subject: tenant, message: `${open} reviews wait for a person.` })
  }
  return findings
}
