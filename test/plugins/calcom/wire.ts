import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** What a socket gets for one request: these bytes exactly, and how it goes on after them. */
export type Wire = {
  bytes: string | Buffer
  /**
   * `end`: the connection is closed in order. `reset`: it is broken. `hold`: nothing more comes, and nobody hangs up.
   * `drip`: `more` comes again and again, without end.
   */
  after: 'end' | 'reset' | 'hold' | 'drip'
  more?: string
}

/** An HTTP reply as bytes; its length is told, and the connection ends with it. */
export function reply(status: number, body: unknown, headers: Record<string, string | number> = {}): Wire {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers }
  const lines = Object.entries({ ...all, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
  return { bytes: `HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${text}`, after: 'end' }
}

/** The first so many bytes of a reply (from its end, where negative), and then as said. */
export function part({ bytes }: Wire, length: number, after: Wire['after']): Wire {
  return { bytes: bytes.slice(0, length), after }
}

/** A server that speaks no HTTP but gives each request its bytes, in order; the last ones are given for ever. */
export async function speaking(t: Test, wires: readonly Wire[]): Promise<string> {
  const sockets = new Set<Socket>()
  let asked = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // The other side gives up in the middle of many of these: that is what is tried.
    socket.on('error', () => undefined)
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1')
      if (!isWhole(heard)) return
      heard = ''
      const wire = wires[Math.min(asked, wires.length - 1)]
      asked += 1
      if (wire !== undefined) say(socket, wire)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2`
}

function isWhole(request: string): boolean {
  const end = request.indexOf('\r\n\r\n')
  const length = Number(/^content-length: (\d+)/im.exec(request)?.[1] ?? 0)
  return end >= 0 && request.length >= end + 4 + length
}

function say(socket: Socket, { bytes, after, more = ' ' }: Wire): void {
  socket.write(bytes, () => {
    if (after === 'end') socket.end()
    if (after === 'reset') socket.resetAndDestroy()
    if (after === 'drip') drip(socket, more)
  })
}

function drip(socket: Socket, more: string): void {
  const timer = setInterval(() => socket.write(more), 20)
  socket.on('close', () => clearInterval(timer))
}
