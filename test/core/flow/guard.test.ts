import t from 'tap'
import type { Plugin } from '../../../core/contract/plugin.ts'
import type { CalendarProvider, Call } from '../../../core/contract/provider.ts'
import { ProviderError } from '../../../core/contract/provider-error.ts'
import { notDone, unknown } from '../../../core/domain/outcome.ts'
import { instantOf } from '../../../core/domain/time.ts'
import { guarded } from '../../../core/flow/guard.ts'
import admin from '../../../plugins/admin/index.ts'
import calcom from '../../../plugins/calcom/index.ts'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { testGateway, until } from '../../helper/gateway.ts'
import { keptLog } from '../../helper/house.ts'
import { book, synced } from '../../helper/salon.ts'

const call = { connection: { id: 'c' } } as Call
const ref = { externalId: 'x', target: {} }

/** A guarded provider whose looks end as told, and what was heard of limits. */
function looking(end: () => Promise<never> | ReturnType<CalendarProvider['getBooking']>) {
  const heard: string[] = []
  const provider: CalendarProvider = {
    ...createCalcom(),
    getBooking: end,
    async *findBookings() {
      const outcome = await end()
      if (outcome.is !== 'done') throw new ProviderError(outcome)
      if (outcome.value) yield outcome.value
    },
  }
  const log = keptLog()
  const safe = guarded(provider, log, ({ connection }, at) => void heard.push(`${connection.id} ${at}`))
  const list = async () => {
    try {
      for await (const _ of safe.findBookings(call, {}));
      return null
    } catch (error) {
      return error as ProviderError
    }
  }
  return { safe, heard, log, list }
}

t.test('a provider that throws has answered that nothing is known', async (t) => {
  const { safe, log, list } = looking(() => Promise.reject(new TypeError('broken')))
  t.same(await safe.getBooking(call, ref), unknown('PROVIDER_FAULT'))
  t.same((await list())?.outcome, unknown('PROVIDER_FAULT'))
  t.equal(log.lines.length, 2)
})

t.test('its word that the whole connection is to wait is heard, and no other', async (t) => {
  const at = instantOf(Date.now() + 60_000)
  const ofAll = notDone('QUOTA', { retry: { at }, scope: 'connection' })
  const { safe, heard, list } = looking(async () => ofAll)
  t.same(await safe.getBooking(call, ref), ofAll)
  t.same((await list())?.outcome, ofAll)
  t.same(heard, [`c ${at}`, `c ${at}`])
  for (const end of [
    notDone('QUOTA', { retry: { at } }),
    notDone('HTTP_401', { retry: 'later', scope: 'connection' }),
    unknown('TIMEOUT'),
  ]) {
    const other = looking(async () => end)
    await other.safe.getBooking(call, ref)
    t.same(other.heard, [], JSON.stringify(end))
  }
})

t.test('a calendar that says in its own way that it takes no more is left alone as after a 429', async (t) => {
  const waitMs = 2_000
  const said = { at: 0 }
  const salon = await testGateway(t, { input: { plugins: [quotaOnce(said, waitMs), admin()] } })
  const { gateway, tenant, connection, twin } = salon
  const { id } = await book(salon)
  await until(
    () => gateway.connections.get(tenant.id, connection.id),
    ({ limitedUntil }) => limitedUntil !== null,
  )
  const { id: next } = await book(salon)
  t.match((await synced(salon, id)).sync, { attemptCount: 1 }, 'what was not sent is no attempt')
  await synced(salon, next)
  const creates = twin.calls.filter(({ operation }) => operation === 'createBooking')
  t.ok(
    creates.every(({ at }) => at >= said.at + waitMs),
    'nothing was sent before',
  )
})

/** Cal.com's plugin, whose first create says that the limit is used up, without any call. */
function quotaOnce(said: { at: number }, waitMs: number): Plugin {
  const plugin = calcom()
  return {
    ...plugin,
    setup: (gateway, options) => {
      const add = (provider: CalendarProvider) =>
        gateway.providers.add({
          ...provider,
          createBooking: async (call, request) => {
            if (said.at > 0) return provider.createBooking(call, request)
            said.at = Date.now()
            return notDone('RATE_LIMITED', { retry: { at: instantOf(said.at + waitMs) }, scope: 'connection' })
          },
        })
      return plugin.setup({ ...gateway, providers: { ...gateway.providers, add } }, options)
    },
  }
}
