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

const sharedKey = 'key_test_0123456789abcdef'
let made = 0
/** A new connection of somebody, on one of the two gateways. */
async function connect(author: Author, options: object, apiKey = sharedKey, at = gateway) {
  made += 1
  return at.connections.create(author, {
    name: `phone-${made}`,
    plugin: 'retell',
    credentials: { apiKey },
    options,
  } as never)
}
const lines = () =>
  db.query<{ connectionId: string; value: string }>(
    'select connection_id as "connectionId", value from kalends.phone_lines order by value',
  )
const has = async (id: string) =>
  (await lines()).filter(({ connectionId }) => connectionId === id).map(({ value }) => value)

t.test('a line is one connection’s within its tenant', async (t) => {
  const options = { agentIds: ['agent_1'], phoneNumbers: ['+4930111111'] }
  const first = await connect(mine, options)
  t.same(await has(first.id), ['+4930111111', 'agent_1'])
  for (const [wanted, kind] of [
    [{ agentIds: ['agent_1'] }, 'agent'],
    [{ phoneNumbers: ['+4930222222', '+4930111111'] }, 'number'],
    [{ agentIds: ['agent_2'], phoneNumbers: ['+4930111111'] }, 'number'],
  ] as const) {
    const value = kind === 'agent' ? 'agent_1' : '+4930111111'
    await t.rejects(connect(mine, wanted), { code: 'KAL_PHONE_LINE_TAKEN', status: 409, params: { kind, value } })
  }
  t.equal((await lines()).length, 2, 'of what was refused nothing is kept')
  t.match(await connect(mine, { agentIds: ['agent_2'] }), { plugin: 'retell' }, 'what was refused may still be had')
})

t.test('whoever names a line of another tenant’s keeps it from nobody, and learns nothing', async (t) => {
  const squatter = await connect(theirs, { agentIds: ['agent_9'], phoneNumbers: ['+4930444444'] }, 'key_squatters')
  const owner = await connect(mine, { agentIds: ['agent_9'], phoneNumbers: ['+4930444444'] })
  t.same(await has(owner.id), await has(squatter.id))
  for (const [author, { id }] of [
    [mine, owner],
    [theirs, squatter],
  ] as const) {
    const { ok, findings } = await gateway.connections.check(author, id)
    t.same([ok, findings.map(({ code }) => code)], [true, ['NOTHING_TO_CALL']])
  }
})

t.test('a check tells who came second with the same key', async (t) => {
  const both = { agentIds: ['agent_s'], phoneNumbers: ['+4930555555'] }
  const first = await connect(theirs, both)
  const second = await connect(mine, { ...both, agentIds: ['agent_s', 'agent_t'] })
  t.same((await gateway.connections.check(theirs, first.id)).findings.length, 1)
  const warned = async () =>
    (await gateway.connections.check(mine, second.id)).findings.flatMap(({ level, code, message }) =>
      level === 'warning' ? `${code} ${/the \w+ "[^"]+"/.exec(message)?.[0]}` : [],
    )
  const [agent, number] = ['PHONE_LINE_SHARED the agent "agent_s"', 'PHONE_LINE_SHARED the number "+4930555555"']
  t.same(await warned(), [agent, number])
  await gateway.connections.update(theirs, first.id, {
    credentials: { apiKey: 'key_of_their_own', previousApiKey: sharedKey },
  })
  t.same(await warned(), [agent, number], 'a key of before is a key')
  await gateway.connections.update(theirs, first.id, { options: { agentIds: ['agent_s'] } })
  t.same(await warned(), [agent])
  await gateway.connections.update(theirs, first.id, { credentials: { previousApiKey: '' } })
  t.same(await warned(), [])
  await db.query(`update kalends.connections set credentials = '{"apiKey":"s1.gone.abc"}' where id = $1`, [first.id])
  t.same(await warned(), [], 'nor is one that cannot be read the same')
})

t.test('of many who ask at once on two gateways one gets it', async (t) => {
  const wishes = Array.from({ length: 12 }, (_, index) =>
    connect(
      mine,
      { phoneNumbers: ['+4930777777', `+49308${10_000 + index}`] },
      sharedKey,
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
  const two = await connect(mine, { agentIds: ['agent_c'] })
  const ageOf = (value: string) =>
    db.query('select claimed_at from kalends.phone_lines where connection_id = $1 and value = $2', [one.id, value])
  const age = await ageOf('agent_b')
  await gateway.connections.update(mine, one.id, { options: { agentIds: ['agent_b', 'agent_d'] } })
  t.same(await has(one.id), ['agent_b', 'agent_d'])
  t.same(await ageOf('agent_b'), age, 'what stays keeps its age')
  const taking = gateway.connections.update(mine, two.id, { options: { agentIds: ['agent_b'] } })
  await t.rejects(taking, { code: 'KAL_PHONE_LINE_TAKEN', params: { value: 'agent_b' } })
  t.same(await has(two.id), ['agent_c'])
  t.same((await gateway.connections.get(mine.tenantId, two.id)).options, { agentIds: ['agent_c'] })
  await gateway.connections.update(mine, two.id, { options: { agentIds: ['agent_a'] } })
  await gateway.connections.update(mine, one.id, { credentials: { apiKey: 'key_other' } })
  t.same(await has(one.id), ['agent_b', 'agent_d'], 'another change leaves them')
  await t.rejects(gateway.connections.update(mine, one.id, { name: 'calendar' }), { code: 'KAL_SLUG_TAKEN' })
})

t.test('what is removed is free again', async (t) => {
  const one = await connect(mine, { phoneNumbers: ['+4930999999'] })
  await gateway.connections.remove(mine, one.id)
  t.match(await connect(mine, { phoneNumbers: ['+4930999999'] }), { plugin: 'retell' })
})
