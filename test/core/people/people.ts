import type { Test } from 'tap'
import { createAuthenticate } from '../../../core/people/authenticate.ts'
import { createKeys } from '../../../core/people/keys.ts'
import { createOperatorKeys } from '../../../core/people/operator-keys.ts'
import { createPasswords } from '../../../core/people/passwords.ts'
import { createSessions } from '../../../core/people/sessions.ts'
import { createTenants } from '../../../core/people/tenants.ts'
import { createUsers } from '../../../core/people/users.ts'
import { testDatabase } from '../../helper/database.ts'
import { clock, keptLog } from '../../helper/house.ts'

/** The people of a house on a database of its own; hashes are cheap here, so that tests are about other things. */
export async function people(t: Test) {
  const { db } = await testDatabase(t)
  const passwords = createPasswords({ N: 2 ** 10, r: 8, p: 1 })
  const log = keptLog()
  const authenticate = createAuthenticate({ db, log })
  // Before the database is closed: teardowns run in the order of their making, from the last.
  t.teardown(() => authenticate.idle())
  return {
    db,
    log,
    authenticate,
    tenants: createTenants({ db }),
    users: createUsers({ db, passwords }),
    keys: createKeys({ db, clock }),
    operatorKeys: createOperatorKeys({ db }),
    sessions: createSessions({ db, passwords, authenticate }),
  }
}
