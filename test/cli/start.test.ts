import t from 'tap'
import type { AppointmentView } from '../../core/contract/appointments.ts'
import { until } from '../helper/gateway.ts'
import { child, folderOf, getJson, keyOf, processesOf, start } from './kalends.ts'

type Remote = { uid: string; status: string; start: string; attendees: { name: string }[] }
const appointments = (url: string, key: string) =>
  getJson<{ items: AppointmentView[] }>(`${url}/api/v1/appointments`, key).then(({ items }) => items.map(essence))

/** What does not change by being looked at. */
const essence = ({ id, status, startsAt, customer, sync, bookings }: AppointmentView) => ({
  ...{ id, status, startsAt, customer, syncStatus: sync.status },
  externalIds: bookings.map(({ externalId }) => externalId),
})
const bookings = (sandboxUrl: string) => getJson<Remote[]>(`${sandboxUrl}_twin/bookings`)

t.test('a first start, a killed one and one after it are the same house', async (t) => {
  const folder = folderOf(t)
  const first = await start(t, folder)
  const key = keyOf(first)
  t.match(first.out(), /DEMO CREDENTIALS, shown this once/)
  t.match(first.out(), /Login\s+admin@demo\.example/)

  const curl = /^ {4}(curl -s [\s\S]*?'\n)/m.exec(first.out())?.[1] ?? ''
  const pasted = await child('sh', ['-c', curl], folder).ended
  const booked = JSON.parse(pasted.out) as AppointmentView
  t.match(booked, { service: { slug: 'cut' } }, 'what is printed to be pasted books')
  const look = () => appointments(first.url, key)
  const before = await until(look, ([one]) => one?.syncStatus === 'synced')
  const there = await bookings(first.sandboxUrl)
  t.match(there, [{ uid: before[0]?.externalIds[0], status: 'accepted' }])
  t.match(await (await fetch(first.sandboxUrl)).text(), /Zoe Mueller/, 'the page of the sandbox shows it')

  process.kill(first.pid, 'SIGKILL')
  await first.ended
  const second = await start(t, folder)
  t.same(await appointments(second.url, key), before, 'after kill -9 the appointments are as they were')
  t.same(await bookings(second.sandboxUrl), there, 'and so is the sandbox')
  t.equal(second.sandboxUrl, first.sandboxUrl, 'at the same address')
  t.notMatch(second.out(), /kal_|Password/, 'what is shown once is not shown twice')
  t.match(second.out(), /key create/, 'but how to make a new one')

  const began = Date.now()
  process.kill(second.pid, 'SIGINT')
  const ended = await second.ended
  t.equal(ended.code, 0)
  t.ok(Date.now() - began < 10_000, `stopped after ${Date.now() - began} ms`)
  t.match(ended.out, /the gateway has stopped/)
  t.same(processesOf(folder), [], 'no process is left behind')

  const third = await start(t, folder)
  t.same(await appointments(third.url, key), before, 'after a stop everything is as it was, too')
  t.same(await bookings(third.sandboxUrl), there)
})
