import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import type { Settings } from '../../core/settings.ts'

/** The sandbox is for this machine only. */
export const sandboxHost = '127.0.0.1'

const firstPort = 5555

/** Where the sandbox keeps its bookings. */
export function sandboxFile({ database }: Settings): string {
  return join(resolve(database.folder), 'sandbox.jsonl')
}

/** The port of an earlier start, or null where there was none. */
export async function rememberedPort({ database }: Settings): Promise<number | null> {
  const text = await readFile(placeFile(database.folder), 'utf8').catch(() => '')
  const port = /^\{"port":(\d{1,5})\}$/.exec(text.trim())?.[1]
  return port === undefined ? null : Number(port)
}

/** Remembers where the sandbox listens: the demo and operator's commands find it there. */
export async function rememberPort({ database }: Settings, port: number): Promise<void> {
  const file = placeFile(database.folder)
  await mkdir(resolve(database.folder), { recursive: true })
  await writeFile(`${file}.new`, `${JSON.stringify({ port })}\n`)
  await rename(`${file}.new`, file)
}

function placeFile(folder: string): string {
  return join(resolve(folder), 'sandbox.json')
}

/** The remembered port or 5555 where it is free, else the next free one. */
export async function choosePort(settings: Settings): Promise<number> {
  const wanted = (await rememberedPort(settings)) ?? firstPort
  for (let port = wanted; port <= 65_535; port++) if (await isFree(port, sandboxHost)) return port
  throw new Error(`Every port from ${wanted} on is taken: there is none for the sandbox.`)
}

/** Whether nobody listens there now. What else may keep a server from listening is found out when it tries. */
export async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer()
  const { promise, resolve: answer } = Promise.withResolvers<boolean>()
  server.once('error', (error: NodeJS.ErrnoException) => answer(error.code !== 'EADDRINUSE'))
  server.listen({ port, host, exclusive: true }, () => server.close(() => answer(true)))
  return promise
}

/** A port that nobody listens on, of those that the system gives away. */
export async function freePort(host: string): Promise<number> {
  const server = createServer()
  const { promise, resolve: answer, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen({ port: 0, host }, () => {
    const { port } = server.address() as { port: number }
    server.close(() => answer(port))
  })
  return promise
}

/** The settings, with the sandbox's host among those that may be called. */
export async function allowSandbox(settings: Settings, port?: number): Promise<Settings> {
  const known = port ?? (await rememberedPort(settings))
  if (known === null) return settings
  const allow = [...settings.outbound.allow, `${sandboxHost}:${known}`]
  return Object.freeze({ ...settings, outbound: Object.freeze({ ...settings.outbound, allow: Object.freeze(allow) }) })
}
