import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Client } from '../../cli/demo/client.ts'
import { PhoneLine } from '../../cli/demo/phone-line.ts'
import { play } from '../../cli/demo/story.ts'
import { freePort } from '../../cli/sandbox/place.ts'
import admin from '../../plugins/admin/index.ts'
import calcom from '../../plugins/calcom/index.ts'
import phone from '../../plugins/phone/index.ts'
import retell from '../../plugins/retell/index.ts'
import { testGateway } from '../helper/gateway.ts'
import { retellKey } from '../helper/retell.ts'
import { folderOf, kalends, processesOf } from './kalends.ts'

t.test('the demo brings its own gateway where none runs, and takes it along', async (t) => {
  const folder = folderOf(t)
  const { code, out } = await kalends(folder, ['demo'])
  t.equal(code, 0, out)
  t.match(out, /one is started for the demo/)
  t.match(out, /in the calendar after \d+ ms/)
  t.match(out, /Whether it was done is not known[\s\S]*Found in the calendar: it had been done/, 'the timeline')
  t.match(out, /Caller {2}I would like a haircut\.[\s\S]*→ AVAILABLE after \d+ ms\n {3}Agent {3}Free for Haircut: /)
  for (const code of ['BOOKED', 'FOUND', 'MOVED', 'CANCELLED']) t.match(out, `→ ${code} after`, code)
  t.match(out, /The appointment is booked for Lena Sommer: Haircut, /)
  t.same(processesOf(folder), [])
})

t.test('the demo says what is not as it should be, and answers 1', async (t) => {
  const { gateway, author, connection, twin, key } = await testGateway(t, {
    input: {
      server: { port: await freePort('127.0.0.1') },
      plugins: [calcom(), admin(), retell(), phone()],
    },
  })
  await gateway.connections.update(author, connection.id, { options: { syntheticEmailDomain: 'calls.example' } })
  const options = { agentIds: ['agent_demo'] }
  const line = { name: 'phone', plugin: 'retell', credentials: { apiKey: retellKey }, options }
  const { id: lineId } = await gateway.connections.create(author, line)
  const url = await gateway.listen()
  const said: string[] = []
  const stage = {
    api: new Client(url, { authorization: `Bearer ${key}` }),
    sandbox: new Client(new URL('/', twin.url).href),
    phone: new PhoneLine(url, lineId, retellKey, 'agent_demo'),
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
  t.equal(await play({ ...patient, phone: null }), 0, 'without a phone the rest is played')
  t.match(said.at(-2), /Nobody takes calls here/)

  const wrong = { ...patient, phone: new PhoneLine(url, lineId, 'key_of_somebody_else', 'agent_demo') }
  t.equal(await play(wrong), 1, 'and a call that is not signed by the connection’s key is no call')
  t.match(said.at(-1), /✗ the function check_availability was answered with 401/)
})
