import t from 'tap'
import { until } from '../helper/gateway.ts'
import { folderOf, getJson, isThere, kalends, keyOf, processesOf, start, within } from './kalends.ts'

const bookings = (sandboxUrl: string) => getJson<{ status: string }[]>(`${sandboxUrl}_twin/bookings`)

t.test('connections are paused, the doctor called and the demo played beside a gateway that runs', async (t) => {
  const folder = folderOf(t)
  const gateway = await start(t, folder)
  const here = within(t, folder)
  const json = async (...args: string[]) => JSON.parse((await here([...args, '--json'])).out)

  const paused = await kalends(folder, ['pause', 'calendar'])
  t.match(paused, { code: 0, out: /paused \(outbound\)/ })
  const writer = keyOf(gateway)
  const order = { serviceId: 'cut', startsAt: nextMonday(), customer: { name: 'Max', email: 'max@example.org' } }
  const answer = await fetch(`${gateway.url}/api/v1/appointments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${writer}`, 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  t.equal(answer.status, 201, 'a paused connection does not keep anybody from booking')
  t.match(await json('tenant', 'show', 'demo'), { connections: [{ state: 'paused', paused: 'outbound', waiting: 1 }] })
  t.same(await bookings(gateway.sandboxUrl), [])
  t.match(await kalends(folder, ['resume', 'calendar']), { code: 0, out: /on their way: 1/ })
  await until(
    () => bookings(gateway.sandboxUrl),
    (found) => found.length === 1,
  )

  t.match(await here(['pause', 'phone']), { code: 0, out: /paused \(all\)\. It answers no calls\./ })
  const connections = async () => (await json('tenant', 'show', 'demo')).connections as object[]
  t.match(await connections(), [{ paused: null }, { name: 'phone', paused: 'all' }], 'nothing is ever sent to a phone')
  t.match(await here(['resume', 'phone']), { code: 0, out: /goes on/ })

  const [unknown, doctor, queues, schedules, status, dryRun] = await Promise.all([
    kalends(folder, ['pause', 'nothing']),
    kalends(folder, ['doctor']),
    json('doctor', '--queues') as Promise<{ name: string; ready: number }[]>,
    kalends(folder, ['doctor', '--schedules']),
    json('migrate', '--status'),
    json('migrate', '--dry-run'),
  ])
  t.match(unknown, { code: 1, err: /KAL_CONNECTION_UNKNOWN/ })
  t.match(doctor, { code: 0, out: /ok +gateway +ready at [\s\S]*demo\/calendar +Cal\.com takes the API key/ })
  t.same(
    doctor.out.split('\n').filter((line) => line.length > 80),
    [],
    'it fits 80 columns',
  )
  t.match(
    queues.find(({ name }) => name === 'sync'),
    { delayed: 0, failed: 0 },
  )
  t.match(schedules, { code: 0, out: /the sweep of forgotten work +5 s/ })
  t.match(status, [{ name: '0001_house', appliedAt: String }])
  t.same(dryRun, { applied: [], pending: [] })

  const demo = await kalends(folder, ['demo'])
  t.match(demo, { code: 0, out: /exactly one booking[\s\S]*Everything is as it should be/ })
  const keys: { name: string }[] = await json('key', 'list')
  t.notOk(
    keys.some(({ name }) => name.includes('removed')),
    'the key of the demo is removed',
  )

  const [again, elsewhere] = await Promise.all([
    kalends(folder, ['start'], { KALENDS_PORT: new URL(gateway.url).port }),
    kalends(folder, ['start']),
  ])
  t.match(again, { code: 1, err: new RegExp(`process id ${gateway.pid}`) })
  t.match(elsewhere, { code: 1, err: /KAL_DATABASE_IN_USE/ })
  t.ok(isThere(gateway.pid), 'the one that runs goes on')
  t.equal((await bookings(gateway.sandboxUrl)).filter(({ status }) => status === 'accepted').length, 1)

  process.kill(gateway.pid, 'SIGTERM')
  await gateway.ended
  const alone = await kalends(folder, ['doctor'])
  const wrong = /No gateway runs[\s\S]*ERROR +demo\/calendar/
  t.match(alone, { code: 1, out: wrong }, 'the sandbox is gone with its gateway, and the doctor says so')
  t.same(processesOf(folder), [], 'the database that it started is stopped again')
})

/** Monday of the week after next, 10:00 in Berlin or an hour beside it: the salon is open. */
function nextMonday(): string {
  const day = new Date(Date.now() + 14 * 86_400_000)
  day.setUTCDate(day.getUTCDate() + ((8 - day.getUTCDay()) % 7))
  return `${day.toISOString().slice(0, 10)}T09:00:00Z`
}
