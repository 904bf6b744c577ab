import type { FastifyInstance, FastifyReply } from 'fastify'
import type { EventStreamOptions, StreamEvent, Subscribe } from '../contract/http.ts'

/**
 * Adds `reply.sendEvents`. Written here and not taken from @fastify/sse (0.6): a client that stops reading must be
 * dropped at a bound, and closing the server must end open streams, or they would hold it up.
 */
export function installEventStreams(app: FastifyInstance): void {
  const open = new Set<() => void>()
  app.addHook('preClose', async () => {
    for (const end of open) end()
  })
  app.decorateReply('sendEvents', function send(this: FastifyReply, subscribe: Subscribe, options = {}) {
    return sendEvents(this, subscribe, options, open)
  })
}

function sendEvents(
  reply: FastifyReply,
  subscribe: Subscribe,
  { heartbeatMs = 15_000, maxBuffered = 262_144, lifetimeMs = 600_000 }: EventStreamOptions,
  open: Set<() => void>,
): FastifyReply {
  const { raw } = reply.hijack()
  raw.writeHead(200, {
    ...reply.getHeaders(),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  } as Record<string, string>)
  const write = (text: string) => {
    if (raw.writableEnded || raw.destroyed) return
    raw.write(text)
    if (raw.writableLength > maxBuffered) raw.destroy()
  }
  write('retry: 2000\n\n')
  const stop = subscribe((event) => write(textOf(event)))
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs)
  const end = () => raw.end()
  const lifetime = setTimeout(end, lifetimeMs)
  open.add(end)
  raw.once('close', () => {
    clearInterval(heartbeat)
    clearTimeout(lifetime)
    open.delete(end)
    stop()
  })
  return reply
}

/** The lines of one event (https://html.spec.whatwg.org/multipage/server-sent-events.html). JSON has no line breaks. */
function textOf({ id, event, data }: StreamEvent): string {
  const oneLine = (text: string) => text.replace(/[\r\n\0]/g, ' ')
  const head = `${id === undefined ? '' : `id: ${oneLine(id)}\n`}${event === undefined ? '' : `event: ${oneLine(event)}\n`}`
  return `${head}data: ${JSON.stringify(data)}\n\n`
}
