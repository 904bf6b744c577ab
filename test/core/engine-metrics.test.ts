import pino from 'pino'
import t from 'tap'
import { testGateway, until } from '../helper/gateway.ts'
import { book, synced } from '../helper/salon.ts'

t.test('a calendar that is left alone is seen in the figures, at its connection and in the log, once', async (t) => {
  const lines: string[] = []
  const salon = await testGateway(t, {
    input: { server: { port: 0, metrics: { token: 'token' } }, sync: { breaker: { failures: 3, openFor: '3s' } } },
    options: { logger: pino({}, { write: (line) => lines.push(line) }) },
  })
  const { gateway, author, tenant, connection, twin } = salon
  const url = await gateway.listen()
  const figures = async () => (await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer token' } })).text()
  const told = (event: string) =>
    lines.filter((line) => line.includes(`"event":"${event}"`)).map((line) => JSON.parse(line))
  const view = () => gateway.connections.get(tenant.id, connection.id)
  t.match(await figures(), /^kalends_calendar_requests_total\{priority="change"\} [1-9]/m)
  t.notMatch(await figures(), /^kalends_calendar_breaker\{/m, 'no line for what is well')

  const down = twin.faults.add({ operation: '*', kind: 'status', status: 502 })
  const { id } = await book(salon)
  await until(view, ({ breaker }) => breaker === 'open')
  const check = await gateway.connections.check(author, connection.id)
  t.match(check, { ok: false, findings: [{ level: 'error', message: /left alone for a while/ }] })
  const open = await figures()
  t.match(open, new RegExp(`^kalends_calendar_breaker\\{connection="${connection.id}"\\} (1|0.5)$`, 'm'))
  t.match(open, /^kalends_calendar_requests_held_total\{priority="live",code="BREAKER_OPEN"\} 1$/m)
  t.match(told('opened'), [{ level: 50, tenantId: tenant.id, connectionId: connection.id, failures: 3 }])

  down.remove()
  await synced(salon, id)
  await until(view, ({ breaker }) => breaker === 'closed')
  t.notMatch(await figures(), /^kalends_calendar_breaker\{/m)
  t.match(told('closed'), [{ level: 30, tenantId: tenant.id, connectionId: connection.id }])
  t.equal(told('opened').length + told('closed').length, 2, 'each once')
})
