import { randomBytes } from 'node:crypto'
import type { ConnectionInput, ConnectionView, ServiceInput } from '../../core/contract/catalogue.ts'
import type { Author, Gateway } from '../../core/contract/gateway.ts'
import type { TenantInput } from '../../core/contract/people.ts'
import { KalendsError } from '../../core/errors.ts'

/** What is shown once, where it was made by this start. */
export type Credentials = { email: string; password: string; key: string }

type Desk = Pick<Gateway, 'tenants' | 'connections' | 'services' | 'users' | 'keys'>

/** The tenant of this slug, made where it is missing. What somebody changed about it stays changed. */
export async function ensureTenant({ tenants }: Desk, origin: string, input: TenantInput): Promise<Author> {
  const founder = { origin: { name: origin } }
  const found = (await tenants.get(input.slug).catch(orNull)) ?? (await tenants.create(founder, input))
  return { tenantId: found.id, ...founder }
}

/**
 * The connection of this name, made where it is missing, and brought to this address and these secrets. Options that have
 * been set since stay; those that it does not know yet are added.
 */
export async function ensureConnection(
  { connections }: Desk,
  author: Author,
  input: ConnectionInput,
): Promise<ConnectionView> {
  const { items } = await connections.list(author.tenantId, { limit: 200 })
  const found = items.find(({ name }) => name === input.name)
  if (!found) return connections.create(author, input)
  const { credentials, webhookSecret, baseUrl } = input
  const options = { ...input.options, ...found.options }
  return connections.update(author, found.id, { credentials, webhookSecret, baseUrl, options })
}

/** The service of this slug, made where it is missing. */
export async function ensureService({ services }: Desk, author: Author, input: ServiceInput): Promise<void> {
  if (!(await services.get(author.tenantId, input.slug).catch(orNull))) await services.create(author, input)
}

/**
 * The first way in for a person and for a program. Null where somebody has one already: neither password nor key can
 * be shown a second time.
 */
export async function ensureWayIn({ users, keys }: Desk, author: Author): Promise<Credentials | null> {
  const { items: people } = await users.list(author.tenantId, { limit: 1 })
  const { items: programs } = await keys.list(author.tenantId, { limit: 1 })
  if (people.length > 0 || programs.length > 0) return null
  const email = 'admin@demo.example'
  const password = newPassword()
  await users.create(author, { email, name: 'Demo Admin', role: 'admin', password })
  const { key } = await keys.create(author, { name: 'demo', role: 'admin' })
  return { email, password, key }
}

/** A password that nobody guesses: 120 random bits. */
export function newPassword(): string {
  return randomBytes(15).toString('base64url')
}

function orNull(error: unknown): null {
  if (error instanceof KalendsError && error.code === 'KAL_NOT_FOUND') return null
  throw error
}
