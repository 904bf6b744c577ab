import t from 'tap'
import { retellGateway, retellKey } from '../../helper/retell.ts'

const { gateway, author } = await retellGateway(t, null)

let made = 0
const create = (given: object) => {
  made += 1
  return gateway.connections.create(author, { name: `phone-${made}`, plugin: 'retell', ...given } as never)
}
const credentials = { apiKey: retellKey }

t.test('a connection names its agents, its numbers, or both', async (t) => {
  for (const options of [
    { agentIds: ['agent_a'] },
    { phoneNumbers: ['+4930111111'] },
    { agentIds: ['agent_b', 'oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD'], phoneNumbers: ['+14157774444', '+4930222222'] },
    { phoneNumbers: ['+4930333333', '+4930333333'] },
  ]) {
    t.match(
      await create({ credentials, options }),
      { plugin: 'retell', options, webhookUrl: null },
      JSON.stringify(options),
    )
  }
})

t.test('one that names neither is refused, and so is what is no number or no agent', async (t) => {
  const refused: [object, RegExp][] = [
    [{}, /options: found an object, expected agentIds, phoneNumbers or both/],
    [{ agentIds: [] }, /options\.agentIds: found a list of 0, expected a list of/],
    [{ phoneNumbers: [] }, /options\.phoneNumbers/],
    [{ agentIds: ['agent_a'], phoneNumbers: [] }, /options\.phoneNumbers/],
    [{ agentIds: [''] }, /options\.agentIds\.0: found empty text, expected the id of an agent/],
    [{ agentIds: ['{{agent_id}}'] }, /options\.agentIds\.0/],
    [{ agents: ['agent_a'] }, /options\.agents: found an unknown key/],
    ...[
      '03012345678',
      '+49 30 12345678',
      '+0123456789',
      '+49',
      '004930123456',
      'anonymous',
      `+${'1'.repeat(16)}`,
      '+4930١٢٣٤٥٦',
    ].map((number): [object, RegExp] => [
      { phoneNumbers: [number] },
      /options\.phoneNumbers\.0: found text, expected a number with \+/,
    ]),
  ]
  for (const [options, message] of refused) {
    await t.rejects(
      create({ credentials, options }),
      { code: 'KAL_CONNECTION_INVALID', message },
      JSON.stringify(options),
    )
  }
  await t.rejects(create({ credentials }), { code: 'KAL_CONNECTION_INVALID' }, 'no options at all')
})

t.test('and so is a connection without a usable key', async (t) => {
  const options = { agentIds: ['agent_c'] }
  for (const given of [
    undefined,
    {},
    { apiKey: '' },
    { apiKey: 'two words' },
    { apiKey: retellKey, webhookSecret: 'x' },
  ]) {
    await t.rejects(create({ credentials: given, options }), { code: 'KAL_CONNECTION_INVALID' }, JSON.stringify(given))
  }
})

t.test('a change may not take all lines away', async (t) => {
  const { id } = await create({ credentials, options: { agentIds: ['agent_d'] } })
  await t.rejects(gateway.connections.update(author, id, { options: {} }), { code: 'KAL_CONNECTION_INVALID' })
  t.same((await gateway.connections.get(author.tenantId, id)).options, { agentIds: ['agent_d'] })
})
