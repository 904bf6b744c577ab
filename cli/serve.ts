import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Plugin } from '../core/contract/plugin.ts'
import { KalendsError } from '../core/errors.ts'
import { createGateway, type KalendsGateway } from '../core/gateway.ts'
import type { Logger } from '../core/logger.ts'
import type { Settings } from '../core/settings.ts'
import { environmentPlugin } from './from-environment.ts'
import { findRunning, forgetRunning, noteRunning } from './running.ts'
import { allowSandbox, choosePort, isFree, rememberedPort, rememberPort, sandboxHost } from './sandbox/place.ts'
import type { Sandbox } from './sandbox/sandbox.ts'

/** A gateway that listens. `sandbox` where it brought a Cal.com of its own. `stop` may be called twice. */
export type Served = { url: string; sandbox: Sandbox | null; fromEnvironment: boolean; stop(): Promise<void> }

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The whole deployable gateway: database, sandbox or calendars, server. What was opened is closed again where it fails.
 * @throws KalendsError KAL_PORT_IN_USE, KAL_DATABASE_IN_USE and whatever `createGateway` throws
 */
export async function serve(settings: Settings, environment: Environment, log: Logger): Promise<Served> {
  await refuseTaken(settings)
  // Tenants that stand in the settings know their calendars; else the environment's key, else the sandbox.
  if (settings.tenants.length > 0) return open(settings, log, [])
  if (environment.CALCOM_API_KEY) {
    return { ...(await open(settings, log, [environmentPlugin(environment)])), fromEnvironment: true }
  }
  if (await sandboxIsThere(settings)) return open(await allowSandbox(settings), log, [])
  return withSandbox(settings, log)
}

/** Another gateway of this folder, on the same external database, has the sandbox open: two would overwrite its file. */
async function sandboxIsThere(settings: Settings): Promise<boolean> {
  const port = await rememberedPort(settings)
  if (port === null || settings.database.url === 'embedded' || (await isFree(port, sandboxHost))) return false
  const page = `http://${sandboxHost}:${port}/_twin/faults`
  const answer = await fetch(page, { signal: AbortSignal.timeout(3_000) }).catch(() => null)
  return answer?.ok === true
}

async function withSandbox(settings: Settings, log: Logger, attempt = 1): Promise<Served> {
  const { sandboxPlugin } = await import('./sandbox/sandbox.ts')
  const port = await choosePort(settings)
  let sandbox: Sandbox | null = null
  const plugin = sandboxPlugin(settings, port, (found) => {
    sandbox = found
  })
  try {
    const served = await open(await allowSandbox(settings, port), log, [plugin])
    if (sandbox !== null) await rememberPort(settings, port)
    return { ...served, sandbox }
  } catch (error) {
    // Between the choice of the port and its use somebody else took it.
    const cause = (error as { cause?: { code?: unknown } }).cause
    if (cause?.code !== 'EADDRINUSE' || (error as KalendsError).code !== 'KAL_PLUGIN_SETUP' || attempt > 5) throw error
    return withSandbox(settings, log, attempt + 1)
  }
}

/** Found out before a database is made or started: what cannot listen should leave nothing behind. */
async function refuseTaken(settings: Settings): Promise<void> {
  const { host, port } = settings.server
  if (port === 0 || (await isFree(port, host))) return
  const running = await findRunning(settings)
  if (running !== null && settings.database.url === 'embedded' && Number(new URL(running.url).port) === port) {
    throw new KalendsError('KAL_DATABASE_IN_USE', { folder: resolve(settings.database.folder), pid: running.pid })
  }
  throw new KalendsError('KAL_PORT_IN_USE', { host, port })
}

async function open(settings: Settings, log: Logger, more: readonly Plugin[]): Promise<Served> {
  const plugins = Object.freeze([...settings.plugins, ...more])
  await mkdir(resolve(settings.database.folder), { recursive: true })
  const gateway = await createGateway(Object.freeze({ ...settings, plugins }), { logger: log })
  const stop = once(async () => {
    await forgetRunning(settings)
    await gateway.close()
  })
  try {
    const url = await listen(gateway, settings)
    return { url, sandbox: null, fromEnvironment: false, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function listen(gateway: KalendsGateway, settings: Settings): Promise<string> {
  const url = new URL(await gateway.listen())
  // Fastify names the address that it is bound to; every interface is no place to visit.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  await noteRunning(settings, url.origin)
  return url.origin
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  return () => (running ??= run())
}
