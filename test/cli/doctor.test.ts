import t from 'tap'
import { run } from '../../cli/run.ts'
import { secretKey, testGateway, until } from '../helper/gateway.ts'

t.test('the doctor says which link was never checked, and which does not fit', async (t) => {
  const salon = await testGateway(t, { input: { sync: { pollEvery: { withWebhooks: '1h', without: '1h' } } } })
  const { gateway, author, twin, account, db } = salon
  // The poll of the first start would check it too.
  await until(
    () => db.query('select from kalends.connections where polled_at is null'),
    (rows) => rows.length === 0,
  )
  const settings = `
database: { url: "${salon.url}" }
secrets: { key: "${secretKey}" }
outbound: { allow: ["${new URL(twin.url).host}"] }
plugins: { calcom: { use: kalends/calcom } }
`
  const file = `${t.testdir({ 'gateway.yaml': settings })}/gateway.yaml`
  async function doctor() {
    const out: string[] = []
    const io = { out: (text: string) => out.push(text), err: () => undefined, environment: {} }
    await run(['doctor', '--json', '--config', file], io)
    const findings = JSON.parse(out.join('\n')) as { level: string; subject: string; message: string }[]
    return findings.filter(({ message }) => message.includes('"colour"'))
  }
  const { id } = twin.addEventType(account, { title: 'Colour', slug: 'colour', lengthInMinutes: 90 })
  const fault = twin.faults.add({ operation: '*', kind: 'reset' })
  const links = [{ connection: 'calendar', target: { eventTypeId: id } }]
  await gateway.services.create(author, { slug: 'colour', name: 'Colour', durationMinutes: 60, links })
  t.same(await doctor(), [
    {
      level: 'warning',
      subject: 'salon/calendar',
      message: 'Service "colour": its link was never checked. The calendar could not be reached. (NETWORK)',
    },
  ])
  fault.remove()
  t.match(await doctor(), [{ level: 'warning', message: /event type takes 90 minutes, the service takes 60/ }])
  t.match(await gateway.services.get(salon.tenant.id, 'colour'), { bookable: false }, 'its check was the missing one')
})
