import { realpathSync } from 'node:fs'
import t from 'tap'
import type { AppointmentView } from '../../core/contract/appointments.ts'
import { until } from '../helper/gateway.ts'
import { getJson, isThere, kalends, keyOf, processesOf, start } from './kalends.ts'

type Remote = { uid: string; status: string; start: string; attendees: { name: string }[] }
const appointments = (url: string, key: string) =>
  getJson<{ items: AppointmentView[] }>(`${url}/api/v1/appointments`, key).then(({ items }) => items)
const bookings = (sandboxUrl: string) => getJson<Remote[]>(`${sandboxUrl}_twin/bookings`)

t.test('operators work beside a gateway that runs', async (t) => {
  const folder = realpathSync(t.testdir({}))
  const gateway = await start(t, folder)
  const json = async (...args: string[]) => JSON.parse((await kalends(folder, [...args, '--json'])).out)

  const [listed, shown, made, ops] = await Promise.all([
    json('tenant', 'list'),
    json('tenant', 'show', 'demo'),
    kalends(folder, ['key', 'create', 'desk one']),
    kalends(folder, ['key', 'create', 'ops', '--operator']),
  ])
  t.match(listed, [{ slug: 'demo', timeZone: 'Europe/Berlin', language: 'de' }])
  t.same(
    shown.services.map(({ slug, bookable }: { slug: string; bookable: boolean }) => [slug, bookable]),
    [
      ['colour', true],
      ['consultation', true],
      ['cut', true],
    ],
  )

  t.match(made, { code: 0, out: /^kal_\S+\n$/, err: /shown this once/ })
  const key = made.out.trim()
  t.same(await appointments(gateway.url, key), [], 'a fresh key opens the running gateway')
  const prefix = key.slice(0, 12)
  t.match((await kalends(folder, ['key', 'list'])).out, new RegExp(`${prefix} +desk one +desk`))

  const operator = ops.out.trim()
  t.match(await getJson(`${gateway.url}/api/v1/tenants`, operator), { items: [{ slug: 'demo' }] })

  t.match(await kalends(folder, ['tenant', 'create', 'two', '--name', 'Two', '--time-zone', 'Europe/Paris']), {
    code: 0,
  })
  t.match(await kalends(folder, ['key', 'list']), { code: 2, err: /--tenant, one of: demo, two/ })
  t.match(await kalends(folder, ['key', 'remove', prefix, '--tenant', 'demo']), { code: 0 })
  const answered = async () =>
    (await fetch(`${gateway.url}/api/v1/appointments`, { headers: { authorization: `Bearer ${key}` } })).status
  await until(answered, (seen) => seen === 401)

  const paused = await kalends(folder, ['pause', 'calendar', '--tenant', 'demo'])
  t.match(paused, { code: 0, out: /paused \(outbound\)/ })
  t.match(await json('tenant', 'show', 'demo'), { connections: [{ state: 'paused', paused: 'outbound' }] })
  const writer = keyOf(gateway)
  const order = { serviceId: 'cut', startsAt: nextMonday(), customer: { name: 'Max', email: 'max@example.org' } }
  const answer = await fetch(`${gateway.url}/api/v1/appointments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${writer}`, 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  t.equal(answer.status, 201, 'a paused connection does not keep anybody from booking')
  const waiting = () => json('tenant', 'show', 'demo').then(({ connections }) => connections[0].waiting)
  t.equal(await waiting(), 1)
  t.same(await bookings(gateway.sandboxUrl), [])
  t.match(await kalends(folder, ['resume', 'calendar', '--tenant', 'demo']), { code: 0, out: /on their way: 1/ })
  await until(
    () => bookings(gateway.sandboxUrl),
    (found) => found.length === 1,
  )
  t.match(await kalends(folder, ['pause', 'nothing', '--tenant', 'demo']), { code: 1, err: /KAL_CONNECTION_UNKNOWN/ })

  const password = (await kalends(folder, ['user', 'password', 'admin@demo.example', '--tenant', 'demo'])).out.trim()
  const login = await fetch(`${gateway.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'admin@demo.example', password }),
  })
  t.ok(login.ok, 'a new password logs in')

  const [doctor, queues, schedules, status, dryRun] = await Promise.all([
    kalends(folder, ['doctor']),
    json('doctor', '--queues') as Promise<{ name: string; ready: number }[]>,
    kalends(folder, ['doctor', '--schedules']),
    json('migrate', '--status'),
    json('migrate', '--dry-run'),
  ])
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
  const keys: { name: string }[] = await json('key', 'list', '--tenant', 'demo')
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
