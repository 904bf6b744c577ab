import { type Static, Type } from 'typebox'
import { closed, InstantText, nullable, page } from './shapes.ts'

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** What a person or key may do inside a tenant, each role all that the one before may. */
export const roles = ['viewer', 'desk', 'manager', 'admin'] as const
export type Role = (typeof roles)[number]
// Named outright: of a mapped list the compiler can infer no union.
export const RoleName = Type.Unsafe<Role>(Type.Union(roles.map((role) => Type.Literal(role))))

/** Who makes a request. `tenantId` comes from the key or session, for an operator from the header; never from a body. */
export type Principal = {
  kind: 'key' | 'user' | 'operator'
  id: string
  name: string
  tenantId: string | null
  role: Role
}

/** Whether a role is at least another. */
export function atLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed)
}

export const KeyInput = closed({ name: text(100), role: RoleName, expiresAt: Type.Optional(nullable(text(40))) })
export type KeyInput = Static<typeof KeyInput>
export const KeyView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Type.String(),
  prefix: Type.String({ description: 'the first characters, to tell keys apart' }),
  lastUsedAt: nullable(InstantText),
  expiresAt: nullable(InstantText),
  createdAt: InstantText,
})
export type KeyView = Static<typeof KeyView>
/** `key` is shown this once; only its hash is stored. */
export const NewKeyView = Type.Object({ ...KeyView.properties, key: Type.String() })
export type NewKeyView = Static<typeof NewKeyView>
export const KeyPage = page(KeyView)

export const UserInput = closed({
  email: text(320),
  name: text(200),
  role: RoleName,
  password: Type.String({ minLength: 12, maxLength: 200 }),
})
export type UserInput = Static<typeof UserInput>
export const UserPatch = Type.Partial(UserInput, { additionalProperties: false })
export type UserPatch = Static<typeof UserPatch>
export const UserView = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  role: Type.String(),
  createdAt: InstantText,
})
export type UserView = Static<typeof UserView>
export const UserPage = page(UserView)

export const TenantInput = closed({
  slug: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
  name: text(200),
  timeZone: text(64),
  // No schema default: the same field in a PATCH would then be reset by every change that leaves it out.
  language: Type.Optional(Type.String({ pattern: '^[a-z]{2}(-[A-Z]{2})?$', description: 'en where left out' })),
  region: Type.Optional(nullable(Type.String({ pattern: '^[A-Z]{2}$', description: 'for phone numbers without +' }))),
})
export type TenantInput = Static<typeof TenantInput>
export const TenantPatch = Type.Partial(TenantInput, { additionalProperties: false })
export type TenantPatch = Static<typeof TenantPatch>
export const TenantView = Type.Object({
  id: Type.String(),
  slug: Type.String(),
  name: Type.String(),
  timeZone: Type.String(),
  language: Type.String(),
  region: nullable(Type.String()),
  createdAt: InstantText,
})
export type TenantView = Static<typeof TenantView>
export const TenantPage = page(TenantView)

export const LoginRequest = closed({ email: text(320), password: Type.String({ minLength: 1, maxLength: 200 }) })
export type LoginRequest = Static<typeof LoginRequest>
/** `token` goes into an HttpOnly cookie and nowhere else. */
export type Session = { token: string; expiresAt: string; principal: Principal }
