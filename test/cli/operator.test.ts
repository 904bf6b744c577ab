import t from 'tap'
import { testDatabase } from '../helper/database.ts'
import { secretKey, until } from '../helper/gateway.ts'
import { folderOf, getJson, start, within } from './kalends.ts'

const appointments = (url: string, key: string) =>
  getJson<{ items: unknown[] }>(`${url}/api/v1/appointments`, key).then(({ items }) => items)

t.test('tenants, keys and people are made beside a gateway that runs', async (t) => {
  const folder = folderOf(t)
  // As processes of their own, with the database that Kalends brings itself, commands are tried in attached.test.ts.
  const external = { DATABASE_URL: (await testDatabase(t)).url, KALENDS_SECRET_KEY: secretKey }
  const kalends = within(t, folder, external)
  const gateway = await start(t, folder, external)
  const json = async (...args: string[]) => JSON.parse((await kalends([...args, '--json'])).out)

  const [listed, shown, report, made, ops] = await Promise.all([
    json('tenant', 'list'),
    json('tenant', 'show', 'demo'),
    kalends(['stats', '--window', '7d']),
    kalends(['key', 'create', 'desk one']),
    kalends(['key', 'create', 'ops', '--operator']),
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

  t.match(report, {
    code: 0,
    out: /appointments changed \(7d\) +0\n[\s\S]*calendar +calcom +active[\s\S]*Nothing that needs you/,
  })

  t.match(made, { code: 0, out: /^kal_\S+\n$/, err: /shown this once/ })
  const key = made.out.trim()
  t.same(await appointments(gateway.url, key), [], 'a fresh key opens the running gateway')
  const prefix = key.slice(0, 12)
  t.match((await kalends(['key', 'list'])).out, new RegExp(`${prefix} +desk one +desk`))

  const operator = ops.out.trim()
  t.match(await getJson(`${gateway.url}/api/v1/tenants`, operator), { items: [{ slug: 'demo' }] })

  t.match(await kalends(['tenant', 'create', 'two', '--name', 'Two', '--time-zone', 'Europe/Paris']), {
    code: 0,
  })
  const [unclear, removed, renewed] = await Promise.all([
    kalends(['key', 'list']),
    kalends(['key', 'remove', prefix, '--tenant', 'demo']),
    kalends(['user', 'password', 'admin@demo.example', '--tenant', 'demo']),
  ])
  t.match(unclear, { code: 2, err: /--tenant, one of: demo, two/ })
  t.match(removed, { code: 0 })
  const answered = async () =>
    (await fetch(`${gateway.url}/api/v1/appointments`, { headers: { authorization: `Bearer ${key}` } })).status
  await until(answered, (seen) => seen === 401)

  const password = renewed.out.trim()
  const login = await fetch(`${gateway.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'admin@demo.example', password }),
  })
  t.ok(login.ok, 'a new password logs in')
})
