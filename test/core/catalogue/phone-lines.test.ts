import t from 'tap'
import type { Author } from '../../../core/contract/gateway.ts'
import calcom from '../../../plugins/calcom/index.ts'
import retell from '../../../plugins/retell/index.ts'
import { testGateway } from '../../helper/gateway.ts'

t.setTimeout(60_000)

const house = await testGateway(t, { input: { plugins: [calcom(), retell()] } })
const { gateway, db, author: mine } = house
const second = await house.start()
const tenant = await gateway.tenants.create(
  { origin: { name: 'api' } },
  { slug: 'other', name: 'Other', timeZone: 'Europe/Berlin', language: 'en' },
)
const theirs: Author = { tenantId: tenant.id, origin: { name: 'api' } }

let made = 0
/** A new connection of somebody, on one of the two gateways. */
async function connect(author: Author, options: object, at = gateway) {
  made += 1
  const credentials = { apiKey: 'key_test_0123456789abcdef' }
  return at.connections.create(author, { name: `phone-${made}`, plugin: 'retell', credentials, options } as never)
}
const lines = () =>
  db.query<{ connectionId: string; value: string }>(
    'select connection_id as "connectionId", value from kalends.phone_lines order by value',
  )
const has = async (id: string) =>
  (await lines()).filter(({ connectionId }) => connectionId === id).map(({ value }) => value)

t.test('a line is one connection’s, in the whole house', async (t) => {
  const options = { agentIds: ['agent_1'], phoneNumbers: ['+4930111111'] }
  const first = await connect(mine, options)
  t.same(await has(first.id), ['+4930111111', 'agent_1'])
  for (const author of [mine, theirs]) {
    for (const [wanted, kind] of [
      [{ agentIds: ['agent_1'] }, 'agent'],
      [{ phoneNumbers: ['+4930222222', '+4930111111'] }, 'number'],
      [{ agentIds: ['agent_2'], phoneNumbers: ['+4930111111'] }, 'number'],
    ] as const) {
      const value = kind === 'agent' ? 'agent_1' : '+4930111111'
      await t.rejects(connect(author, wanted), { code: 'KAL_PHONE_LINE_TAKEN', status: 409, params: { kind, value } })
    }
  }
  t.equal((await lines()).length, 2, 'of what was refused nothing is kept')
  t.equal((await gateway.connections.list(theirs.tenantId, {})).items.length, 0)
  t.match(
    await connect(theirs, { agentIds: ['agent_2'] }).catch((error: unknown) => error),
    { plugin: 'retell' },
    'what was refused once for another reason may still be had',
  )
})

t.test('of many who ask at once on two gateways one gets it', async (t) => {
  const wishes = Array.from({ length: 12 }, (_, index) =>
    connect(
      index % 2 ? mine : theirs,
      { phoneNumbers: ['+4930777777', `+49308${10_000 + index}`] },
      index % 3 ? gateway : second,
    ),
  )
  const ends = await Promise.allSettled(wishes)
  const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []))
  t.same(refused, Array(11).fill('KAL_PHONE_LINE_TAKEN'))
  t.equal((await lines()).filter(({ value }) => value === '+4930777777').length, 1)
})

t.test('a change takes, keeps and gives back', async (t) => {
  const one = await connect(mine, { agentIds: ['agent_a', 'agent_b'] })
  const two = await connect(theirs, { agentIds: ['agent_c'] })
  await gateway.connections.update(mine, one.id, { options: { agentIds: ['agent_b', 'agent_d'] } })
  t.same(await has(one.id), ['agent_b', 'agent_d'])
  const taking = gateway.connections.update(theirs, two.id, { options: { agentIds: ['agent_b'] } })
  await t.rejects(taking, { code: 'KAL_PHONE_LINE_TAKEN', params: { value: 'agent_b' } })
  t.same(await has(two.id), ['agent_c'])
  t.same((await gateway.connections.get(theirs.tenantId, two.id)).options, { agentIds: ['agent_c'] })
  await gateway.connections.update(theirs, two.id, { options: { agentIds: ['agent_a'] } })
  await gateway.connections.update(mine, one.id, { credentials: { apiKey: 'key_other' } })
  t.same(await has(one.id), ['agent_b', 'agent_d'], 'another change leaves them')
  await t.rejects(gateway.connections.update(mine, one.id, { name: 'calendar' }), { code: 'KAL_SLUG_TAKEN' })
})

t.test('what is removed is free again', async (t) => {
  const one = await connect(mine, { phoneNumbers: ['+4930999999'] })
  await gateway.connections.remove(mine, one.id)
  t.match(await connect(theirs, { phoneNumbers: ['+4930999999'] }), { plugin: 'retell' })
})
