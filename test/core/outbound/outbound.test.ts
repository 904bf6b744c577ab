import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import type { OutboundFetch } from '../../../core/contract/provider.ts'
import { createOutbound, type OutboundOptions } from '../../../core/outbound/outbound.ts'
import type { OutboundError } from '../../../core/outbound/outbound-error.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

type Peer = { port: number; sockets: Set<Socket>; received: () => string; connections: () => number }

/** A server that speaks raw bytes: `answer` is called once for every request whose head has arrived. */
async function peer(t: Test, answer: (socket: Socket, request: string) => void): Promise<Peer> {
  const sockets = new Set<Socket>()
  let received = ''
  let connections = 0
  const server: Server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    let pending = ''
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      received += chunk
      pending += chunk
      if (!pending.includes('\r\n\r\n')) return
      const request = pending
      pending = ''
      answer(socket, request)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    received: () => received,
    connections: () => connections,
  }
}

type Called = { fetch: OutboundFetch; base: string; abort: AbortController }

function caller(t: Test, port: number, options: Partial<OutboundOptions> & { within?: number } = {}): Called {
  const outbound = createOutbound({ allow: [`127.0.0.1:${port}`], log: silent, attemptTimeoutMs: 5000, ...options })
  t.teardown(() => outbound.close())
  const base = `http://127.0.0.1:${port}`
  const abort = new AbortController()
  const fetch = outbound.fetchFor(
    { id: 'c', baseUrl: `${base}/v2`, defaultBaseUrl: null },
    { signal: abort.signal, deadline: Date.now() + (options.within ?? 5000) },
  )
  return { fetch, base, abort }
}

async function failure(reply: Promise<unknown>): Promise<OutboundError> {
  try {
    await reply
  } catch (error) {
    return error as OutboundError
  }
  throw new Error('expected the call to fail')
}

const respond = (body: string, head = 'HTTP/1.1 200 OK') =>
  `${head}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

t.test('a reply comes back whole, with lower-case headers', async (t) => {
  const { port, received } = await peer(t, (socket) => socket.write(respond('{"ok":"ü"}')))
  const { fetch, base } = caller(t, port)
  const reply = await fetch(`${base}/v2/bookings?x=1`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Host: 'elsewhere.example', 'Accept-Encoding': 'gzip' },
    body: '{"a":1}',
  })
  t.match(reply, { status: 200, body: '{"ok":"ü"}', headers: { 'content-type': 'application/json' } })
  t.match(received(), /^POST \/v2\/bookings\?x=1 HTTP\/1\.1\r\n/)
  t.match(received(), `host: 127.0.0.1:${port}`)
  t.match(received(), 'accept-encoding: identity')
  t.match(received(), 'user-agent: kalends')
  t.notMatch(received(), /gzip|elsewhere/)
})

t.test('calls share their sockets', async (t) => {
  const { port, connections } = await peer(t, (socket) => socket.write(respond('{}')))
  const { fetch, base } = caller(t, port)
  for (let i = 0; i < 20; i++) await fetch(base)
  t.ok(connections() <= 2, 'one after the other')
  await Promise.all(Array.from({ length: 8 }, () => fetch(base)))
  t.ok(connections() <= 10, 'eight at once')
})

t.test('a redirect is a reply, and its target is never called', async (t) => {
  const target = await peer(t, (socket) => socket.write(respond('{}')))
  const { port } = await peer(t, (socket) =>
    socket.write(`HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${target.port}/\r\nContent-Length: 0\r\n\r\n`),
  )
  const { fetch, base } = caller(t, port, { allow: [`127.0.0.1:${port}`, `127.0.0.1:${target.port}`] })
  t.match(await fetch(base, { headers: { authorization: 'secret' } }), { status: 302, body: '' })
  t.equal(target.connections(), 0)
})

t.test('HTML, an empty body and bytes that are no UTF-8 are replies too', async (t) => {
  const answers = [
    respond('<html>log in</html>'),
    'HTTP/1.1 204 No Content\r\n\r\n',
    Buffer.concat([
      Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'),
      Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x41]),
    ]),
  ]
  const { port } = await peer(t, (socket) => socket.write(answers.shift() as string))
  const { fetch, base } = caller(t, port)
  t.equal((await fetch(base)).body, '<html>log in</html>')
  t.match(await fetch(base), { status: 204, body: '' })
  t.equal((await fetch(base)).body, '\ufffdA', 'without the byte order mark')
})

t.test('credentials go to no other origin', async (t) => {
  const { port, connections } = await peer(t, (socket) => socket.write(respond('{}')))
  const other = await peer(t, (socket) => socket.write(respond('{}')))
  const { fetch } = caller(t, port, { allow: [`127.0.0.1:${port}`, `127.0.0.1:${other.port}`] })
  const elsewhere = [
    `http://127.0.0.1:${other.port}/v2`,
    `http://127.0.0.1:${port}@127.0.0.1:${other.port}/`,
    `http://user:pass@127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
    '/v2/bookings',
    'https://api.cal.com/v2',
  ]
  for (const url of elsewhere) {
    t.match(await failure(fetch(url)), { name: 'OutboundError', code: 'HOST_NOT_ALLOWED', sent: false }, url)
  }
  t.equal(connections() + other.connections(), 0)
})

t.test('a connection without any base URL may call nothing', async (t) => {
  const outbound = createOutbound({ allow: [], log: silent, attemptTimeoutMs: 1000 })
  t.teardown(() => outbound.close())
  const fetch = outbound.fetchFor(
    { id: 'c', baseUrl: null, defaultBaseUrl: null },
    { signal: new AbortController().signal, deadline: Date.now() + 1000 },
  )
  t.match(await failure(fetch('https://api.cal.com/v2')), { code: 'HOST_NOT_ALLOWED', sent: false })
})

t.test('a name is judged by what it resolves to', async (t) => {
  const { port, connections } = await peer(t, (socket) => socket.write(respond('{}')))
  const call = async (base: string, addresses: string[], allow: string[] = []) => {
    const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    const outbound = createOutbound({ allow, log: silent, attemptTimeoutMs: 1000, resolve })
    t.teardown(() => outbound.close())
    const fetch = outbound.fetchFor(
      { id: 'c', baseUrl: null, defaultBaseUrl: base },
      { signal: new AbortController().signal, deadline: Date.now() + 1000 },
    )
    return fetch(base)
  }
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:127.0.0.1',
    '100.64.0.1',
    'fe80::1%lo',
  ]) {
    const error = await failure(call('https://rebind.example/', [address]))
    t.match(error, { code: 'HOST_NOT_ALLOWED', sent: false }, address)
  }
  t.match(await failure(call('https://rebind.example/', ['10.0.0.1', '::1'])), {
    code: 'HOST_NOT_ALLOWED',
    sent: false,
  })
  t.match(await failure(call('https://gone.example/', [])), { code: 'HOST_NOT_ALLOWED', sent: false })
  t.equal(connections(), 0)

  const allowed = `cal.example:${port}`
  t.match(await call(`http://${allowed}/`, ['127.0.0.1'], [allowed]), { status: 200 }, 'unless the host is allowed')
})

t.test('a name cannot change between the check and the connect', async (t) => {
  let asked = 0
  const resolve = async () => {
    asked += 1
    return [{ address: asked === 1 ? '169.254.169.254' : '127.0.0.1', family: 4 }]
  }
  const outbound = createOutbound({ allow: [], log: silent, attemptTimeoutMs: 1000, resolve })
  t.teardown(() => outbound.close())
  const fetch = outbound.fetchFor(
    { id: 'c', baseUrl: 'https://rebind.example', defaultBaseUrl: null },
    { signal: new AbortController().signal, deadline: Date.now() + 1000 },
  )
  t.match(await failure(fetch('https://rebind.example/')), { code: 'HOST_NOT_ALLOWED' })
  t.equal(asked, 1, 'the name was resolved once for the socket')
})

t.test('a failing resolver: nothing was sent', async (t) => {
  const outbound = createOutbound({
    allow: [],
    log: silent,
    attemptTimeoutMs: 1000,
    resolve: () => Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' })),
  })
  t.teardown(() => outbound.close())
  const fetch = outbound.fetchFor(
    { id: 'c', baseUrl: 'https://gone.example', defaultBaseUrl: null },
    { signal: new AbortController().signal, deadline: Date.now() + 1000 },
  )
  t.match(await failure(fetch('https://gone.example/')), { code: 'NETWORK', sent: false })
})

t.test('a refused port: nothing was sent', async (t) => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const { fetch, base } = caller(t, port)
  t.match(await failure(fetch(base, { method: 'POST', body: 'x' })), { code: 'NETWORK', sent: false })
})

t.test('a connect that hangs: nothing was sent', async (t) => {
  const { port } = await peer(t, () => {})
  // The address never resolves, so the socket never connects.
  const { fetch, base } = caller(t, port, {
    allow: [`slow.example:${port}`],
    connectTimeoutMs: 500,
    resolve: () => new Promise(() => {}),
  })
  t.match(await failure(fetch(base)), { code: 'HOST_NOT_ALLOWED' }, 'not this base')
  const outbound = createOutbound({
    allow: [`slow.example:${port}`],
    log: silent,
    attemptTimeoutMs: 10_000,
    connectTimeoutMs: 500,
    resolve: () => new Promise(() => {}),
  })
  t.teardown(() => outbound.close())
  const slow = outbound.fetchFor(
    { id: 'c', baseUrl: `http://slow.example:${port}`, defaultBaseUrl: null },
    { signal: new AbortController().signal, deadline: Date.now() + 10_000 },
  )
  t.match(await failure(slow(`http://slow.example:${port}/`)), { code: 'TIMEOUT', sent: false })
})

t.test('a request that cannot be written: nothing was sent', async (t) => {
  const { port, connections } = await peer(t, () => {})
  const { fetch, base } = caller(t, port)
  const error = await failure(fetch(base, { headers: { authorization: 'a\r\nx-evil: 1' } }))
  t.match(error, { code: 'NETWORK', sent: false })
  t.equal(connections(), 0)
})

t.test('an answer that never comes: unknown', async (t) => {
  const { port } = await peer(t, () => {})
  const { fetch, base } = caller(t, port, { within: 150 })
  t.match(await failure(fetch(base, { method: 'POST', body: '{}' })), { code: 'TIMEOUT', sent: true })
})

t.test('the attempt timeout holds where the deadline is later', async (t) => {
  const { port } = await peer(t, () => {})
  const { fetch, base } = caller(t, port, { attemptTimeoutMs: 150 })
  t.match(await failure(fetch(base)), { code: 'TIMEOUT', sent: true })
})

t.test('a deadline that has passed: nothing was sent', async (t) => {
  const { port, connections } = await peer(t, () => {})
  const { fetch, base } = caller(t, port, { within: -1 })
  t.match(await failure(fetch(base)), { code: 'TIMEOUT', sent: false })
  t.equal(connections(), 0)
})

t.test('a reset before the reply: unknown', async (t) => {
  const { port } = await peer(t, (socket) => socket.resetAndDestroy())
  const { fetch, base } = caller(t, port)
  t.match(await failure(fetch(base, { method: 'POST', body: '{}' })), { code: 'NETWORK', sent: true })
})

t.test('a reset in the middle of the body: unknown', async (t) => {
  const { port } = await peer(t, (socket) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":', () => socket.resetAndDestroy()),
  )
  const { fetch, base } = caller(t, port)
  t.match(await failure(fetch(base, { method: 'POST', body: '{}' })), { code: 'NETWORK', sent: true })
})

t.test('a connection closed in the middle of the body: unknown', async (t) => {
  const { port } = await peer(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":'))
  const { fetch, base } = caller(t, port)
  t.match(await failure(fetch(base)), { code: 'NETWORK', sent: true })
})

t.test('bytes that are no HTTP: unknown', async (t) => {
  const { port } = await peer(t, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
  const { fetch, base } = caller(t, port)
  t.match(await failure(fetch(base)), { code: 'NETWORK', sent: true })
})

t.test('a dripping body is cut off at the total deadline', async (t) => {
  const { port } = await peer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n')
    const drip = setInterval(() => socket.write('x'), 10)
    socket.on('close', () => clearInterval(drip))
  })
  const { fetch, base } = caller(t, port, { within: 200 })
  const began = Date.now()
  t.match(await failure(fetch(base)), { code: 'TIMEOUT', sent: true })
  t.ok(Date.now() - began < 1500)
})

t.test('headers that drip or never end are cut off too', async (t) => {
  const { port } = await peer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    const drip = setInterval(() => socket.write('x-drip: 1\r\n'), 10)
    socket.on('close', () => clearInterval(drip))
  })
  const { fetch, base } = caller(t, port, { within: 200 })
  t.match(await failure(fetch(base)), { code: 'TIMEOUT', sent: true })
  const flood = await peer(t, (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`))
  const flooded = caller(t, flood.port)
  t.match(await failure(flooded.fetch(flooded.base)), { sent: true })
})

t.test('an endless body is cut off at the cap, and its socket closed', async (t) => {
  const { port, sockets } = await peer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    const block = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const flood = () => {
      while (!socket.destroyed && socket.write(block));
    }
    socket.on('drain', flood)
    flood()
  })
  const { fetch, base } = caller(t, port)
  t.match(await failure(fetch(base)), { code: 'BODY_TOO_LARGE', sent: true })
  while (sockets.size > 0) await new Promise(setImmediate)
  t.equal(sockets.size, 0)
})

t.test('a body announced as too large is not waited for', async (t) => {
  const { port } = await peer(t, (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n'))
  const { fetch, base } = caller(t, port)
  t.match(await failure(fetch(base)), { code: 'BODY_TOO_LARGE', sent: true })
})

t.test('compressed bytes that nobody asked for are not unfolded', async (t) => {
  const { gzipSync } = await import('node:zlib')
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  const { port } = await peer(t, (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`)
    socket.write(bomb)
  })
  const { fetch, base } = caller(t, port)
  const reply = await fetch(base)
  t.ok(reply.body.length <= bomb.length)
})

t.test('an abort while the other side works: unknown', async (t) => {
  const begun = Promise.withResolvers<void>()
  const { port } = await peer(t, () => begun.resolve())
  const { fetch, base, abort } = caller(t, port)
  const failed = failure(fetch(base, { method: 'POST', body: '{}' }))
  await begun.promise
  abort.abort()
  t.match(await failed, { code: 'ABORTED', sent: true })
})

t.test("a signal that times out is a deadline, not somebody's abort", async (t) => {
  const { port } = await peer(t, () => {})
  const outbound = createOutbound({ allow: [`127.0.0.1:${port}`], log: silent, attemptTimeoutMs: 5000 })
  t.teardown(() => outbound.close())
  const base = `http://127.0.0.1:${port}`
  const options = { signal: AbortSignal.timeout(50), deadline: Date.now() + 5000 }
  const fetch = outbound.fetchFor({ id: 'c', baseUrl: base, defaultBaseUrl: null }, options)
  t.match(await failure(fetch(base)), { code: 'TIMEOUT', sent: true })
})

t.test('an abort before anything: nothing was sent', async (t) => {
  const { port, connections } = await peer(t, () => {})
  const { fetch, base, abort } = caller(t, port)
  abort.abort()
  t.match(await failure(fetch(base)), { code: 'ABORTED', sent: false })
  t.equal(connections(), 0)
})

t.test('an abort while it waits for a socket: never sent later either', async (t) => {
  const hold = Promise.withResolvers<{ address: string; family: number }[]>()
  const { port, received } = await peer(t, (socket) => socket.write(respond('{}')))
  const allowed = `slow.example:${port}`
  const outbound = createOutbound({
    allow: [allowed],
    log: silent,
    attemptTimeoutMs: 5000,
    resolve: () => hold.promise,
  })
  t.teardown(() => outbound.close())
  const abort = new AbortController()
  const target = { id: 'c', baseUrl: `http://${allowed}`, defaultBaseUrl: null }
  const deadline = Date.now() + 5000
  const stopped = failure(outbound.fetchFor(target, { signal: abort.signal, deadline })(`http://${allowed}/stopped`))
  const second = outbound.fetchFor(target, { signal: new AbortController().signal, deadline })(
    `http://${allowed}/second`,
  )
  abort.abort()
  t.match(await stopped, { code: 'ABORTED', sent: false })
  hold.resolve([{ address: '127.0.0.1', family: 4 }])
  t.match(await second, { status: 200 })
  t.notMatch(received(), /stopped/)
})

t.test('close waits for what is under way, and may be called twice', async (t) => {
  const { port } = await peer(t, (socket) => setImmediate(() => socket.write(respond('{}'))))
  const outbound = createOutbound({ allow: [`127.0.0.1:${port}`], log: silent, attemptTimeoutMs: 5000 })
  const base = `http://127.0.0.1:${port}`
  const options = { signal: new AbortController().signal, deadline: Date.now() + 5000 }
  const fetch = outbound.fetchFor({ id: 'c', baseUrl: base, defaultBaseUrl: null }, options)
  const reply = fetch(base)
  const closed = [outbound.close(), outbound.close()]
  t.match(await reply, { status: 200 })
  await Promise.all(closed)
  t.match(await failure(fetch(base)), { code: 'ABORTED', sent: false })
})
