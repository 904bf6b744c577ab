import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Client } from '../../cli/demo/client.ts'
import { play } from '../../cli/demo/story.ts'
import { freePort } from '../../cli/sandbox/place.ts'
import { testGateway } from '../helper/gateway.ts'
import { folderOf, kalends, processesOf } from './kalends.ts'

t.test('the demo brings its own gateway where none runs, and takes it along', async (t) => {
  const folder = folderOf(t)
  const { code, out } = await kalends(folder, ['demo'])
  t.equal(code, 0, out)
  t.match(out, /one is started for the demo/)
  t.match(out, /in the calendar after \d+ ms/)
  t.match(out, /Whether it was done is not known[\s\S]*Found in the calendar: it had been done/, 'the timeline')
  t.same(processesOf(folder), [])
})

t.test('the demo says what is not as it should be, and answers 1', async (t) => {
  const { gateway, author, connection, twin, key } = await testGateway(t, {
    input: { server: { port: await freePort('127.0.0.1') } },
  })
  const said: string[] = []
  const stage = {
    api: new Client(await gateway.listen(), { authorization: `Bearer ${key}` }),
    sandbox: new Client(new URL('/', twin.url).href),
    say: (line: string) => said.push(line),
    sleep,
    patience: 1_000,
  }
  await gateway.connections.pause(author, connection.id, {})
  t.equal(await play(stage), 1)
  t.match(said.at(-1), /✗ Not as it should be: the booking should reach the calendar\./)
  const { items } = await gateway.appointments.list(author.tenantId, {})
  t.match(items, [{ status: 'cancelled' }], 'what it booked is cancelled')

  await gateway.connections.resume(author, connection.id)
  const patient = { ...stage, patience: 15_000 }
  t.equal(await play(patient), 0, said.join('\n'))
  t.equal(await play(patient), 0, 'and once more, at the times that are free again')
})
