import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { startTwin, type Twin, type TwinOptions } from '../../../../plugins/calcom/twin/index.ts'
import { triggers } from '../../../../plugins/calcom/twin/subscription.ts'

/** The answer of a call, with its JSON body. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
export type Answer = { status: number; headers: Headers; body: any }

/** A twin with one host, Ana, and a way to call it as her. */
export type Salon = {
  twin: Twin
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

/** Wednesday, 1 July 2026, 08:00 UTC: the salon's clock stands still unless a test moves it. */
export const now = Date.UTC(2026, 6, 1, 8)

/** A body that books; fields given replace its own. */
export function wish(eventTypeId: number, fields: Record<string, unknown> = {}): Record<string, unknown> {
  const attendee = { name: 'Max Muster', email: 'max@example.org', timeZone: 'Europe/Berlin' }
  return { eventTypeId, start: '2026-07-02T08:00:00Z', attendee, metadata: { kalendsId: 'apt_1' }, ...fields }
}

/** Opens a salon for a test and closes it with it. */
export async function openSalon(t: Test, options: TwinOptions = {}): Promise<Salon> {
  const twin = await startTwin({ clock: () => now, rateLimit: false, ...options })
  t.teardown(() => twin.close())
  twin.addAccount({
    username: 'ana',
    email: 'ana@salon.example',
    name: 'Ana Host',
    timeZone: 'Europe/Berlin',
    apiKey: 'cal_ana',
    locale: 'de',
  })
  return { twin, call: caller(twin.url, 'cal_ana') }
}

/** A way to call a twin with a key; a header given as an empty text is left out. */
export function caller(url: string, apiKey: string): Salon['call'] {
  return async (method, path, body, headers = {}) => {
    const all = { authorization: `Bearer ${apiKey}`, 'cal-api-version': '2024-08-13', ...headers }
    const kept = Object.entries(all).filter(([, value]) => value !== '')
    const reply = await fetch(url + path, {
      method,
      headers: [...kept, ...(body === undefined ? [] : ([['content-type', 'application/json']] as [string, string][]))],
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    return { status: reply.status, headers: reply.headers, body: text === '' ? null : parse(text) }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A webhook as it arrived: the exact text and the headers. */
export type Arrival = { text: string; headers: IncomingHttpHeaders; trigger: string; payload: Record<string, unknown> }

/** A listener for webhooks. `before` runs before it answers. */
export async function listen(t: Test, before: () => Promise<void> = async () => {}) {
  const arrivals: Arrival[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const content = parse(text) as { triggerEvent?: string; payload?: Record<string, unknown> }
    const { triggerEvent, payload } = content
    arrivals.push({ text, headers: request.headers, trigger: triggerEvent ?? '', payload: payload ?? { ...content } })
    await before()
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, arrivals }
}

/** Waits until something has come true; fails after ten seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`never came true: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A salon with one event type, a listener for all its webhooks, and ways to book, move and cancel that answer the uid. */
export async function openTalkingSalon(t: Test, options: TwinOptions = {}, secret: string | undefined = 's3cret') {
  const salon = await openSalon(t, options)
  const { twin, call } = salon
  const { id } = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  const { url, arrivals } = await listen(t)
  const hook = { subscriberUrl: url, triggers: [...triggers], active: true, secret }
  const subscription = (await call('POST', '/webhooks', hook)).body.data.id as string
  const uidOf = async (answer: Promise<Answer>) => (await answer).body.data.uid as string
  return {
    ...salon,
    id,
    url,
    subscription,
    arrivals,
    /** Books on a day of July at eight. */
    book: (day = 2, fields = {}) => uidOf(call('POST', '/bookings', wish(id, { start: julyAt8(day), ...fields }))),
    move: (uid: string, day: number) => uidOf(call('POST', `/bookings/${uid}/reschedule`, { start: julyAt8(day) })),
    cancel: (uid: string) => uidOf(call('POST', `/bookings/${uid}/cancel`, { cancellationReason: 'ill' })),
    get: async (uid: string) => (await call('GET', `/bookings/${uid}`)).body.data,
    /** The uids that arrived, in their order. */
    arrived: () => arrivals.map(({ payload }) => payload.uid as string),
  }
}

/** Eight o'clock UTC on a day of July 2026. */
export const julyAt8 = (day: number) => new Date(Date.UTC(2026, 6, day, 8)).toISOString()
