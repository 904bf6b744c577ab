import { type Role, roles } from '../core/contract/people.ts'
import { type Typed, textOf, UsageError } from './command.ts'

/** The role that --role names; `desk` without it. */
export function roleOf(typed: Typed): Role {
  const named = textOf(typed, 'role') ?? 'desk'
  const role = roles.find((one) => one === named)
  if (role === undefined) throw new UsageError(`There is no role "${named}"; there are ${roles.join(', ')}.`)
  return role
}
