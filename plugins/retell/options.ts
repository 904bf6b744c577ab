import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { closed, type PhoneLine } from '#core'

const apiKey = Type.String({
  pattern: '^\\S+$',
  description: 'the API key of the workspace that has the webhook badge: Retell signs with that one and no other',
})

/** E.164 (ITU-T), as Retell writes the numbers of a call. */
const phoneNumber = Type.String({
  pattern: '^\\+[1-9]\\d{6,14}$',
  description: 'a number with + and country code, without spaces, such as +493012345678',
})

const agentId = Type.String({
  pattern: '^[\\w-]{1,100}$',
  description: 'the id of an agent, as Retell shows it (agent_…)',
})

const list = (item: typeof agentId) => Type.Optional(Type.Array(item, { minItems: 1, maxItems: 500 }))

const ConnectionOptions = Type.Object(
  { agentIds: list(agentId), phoneNumbers: list(phoneNumber) },
  {
    additionalProperties: false,
    minProperties: 1,
    description: 'agentIds, phoneNumbers or both: by them a call is known to be one of this connection',
  },
)

/** One Retell workspace, or the part of it that is this tenant's. `previousApiKey` is for the days of a rotation. */
export const RetellConnection = closed({
  credentials: closed({ apiKey, previousApiKey: Type.Optional(apiKey) }),
  options: ConnectionOptions,
})
export type RetellConnection = Static<typeof RetellConnection>

/** The agents and numbers of a connection; options that do not fit their schema name none. */
export function linesOf(options: Record<string, unknown>): PhoneLine[] {
  if (!Value.Check(ConnectionOptions, options)) return []
  const { agentIds = [], phoneNumbers = [] } = options
  return [
    ...agentIds.map((value): PhoneLine => ({ kind: 'agent', value })),
    ...phoneNumbers.map((value): PhoneLine => ({ kind: 'number', value })),
  ]
}
