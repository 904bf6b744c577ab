import { v7 } from 'uuid'
import { checkInput } from '../check-input.ts'
import type { Author, Users } from '../contract/gateway.ts'
import { UserInput, UserPatch, type UserView } from '../contract/people.ts'
import { KalendsError } from '../errors.ts'
import { announce, causeOf } from '../store/announce.ts'
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
    async create(author, input) {
      const { email, name, role, password } = checkInput(UserInput, input)
      const user = { id: v7(), email: readEmail(email), name, role, passwordHash: await passwords.hash(password) }
      return db.transaction(async (tx) => {
        const inserted = await insertUser(tx, author.tenantId, user)
        if (!inserted) throw new KalendsError('KAL_EMAIL_TAKEN')
        await tell(tx, author, 'user.created', `A user with the role ${role} was added.`, { userId: user.id, role })
        return inserted
      })
    },
    async update(author, id, patch) {
      const { tenantId } = author
      const given = checkInput(UserPatch, patch)
      const { email, name = null, role = null, password } = given
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
          const fields = Object.keys(given)
          const message = `A user was changed: ${fields.join(', ') || 'nothing'}.`
          await tell(tx, author, 'user.updated', message, { userId: user.id, fields, role: user.role })
          return user
        })
      } catch (error) {
        throw uniqueViolated(error) ? new KalendsError('KAL_EMAIL_TAKEN') : error
      }
    },
    async remove(author, id) {
      await db.transaction(async (tx) => {
        await leaveAnAdmin(tx, author.tenantId, id)
        if (!(await deleteUser(tx, author.tenantId, id))) throw notFound()
        await tell(tx, author, 'user.removed', 'A user was removed.', { userId: id.toLowerCase() })
      })
    },
  }
}

/** The journal names the person by id, and the fields that changed without what stands in them. */
function tell(tx: Sql, author: Author, kind: string, message: string, data: Record<string, unknown>): Promise<void> {
  const { tenantId, origin, by } = author
  return announce(tx, { tenantId, kind, message, origin, cause: causeOf(author), data, by })
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
