import { checkInput } from '../check-input.ts'
import type { Sessions } from '../contract/gateway.ts'
import { LoginRequest } from '../contract/people.ts'
import { KalendsError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { deleteSession, insertSession } from '../store/sessions.ts'
import { findLogin } from '../store/users.ts'
import type { Authenticate } from './authenticate.ts'
import type { Passwords } from './passwords.ts'
import { createSessionToken, hashToken } from './tokens.ts'

/** How long a login lasts, in hours. */
const sessionHours = 12

/** Logging in and out. How often somebody may try is limited by the server, before this is asked. */
export function createSessions(deps: {
  db: Database
  passwords: Passwords
  authenticate: Pick<Authenticate, 'forgetSession'>
}): Sessions {
  const { db, passwords, authenticate } = deps
  return {
    async login(email, password) {
      const given = checkInput(LoginRequest, { email, password })
      const person = await findLogin(db, given.email.trim())
      const right = await passwords.verify(given.password, person?.passwordHash ?? null)
      if (!person || !right) throw new KalendsError('KAL_LOGIN_FAILED')
      const { tenantId, id, name, role } = person
      const { token, tokenHash } = createSessionToken()
      const expiresAt = await insertSession(db, { tokenHash, tenantId, userId: id, hours: sessionHours })
      return { token, expiresAt, principal: { kind: 'user', id, name, tenantId, role } }
    },
    async logout(token) {
      await deleteSession(db, hashToken(token))
      authenticate.forgetSession(token)
    },
  }
}
