import { v7 } from 'uuid'
import { checkInput } from '../check-input.ts'
import type { Users } from '../contract/gateway.ts'
import { UserInput, UserPatch, type UserView } from '../contract/people.ts'
import { KalendsError } from '../errors.ts'
import { byId, readPage } from '../store/cursor.ts'
import type { Database, Sql } from '../store/database.ts'
import { deleteSessionsOf } from '../store/sessions.ts'
import { deleteUser, findUser, insertUser, listUsers, lockAdmins, updateUser } from '../store/users.ts'
import { uniqueViolated } from '../store/violations.ts'
import type { Passwords } from './passwords.ts'

const order = byId<UserView>('users')

/** The people of a tenant. One of them is always admin, whoever removes whom at the same time. */
export function createUsers({ db, passwords }: { db: Database; passwords: Passwords }): Users {
  return {
    list: (tenantId, query) => readPage(order, query, (after, limit) => listUsers(db, tenantId, after, limit)),
    get: async (tenantId, id) => found(await findUser(db, tenantId, id)),
    async create(tenantId, input) {
      const { email, name, role, password } = checkInput(UserInput, input)
      const user = { id: v7(), email: readEmail(email), name, role, passwordHash: await passwords.hash(password) }
      const inserted = await insertUser(db, tenantId, user)
      if (!inserted) throw new KalendsError('KAL_EMAIL_TAKEN')
      return inserted
    },
    async update(tenantId, id, patch) {
      const { email, name = null, role = null, password } = checkInput(UserPatch, patch)
      const change = {
        email: email === undefined ? null : readEmail(email),
        name,
        role,
        passwordHash: password === undefined ? null : await passwords.hash(password),
      }
      try {
        return await db.transaction(async (tx) => {
          if (role !== null && role !== 'admin') await leaveAnAdmin(tx, tenantId, id)
          const user = found(await updateUser(tx, tenantId, id, change))
          // Whoever changes a password wants everybody out who came in with the old one.
          if (change.passwordHash !== null) await deleteSessionsOf(tx, tenantId, user.id)
          return user
        })
      } catch (error) {
        throw uniqueViolated(error) ? new KalendsError('KAL_EMAIL_TAKEN') : error
      }
    },
    async remove(tenantId, id) {
      await db.transaction(async (tx) => {
        await leaveAnAdmin(tx, tenantId, id)
        if (!(await deleteUser(tx, tenantId, id))) throw notFound()
      })
    },
  }
}

async function leaveAnAdmin(tx: Sql, tenantId: string, id: string): Promise<void> {
  const admins = await lockAdmins(tx, tenantId)
  if (admins.length === 1 && admins[0] === id.toLowerCase()) throw new KalendsError('KAL_LAST_ADMIN')
}

/** Only its form: whether it is somebody's, a mail would tell. */
function readEmail(text: string): string {
  const email = text.trim()
  if (/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(email)) return email
  throw new KalendsError('KAL_VALIDATION', { problem: 'email could not be read as an e-mail address.' })
}

function found(user: UserView | null): UserView {
  if (!user) throw notFound()
  return user
}

function notFound(): KalendsError {
  return new KalendsError('KAL_NOT_FOUND', { what: 'user' })
}
