import t from 'tap'
import { createAuthenticate } from '../../../core/people/authenticate.ts'
import { addTenant } from '../../helper/house.ts'
import { people } from './people.ts'

const { db, users, sessions, authenticate, log } = await people(t)
const password = 'a long enough canary password'
const author = await addTenant(db)
const { tenantId } = author
const ana = await users.create(author, { email: 'Ana@Salon.example', name: 'Ana', role: 'admin', password })

t.test('a login lasts twelve hours and is stored as a hash', async (t) => {
  const { token, expiresAt, principal } = await sessions.login(' ana@salon.EXAMPLE ', password)
  t.strictSame(principal, { kind: 'user', id: ana.id, name: 'Ana', tenantId, role: 'admin' })
  t.strictSame(await authenticate.session(token), principal)
  const hours = (Date.parse(expiresAt) - Date.now()) / 3_600_000
  t.ok(hours > 11.9 && hours < 12.1)
  t.ok(Buffer.from(token, 'base64url').length === 32)
  t.notOk(JSON.stringify(await db.query('select s::text from kalends.sessions s')).includes(token))
  t.not((await sessions.login('ana@salon.example', password)).token, token)
})

t.test('an unknown address and a wrong password are refused alike', async (t) => {
  const refusals = await Promise.all(
    [
      ['ana@salon.example', 'wrong canary password'],
      ['nobody@salon.example', password],
      ["' or 1=1 --", password],
    ].map(([email, word]) => sessions.login(email as string, word as string).catch((error) => error)),
  )
  for (const error of refusals) t.match(error, { code: 'KAL_LOGIN_FAILED', message: refusals[0].message })
  t.notMatch(JSON.stringify([refusals.map(({ message }) => message), log.lines]), /canary/)
})

t.test('logged out is out at once, for that session only', async (t) => {
  const [one, other] = [await sessions.login(ana.email, password), await sessions.login(ana.email, password)]
  t.ok(await authenticate.session(one.token))
  await sessions.logout(one.token)
  t.equal(await authenticate.session(one.token), null)
  t.ok(await authenticate.session(other.token))
  await t.resolves(sessions.logout('never was one'))
})

t.test('an ended session is nobody, and the next login clears it away', async (t) => {
  const { token } = await sessions.login(ana.email, password)
  await db.query(`update kalends.sessions set expires_at = now() - interval '1 s'`)
  t.equal(await authenticate.session(token), null)
  await sessions.login(ana.email, password)
  t.match(await db.query('select count(*) from kalends.sessions'), [{ count: 1 }])
})

t.test('a session has the role that its person has now, and goes with the person', async (t) => {
  const email = 'bea@salon.example'
  const { id } = await users.create(author, { email, name: 'Bea', role: 'manager', password })
  const { token } = await sessions.login(email, password)
  await users.update(author, id, { role: 'viewer' })
  t.match(await authenticate.session(token), { role: 'viewer' })
  await users.remove(author, id)
  t.equal(await createAuthenticate({ db, log }).session(token), null)
})
