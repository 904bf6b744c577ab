import t from 'tap'
import { listen, makeApp, rawSocket, until } from './make-app.ts'

const config = { access: 'public' } as const

t.test('headers that never end are answered 408 and the socket is closed', async (t) => {
  const { app } = makeApp(t, { timeouts: { headers: 200, request: 400 } })
  const port = await listen(app)
  const { socket, received, closed } = await rawSocket(t, port)
  const drip = setInterval(() => socket.write('x-drip: 1\r\n'), 20)
  t.teardown(() => clearInterval(drip))
  socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n')
  await closed
  t.match(received(), /^HTTP\/1\.1 408 /)
  t.match(received(), 'application/problem+json')
  t.match(received(), 'KAL_REQUEST_TIMEOUT')
})

t.test('a body that never ends is cut off', async (t) => {
  const { app } = makeApp(t, { timeouts: { headers: 200, request: 300 } })
  app.post('/echo', { config }, async (request) => request.body)
  const port = await listen(app)
  const { socket, closed } = await rawSocket(t, port)
  const drip = setInterval(() => socket.write(' '), 20)
  t.teardown(() => clearInterval(drip))
  socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n')
  await closed
  t.pass('closed')
})

t.test('a socket on which nothing moves is closed', async (t) => {
  const { app } = makeApp(t, { timeouts: { idle: 100 } })
  const port = await listen(app)
  const { closed } = await rawSocket(t, port)
  await closed
  t.pass('closed')
})

t.test('a thousand idle sockets do not hold up others', async (t) => {
  const { app } = makeApp(t)
  const port = await listen(app)
  await Promise.all(Array.from({ length: 1000 }, () => rawSocket(t, port)))
  const began = performance.now()
  const reply = await fetch(`http://127.0.0.1:${port}/health/live`)
  t.equal(reply.status, 200)
  t.ok(performance.now() - began < 2000)
})

t.test('what is no HTTP, and headers without end', async (t) => {
  const { app } = makeApp(t)
  const port = await listen(app)
  const garbage = await rawSocket(t, port)
  garbage.socket.write('\x16\x03\x01\x02\x00 hello\r\n\r\n')
  await garbage.closed
  t.match(garbage.received(), /^HTTP\/1\.1 400 [\s\S]*KAL_REQUEST_UNREADABLE/)
  const flood = await rawSocket(t, port)
  flood.socket.write(`GET / HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)
  await flood.closed
  t.match(flood.received(), /^HTTP\/1\.1 431 [\s\S]*KAL_HEADERS_TOO_LARGE/)
})

t.test('ten megabytes are refused without being read', async (t) => {
  const { app } = makeApp(t)
  app.post('/echo', { config }, async (request) => request.body)
  const port = await listen(app)
  const announced = await rawSocket(t, port)
  announced.socket.write(
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n',
  )
  await until(() => announced.received().includes('KAL_BODY_TOO_LARGE'))
  t.match(announced.received(), /^HTTP\/1\.1 413 /)
  const chunked = await rawSocket(t, port)
  chunked.socket.write(
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  const block = `10000\r\n${' '.repeat(0x10000)}\r\n`
  for (let i = 0; i < 4 && !chunked.socket.destroyed; i++) chunked.socket.write(block)
  await until(() => chunked.received().includes('KAL_BODY_TOO_LARGE'))
  t.match(chunked.received(), /^HTTP\/1\.1 413 /)
})

t.test('two content types', async (t) => {
  const { app } = makeApp(t)
  app.post('/echo', { config }, async (request) => request.body)
  const port = await listen(app)
  const { socket, received } = await rawSocket(t, port)
  socket.write(
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}',
  )
  await until(() => received().includes('KAL_'))
  t.match(received(), /^HTTP\/1\.1 415 [\s\S]*KAL_MEDIA_TYPE/)
})
