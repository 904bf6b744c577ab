import t from 'tap'
import { apiKey, testGateway, until } from '../helper/gateway.ts'
import { book, synced } from '../helper/salon.ts'

t.test('who changes the key or address of a connection waits for no breaker, on any gateway', async (t) => {
  const sync = { breaker: { failures: 3, openFor: '1h' } }
  const salon = await testGateway(t, { input: { sync, availability: { cache: '0s' } } })
  const { gateway, author, tenant, connection, twin, start } = salon
  const second = await start()
  const view = () => gateway.connections.get(tenant.id, connection.id)
  const ask = () => second.availability.find(tenant.id, { serviceId: 'cut' })
  const change = (patch: object) => gateway.connections.update(author, connection.id, patch)
  const failing = async () => {
    const down = twin.faults.add({ operation: '*', kind: 'status', status: 503 })
    const { id } = await book(salon)
    await until(view, ({ breaker }) => breaker === 'open')
    await until(
      () => ask().then(String, String),
      (told) => /BREAKER_OPEN/.test(told),
    )
    down.remove()
    return id
  }

  const first = await failing()
  await change({ name: 'agenda' })
  t.equal((await view()).breaker, 'open', 'another name is no other calendar')
  for (const [what, patch, id] of [
    ['another key', { credentials: { apiKey } }, first],
    ['another option', { options: { syntheticEmailDomain: 'calls.example' } }, null],
    ['another address', { baseUrl: `${twin.url}//` }, null],
  ] as const) {
    const waiting = id ?? (await failing())
    t.equal((await change(patch)).breaker, 'closed', what)
    await synced(salon, waiting)
    await until(
      () =>
        ask().then(
          ({ items }) => items.length,
          () => 0,
        ),
      (free) => free > 0,
    )
  }
})
