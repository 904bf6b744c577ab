import { roles, type UserView } from '../core/contract/people.ts'
import { KalendsError } from '../core/errors.ts'
import type { KalendsGateway } from '../core/gateway.ts'
import { type Command, type Io, type Typed, textOf, UsageError, wordsOf } from './command.ts'
import { asOperator, everything, operatorOf, settingsFor, tenantOf } from './operator.ts'
import { type Column, printRows, shortTime } from './print.ts'
import { roleOf } from './role.ts'
import { newPassword } from './sandbox/furnish.ts'

export default {
  usage: [
    'user list [--tenant SLUG] [--json]',
    'user create EMAIL --name NAME [--role ROLE] [--tenant SLUG]',
    'user password EMAIL [--tenant SLUG]',
  ],
  details: `People who log in. A password is made, shown this once, and can be changed over
the API. A new password ends the sessions of the old one.

  --name NAME    of the person
  --role ROLE    ${roles.join(', ')}; desk where left out
  --tenant SLUG  not needed where there is only one tenant`,
  options: { name: { type: 'string' }, role: { type: 'string' }, tenant: { type: 'string' } },
  async run(typed, io) {
    const [verb, ...words] = typed.words
    const deed = verb === undefined ? undefined : deeds[verb]
    if (deed === undefined) throw new UsageError('Say list, create or password.')
    const rest = { ...typed, words }
    wordsOf(rest, ...(verb === 'list' ? [] : ['EMAIL']))
    if (verb === 'create' && textOf(typed, 'name') === undefined) throw new UsageError('--name is missing.')
    roleOf(typed)
    const settings = await settingsFor(typed, io)
    await asOperator(settings, async (gateway) => deed(gateway, (await tenantOf(gateway, rest)).id, rest, io))
    return 0
  },
} satisfies Command

type Deed = (gateway: KalendsGateway, tenantId: string, typed: Typed, io: Io) => Promise<void>

const deeds: Record<string, Deed> = {
  async list(gateway, tenantId, typed, io) {
    printRows(typed, io, await people(gateway, tenantId), columns, 'There is nobody yet.')
  },

  async create({ users }, tenantId, typed, io) {
    const password = newPassword()
    const [email = ''] = typed.words
    await users.create(operatorOf(tenantId), {
      email,
      name: textOf(typed, 'name') ?? '',
      role: roleOf(typed),
      password,
    })
    io.err(`The password of ${email}, shown this once:`)
    io.out(password)
  },

  async password(gateway, tenantId, { words: [email = ''] }, io) {
    const found = (await people(gateway, tenantId)).find((one) => one.email.toLowerCase() === email.toLowerCase())
    if (found === undefined) throw new KalendsError('KAL_NOT_FOUND', { what: 'user' })
    const password = newPassword()
    await gateway.users.update(operatorOf(tenantId), found.id, { password })
    io.err(`The new password of ${found.email}, shown this once:`)
    io.out(password)
  },
}

function people({ users }: KalendsGateway, tenantId: string): Promise<UserView[]> {
  return everything((cursor) => users.list(tenantId, { limit: 200, cursor }))
}

const columns: Column<UserView>[] = [
  { title: 'e-mail', text: ({ email }) => email },
  { title: 'name', text: ({ name }) => name },
  { title: 'role', text: ({ role }) => role },
  { title: 'since (UTC)', text: ({ createdAt }) => shortTime(createdAt) },
]
