import { type KeyView, roles } from '../core/contract/people.ts'
import { KalendsError } from '../core/errors.ts'
import type { KalendsGateway } from '../core/gateway.ts'
import { type Command, type Io, type Typed, textOf, UsageError, wordsOf } from './command.ts'
import { asOperator, everything, operatorOf, settingsFor, tenantOf } from './operator.ts'
import { type Column, printRows, shortTime } from './print.ts'
import { roleOf } from './role.ts'

export default {
  usage: [
    'key list [--tenant SLUG | --operator] [--json]',
    'key create NAME [--role ROLE] [--expires TIME] [--tenant SLUG]',
    'key create NAME --operator [--json]',
    'key remove KEY [--tenant SLUG | --operator]',
  ],
  details: `API keys of a tenant, or with --operator those that stand above tenants. A key
is shown when it is made and never again. KEY is as "key list" shows it.

  --role ROLE     ${roles.join(', ')}; desk where left out
  --expires TIME  such as 2027-01-01T00:00:00Z; without it never
  --tenant SLUG   whose key; not needed where there is only one tenant
  --operator      above all tenants; requests name one in the header
                  Kalends-Tenant`,
  options: {
    role: { type: 'string' },
    expires: { type: 'string' },
    tenant: { type: 'string' },
    operator: { type: 'boolean' },
  },
  async run(typed, io) {
    const [verb, ...words] = typed.words
    const deed = verb === undefined ? undefined : deeds[verb]
    if (deed === undefined) throw new UsageError('Say list, create or remove.')
    const rest = { ...typed, words }
    wordsOf(rest, ...(verb === 'list' ? [] : [verb === 'create' ? 'NAME' : 'KEY']))
    refuseMixture(rest)
    const settings = await settingsFor(typed, io)
    await asOperator(settings, async (gateway) => deed(await shelfOf(gateway, rest), rest, io))
    return 0
  },
} satisfies Command

/** A key as the list shows it; those of an operator have neither role nor end. */
type Key = Pick<KeyView, 'id' | 'name' | 'prefix' | 'lastUsedAt' | 'createdAt'> &
  Partial<Pick<KeyView, 'role' | 'expiresAt'>>

/** Where the keys lie: with a tenant, or above all. */
type Shelf = {
  list(): Promise<Key[]>
  create(name: string): Promise<Key & { key: string }>
  remove(id: string): Promise<void>
}

async function shelfOf(gateway: KalendsGateway, typed: Typed): Promise<Shelf> {
  if (typed.values.operator === true) return gateway.operatorKeys
  const { id } = await tenantOf(gateway, typed)
  const author = operatorOf(id)
  const expiresAt = textOf(typed, 'expires')
  return {
    list: () => everything((cursor) => gateway.keys.list(id, { limit: 200, cursor })),
    create: (name) => gateway.keys.create(author, { name, role: roleOf(typed), ...(expiresAt ? { expiresAt } : {}) }),
    remove: (keyId) => gateway.keys.remove(author, keyId),
  }
}

const deeds: Record<string, (shelf: Shelf, typed: Typed, io: Io) => Promise<void>> = {
  async list(shelf, typed, io) {
    printRows(typed, io, await shelf.list(), columns, 'There is no key yet.')
  },

  async create(shelf, { words: [name = ''], values }, io) {
    const made = await shelf.create(name)
    // Alone on standard output, so that a script can take it as it is.
    if (values.json === true) io.out(JSON.stringify(made, null, 2))
    else {
      io.err(`The key "${made.name}", shown this once:`)
      io.out(made.key)
    }
  },

  async remove(shelf, { words: [named = ''] }, io) {
    const fitting = (await shelf.list()).filter(({ id, prefix }) => id === named || prefix === named)
    const [found] = fitting
    if (found === undefined || fitting.length > 1) throw new KalendsError('KAL_NOT_FOUND', { what: 'key' })
    await shelf.remove(found.id)
    io.out(`The key "${found.name}" (${found.prefix}) is removed.`)
  },
}

const columns: Column<Key>[] = [
  { title: 'key', text: ({ prefix }) => prefix },
  { title: 'name', text: ({ name }) => name },
  { title: 'role', text: ({ role }) => role ?? 'operator' },
  { title: 'used (UTC)', text: ({ lastUsedAt }) => shortTime(lastUsedAt) },
  { title: 'expires', text: ({ expiresAt }) => shortTime(expiresAt ?? null) },
]

function refuseMixture(typed: Typed): void {
  if (typed.values.operator !== true) return void roleOf(typed)
  const other = ['tenant', 'role', 'expires'].find((name) => typed.values[name] !== undefined)
  if (other !== undefined) throw new UsageError(`--operator and --${other} do not go together.`)
}
