import t, { type Test } from 'tap'
import type { EventStreamOptions, StreamEvent } from '../../../core/contract/http.ts'
import { listen, makeApp, rawSocket, until } from './make-app.ts'

type Emit = (event: StreamEvent) => void

/** A server with GET /stream; `watching` holds the emit function of every open stream. */
async function streaming(t: Test, options: EventStreamOptions = {}) {
  const { app } = makeApp(t)
  const watching = new Set<Emit>()
  const route = { config: { access: 'public' }, exposeHeadRoute: false } as const
  app.get('/stream', route, (_request, reply) =>
    reply.sendEvents((emit) => {
      watching.add(emit)
      return () => watching.delete(emit)
    }, options),
  )
  const port = await listen(app)
  const open = async () => {
    const stream = await rawSocket(t, port)
    const before = watching.size
    stream.socket.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
    await until(() => watching.size > before)
    return stream
  }
  const emit: Emit = (event) => {
    for (const each of watching) each(event)
  }
  return { app, watching, open, emit }
}

t.test('events arrive with their id and name, on one line each', async (t) => {
  const { open, emit } = await streaming(t)
  const { received } = await open()
  emit({ id: '7', event: 'changed', data: { text: 'two\nlines' } })
  emit({ id: 'a\nevent: forged', data: null })
  await until(() => received().includes('data: null'))
  t.match(received(), /^HTTP\/1\.1 200 /)
  t.match(received(), 'content-type: text/event-stream')
  t.match(received(), "frame-ancestors 'none'", 'with the headers of every answer')
  t.match(received(), 'id: 7\nevent: changed\ndata: {"text":"two\\nlines"}\n\n')
  t.match(received(), 'id: a event: forged\n')
})

t.test('a heartbeat keeps it alive', async (t) => {
  const { open } = await streaming(t, { heartbeatMs: 20 })
  const { received } = await open()
  await until(() => received().split(': still here').length > 3)
  t.pass('beats')
})

t.test('a client that leaves is forgotten', async (t) => {
  const { open, watching, emit } = await streaming(t)
  const first = await open()
  const second = await open()
  first.socket.destroy()
  await until(() => watching.size === 1)
  emit({ data: 'still' })
  await until(() => second.received().includes('still'))
  second.socket.destroy()
  await until(() => watching.size === 0)
  t.equal(watching.size, 0)
})

t.test('a client that does not read is dropped at the bound', async (t) => {
  const { open, watching, emit } = await streaming(t, { maxBuffered: 64 * 1024 })
  const { socket } = await open()
  socket.pause()
  const data = 'x'.repeat(32 * 1024)
  while (watching.size > 0) {
    emit({ data })
    await new Promise(setImmediate)
  }
  t.equal(watching.size, 0)
})

t.test('a stream ends after its lifetime, so that a key is shown again', async (t) => {
  const { open, watching } = await streaming(t, { lifetimeMs: 50 })
  await open()
  await until(() => watching.size === 0)
  t.equal(watching.size, 0)
})

t.test('closing the server ends the streams', async (t) => {
  const { app, open, watching } = await streaming(t)
  const streams = await Promise.all([open(), open()])
  await app.close()
  await Promise.all(streams.map((stream) => stream.closed))
  t.equal(watching.size, 0)
})
