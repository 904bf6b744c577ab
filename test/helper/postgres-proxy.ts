import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy before a PostgreSQL that can fall silent: it keeps every connection and forwards nothing. */
export type PostgresProxy = {
  /** The URL of the same database through the proxy. */
  readonly url: string
  freeze(): void
  /** Cuts what was frozen; new connections pass again. */
  thaw(): void
  close(): void
}

/** `rewrite` may change what the server says; it must keep the length. */
export async function postgresProxy(url: string, rewrite = (bytes: Buffer): Buffer => bytes): Promise<PostgresProxy> {
  let frozen = false
  const sockets = new Set<Socket>()
  const target = new URL(url)
  const folder = target.searchParams.get('host')
  const open = () =>
    folder ? connect(`${folder}/.s.PGSQL.${target.port}`) : connect(Number(target.port), target.hostname)
  const server = createServer((client) => {
    const upstream = open()
    for (const [from, to, change] of [
      [client, upstream, (bytes: Buffer) => bytes] as const,
      [upstream, client, rewrite] as const,
    ]) {
      sockets.add(from)
      from.on('data', (bytes) => frozen || to.write(change(bytes)))
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const through = new URL(url)
  through.searchParams.delete('host')
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return {
    url: through.href,
    freeze() {
      frozen = true
    },
    thaw() {
      cut()
      frozen = false
    },
    close() {
      cut()
      server.close()
    },
  }
}
