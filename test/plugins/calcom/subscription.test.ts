import t, { type Test } from 'tap'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { wantedTriggers } from '../../../plugins/calcom/triggers.ts'
import { triggers as selfHosted } from '../../../plugins/calcom/twin/subscription.ts'
import { callTo, json, server, value } from './calling.ts'
import { openSalon } from './twin/salon.ts'

const { webhook } = createCalcom()
const url = 'http://127.0.0.1:9/calcom/c/webhook'
const secret = 's3cret'

/** A salon, and the two verbs towards it. `changes`: how often something was written so far. */
async function subscribing(t: Test) {
  const { twin, call } = await openSalon(t)
  const lent = (within?: number) => callTo(t, twin.url, { key: 'cal_ana', within })
  const subscribe = (wanted = {}, within?: number) => webhook?.subscribe?.(lent(within), { url, secret, ...wanted })
  const unsubscribe = (wanted = { url }) => webhook?.unsubscribe?.(lent(), wanted)
  const hooks = async () => (await call('GET', '/webhooks')).body.data
  const count = (operation: string) => twin.counts[operation] ?? 0
  const changes = () => count('createWebhook') + count('updateWebhook') + count('deleteWebhook')
  return { twin, call, subscribe, unsubscribe, hooks, changes }
}

t.test('what we want, every Cal.com knows', async (t) => {
  for (const trigger of wantedTriggers) t.ok((selfHosted as readonly string[]).includes(trigger), trigger)
})

t.test('made once, however often it is asked for', async (t) => {
  const { subscribe, hooks, changes } = await subscribing(t)
  const made = value(await subscribe())
  t.ok(made.changed)
  t.match(await hooks(), [
    { id: made.id, subscriberUrl: url, active: true, secret, triggers: [...wantedTriggers], payloadTemplate: null },
  ])
  t.strictSame(value(await subscribe()), { id: made.id, changed: false })
  t.equal(changes(), 1)
})

t.test('one that differs is mended, and then left alone', async (t) => {
  const differences: Record<string, unknown>[] = [
    { secret: 'old' },
    { secret: undefined },
    { active: false },
    { triggers: ['BOOKING_CREATED'] },
    { triggers: [...wantedTriggers, 'FORM_SUBMITTED'] },
    { payloadTemplate: '{"title":"{{title}}"}' },
  ]
  for (const difference of differences) {
    const { call, subscribe, hooks, changes } = await subscribing(t)
    const wrong = { subscriberUrl: url, triggers: wantedTriggers, active: true, secret, ...difference }
    const { id } = (await call('POST', '/webhooks', wrong)).body.data
    const what = JSON.stringify(difference)
    t.strictSame(value(await subscribe()), { id, changed: true }, what)
    const [hook, ...others] = await hooks()
    t.match(hook, { id, active: true, secret, payloadTemplate: null }, what)
    t.strictSame([...hook.triggers].sort(), [...wantedTriggers].sort(), what)
    t.equal(others.length, 0)
    t.strictSame(value(await subscribe()), { id, changed: false }, what)
    t.equal(changes(), 2)
  }
})

t.test('triggers that a person added stay where they can be read', async (t) => {
  const { call, subscribe, hooks } = await subscribing(t)
  const more = [...wantedTriggers, 'MEETING_STARTED']
  const { id } = (await call('POST', '/webhooks', { subscriberUrl: url, triggers: more, active: true, secret })).body
    .data
  t.strictSame(value(await subscribe()), { id, changed: false })
  t.ok(value(await subscribe({ secret: 'new' })).changed)
  t.strictSame([...(await hooks())[0].triggers].sort(), [...more].sort())
})

t.test('other webhooks of the account are not touched', async (t) => {
  const { call, subscribe, unsubscribe, hooks } = await subscribing(t)
  const other = { subscriberUrl: `${url}/other`, triggers: ['FORM_SUBMITTED'], active: false }
  await call('POST', '/webhooks', other)
  value(await subscribe())
  value(await unsubscribe())
  t.match(await hooks(), [other])
})

t.test('taken away once; what is not there is away', async (t) => {
  const { subscribe, unsubscribe, hooks, changes } = await subscribing(t)
  t.equal(value(await unsubscribe()), null)
  t.equal(changes(), 0)
  value(await subscribe())
  t.equal(value(await unsubscribe()), null)
  t.strictSame(await hooks(), [])
  t.equal(value(await unsubscribe()), null)
})

t.test('a lost reply is a doubt; asked again, what it made is adopted', async (t) => {
  const { twin, subscribe, hooks, changes } = await subscribing(t)
  twin.faults.add({ operation: 'createWebhook', when: 'after-commit', kind: 'hang', times: 1 })
  t.match(await subscribe({}, 300), { is: 'unknown', code: 'TIMEOUT' })
  const [{ id }] = await hooks()
  t.strictSame(value(await subscribe()), { id, changed: false })
  t.equal(changes(), 1)
})

t.test('refusals', async (t) => {
  const { twin, subscribe, unsubscribe, hooks } = await subscribing(t)
  for (const bad of ['http://169.254.169.254/x', 'ftp://gateway.example/x', 'nonsense']) {
    const refused = { is: 'not_done', code: 'WEBHOOK_URL_REFUSED', retry: 'never', scope: 'booking' }
    t.match(await subscribe({ url: bad }), refused, bad)
  }
  t.match(await subscribe({ secret: '' }), { is: 'not_done', code: 'WEBHOOK_SECRET_REQUIRED' })
  t.strictSame(await hooks(), [])
  twin.faults.add({ operation: 'createWebhook', kind: 'status', status: 500, message: 'no', times: 1 })
  t.match(await subscribe(), { is: 'unknown', code: 'HTTP_500' })
  twin.faults.add({ operation: 'listWebhooks', kind: 'html', status: 502, times: 2 })
  t.match(await subscribe(), { is: 'unknown' })
  t.match(await unsubscribe(), { is: 'unknown' })
  const stranger = callTo(t, twin.url, { key: 'cal_nobody' })
  t.match(await webhook?.subscribe?.(stranger, { url, secret }), {
    is: 'not_done',
    code: 'HTTP_401',
    scope: 'connection',
  })
})

type Fake = { pages: unknown[][]; create?: number; removal?: [number, unknown] }

/** A Cal.com whose list of webhooks changes from one look to the next. */
async function shifting(t: Test, { pages, create = 409, removal = [200, {}] }: Fake) {
  const asked: string[] = []
  const base = await server(t, (to, response, request) => {
    asked.push(`${request.method} ${to.pathname.replace('/v2/', '')}${to.search}`)
    if (request.method === 'GET') return json(response, 200, { status: 'success', data: pages.shift() ?? [] })
    if (request.method === 'DELETE') return json(response, ...removal)
    if (request.method === 'PATCH') return json(response, 200, { status: 'success', data: hook() })
    json(response, create, { status: 'error', error: { code: 'ConflictException', message: 'already exists' } })
  })
  return { asked, call: callTo(t, base) }
}

const hook = (over = {}) => ({
  id: 'w-1',
  subscriberUrl: url,
  triggers: [...wantedTriggers],
  active: true,
  secret,
  payloadTemplate: null,
  ...over,
})

t.test('made by somebody else between our look and our request: adopted', async (t) => {
  const same = await shifting(t, { pages: [[], [hook()]] })
  t.strictSame(value(await webhook?.subscribe?.(same.call, { url, secret })), { id: 'w-1', changed: false })
  const other = await shifting(t, { pages: [[], [hook({ secret: null })]] })
  t.strictSame(value(await webhook?.subscribe?.(other.call, { url, secret })), { id: 'w-1', changed: true })
  t.equal(other.asked.at(-1), 'PATCH webhooks/w-1')
  const hidden = await shifting(t, { pages: [[], []] })
  t.match(await webhook?.subscribe?.(hidden.call, { url, secret }), { is: 'unknown', code: 'HTTP_409' })
})

t.test('it is found behind a full page, also where ids are numbers', async (t) => {
  const full = Array.from({ length: 250 }, (_, index) => hook({ id: `o-${index}`, subscriberUrl: `${url}/${index}` }))
  const { call, asked } = await shifting(t, { pages: [full, [hook({ id: 7 })]] })
  t.strictSame(value(await webhook?.subscribe?.(call, { url, secret })), { id: '7', changed: false })
  t.strictSame(asked, ['GET webhooks?take=250&skip=0', 'GET webhooks?take=250&skip=250'])
  const endless = await shifting(t, { pages: Array.from({ length: 50 }, () => full) })
  t.match(await webhook?.subscribe?.(endless.call, { url, secret }), { is: 'unknown', code: 'LIST_MOVED' })
})

t.test('a webhook that went meanwhile is away; only Cal.com’s own words say so', async (t) => {
  const missing = { status: 'error', error: { code: 'NotFoundException', message: 'Webhook (w-1) not found' } }
  const gone = await shifting(t, { pages: [[hook()]], removal: [404, missing] })
  t.equal(value(await webhook?.unsubscribe?.(gone.call, { url })), null)
  const proxy = await shifting(t, { pages: [[hook()]], removal: [404, { message: 'Cannot DELETE' }] })
  t.match(await webhook?.unsubscribe?.(proxy.call, { url }), { is: 'unknown', code: 'HTTP_404' })
})

t.test('a list or a webhook of another shape is not believed', async (t) => {
  for (const strange of [[{ id: 'w' }], [hook({ id: '../x' })], [hook({ triggers: 'ALL' })]]) {
    const { call } = await shifting(t, { pages: [strange] })
    t.match(await webhook?.subscribe?.(call, { url, secret }), { is: 'unknown', code: 'REPLY_UNREADABLE' })
  }
})
