import t from 'tap'
import { addTenant } from '../../helper/house.ts'
import { people } from './people.ts'

const { db, users, sessions, authenticate } = await people(t)
const password = 'a long enough canary password'
let counted = 0
const person = (role: 'admin' | 'manager' | 'desk' | 'viewer') => ({
  email: `Ana.${++counted}@Salon.example`,
  name: 'Ana',
  role,
  password,
})

t.test('a user is made, shown without the password, changed and removed', async (t) => {
  const author = await addTenant(db)
  const { tenantId } = author
  await users.create(author, person('admin'))
  const input = person('desk')
  const made = await users.create(author, input)
  t.strictSame(Object.keys(made).toSorted(), ['createdAt', 'email', 'id', 'name', 'role'])
  t.strictSame(await users.get(tenantId, made.id), made)
  t.match(await users.update(author, made.id, { name: 'Bea', role: 'manager' }), {
    name: 'Bea',
    email: input.email,
    role: 'manager',
  })
  t.equal((await users.list(tenantId, {})).items.length, 2)
  const rows = await db.query('select * from kalends.users')
  t.notOk(JSON.stringify(rows).includes('canary'), 'the table does not know the password')
  await users.remove(author, made.id)
  await t.rejects(users.get(tenantId, made.id), { code: 'KAL_NOT_FOUND' })
})

t.test('an address is one person, however it is written and in whichever tenant', async (t) => {
  const [here, there] = [await addTenant(db), await addTenant(db)]
  const input = person('desk')
  const { id } = await users.create(here, person('desk'))
  await users.create(here, input)
  await t.rejects(users.create(there, { ...input, email: input.email.toUpperCase() }), {
    code: 'KAL_EMAIL_TAKEN',
  })
  await t.rejects(users.update(here, id, { email: input.email.toLowerCase() }), { code: 'KAL_EMAIL_TAKEN' })
  for (const email of ['nobody', 'a b@c.de', '@c.de', 'a@b@c.de']) {
    await t.rejects(users.create(here, { ...input, email }), { code: 'KAL_VALIDATION' })
  }
  const short = await users.create(here, { ...input, email: 'x@y.de', password: 'canary' }).catch((e) => e)
  t.match(short, { code: 'KAL_VALIDATION' })
  t.notMatch(short.message, /canary/)
})

t.test('the last admin stays, and stays admin', async (t) => {
  const author = await addTenant(db)
  const first = await users.create(author, person('admin'))
  await t.rejects(users.remove(author, first.id), { code: 'KAL_LAST_ADMIN' })
  await t.rejects(users.remove(author, first.id.toUpperCase()), { code: 'KAL_LAST_ADMIN' })
  await t.rejects(users.update(author, first.id, { role: 'manager' }), { code: 'KAL_LAST_ADMIN' })
  t.match(await users.update(author, first.id, { role: 'admin', name: 'Still' }), { role: 'admin', name: 'Still' })
  const second = await users.create(author, person('admin'))
  t.match(await users.update(author, first.id, { role: 'viewer' }), { role: 'viewer' })
  await t.rejects(users.remove(author, second.id), { code: 'KAL_LAST_ADMIN' })
})

t.test('two admins who remove or demote each other at once: one of them stays', async (t) => {
  for (let round = 0; round < 12; round++) {
    const author = await addTenant(db)
    const { tenantId } = author
    const a = await users.create(author, person('admin'))
    const b = await users.create(author, person('admin'))
    const leave = (id: string, n: number): Promise<unknown> =>
      (round + n) % 3 === 0 ? users.update(author, id, { role: 'desk' }) : users.remove(author, id)
    const ends = await Promise.allSettled([leave(a.id, 0), leave(b.id, 1)])
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []))
    t.strictSame(refused, ['KAL_LAST_ADMIN'])
    const admins = (await users.list(tenantId, {})).items.filter(({ role }) => role === 'admin')
    t.equal(admins.length, 1)
  }
})

t.test('a new password ends the sessions that came in with the old one', async (t) => {
  const author = await addTenant(db)
  const input = person('admin')
  const { id } = await users.create(author, input)
  await sessions.login(input.email, password)
  await users.update(author, id, { password: 'another quite long password' })
  t.strictSame(await db.query('select from kalends.sessions where user_id = $1', [id]), [])
  await t.rejects(sessions.login(input.email, password), { code: 'KAL_LOGIN_FAILED' })
  const { token } = await sessions.login(input.email, 'another quite long password')
  t.match(await authenticate.session(token), { id })
})

t.test("another tenant's user is not there", async (t) => {
  const [here, there] = [await addTenant(db), await addTenant(db)]
  const { id } = await users.create(here, person('desk'))
  for (const foreign of [id, 'nobody']) {
    await t.rejects(users.get(there.tenantId, foreign), { code: 'KAL_NOT_FOUND' })
    await t.rejects(users.update(there, foreign, { role: 'admin' }), { code: 'KAL_NOT_FOUND' })
    await t.rejects(users.update(there, foreign, { password }), { code: 'KAL_NOT_FOUND' })
    await t.rejects(users.remove(there, foreign), { code: 'KAL_NOT_FOUND' })
  }
  t.strictSame((await users.list(there.tenantId, {})).items, [])
  t.match(await users.get(here.tenantId, id), { role: 'desk' })
})

t.test('who changed people stands in the journal, and nobody by name', async (t) => {
  const author = { ...(await addTenant(db)), by: 'key:1' }
  const first = person('admin')
  const admin = await users.create(author, { ...first, name: 'Canary Ana' })
  const { id } = await users.create(author, person('desk'))
  await users.update(author, id, { name: 'Canary Bea', password: 'a canary that is long enough' })
  await t.rejects(users.remove(author, admin.id), { code: 'KAL_LAST_ADMIN' })
  await users.remove(author, id)
  const rows = await db.query(
    'select kind, message, origin, data from kalends.events where tenant_id = $1 order by seq',
    [author.tenantId],
  )
  t.match(rows, [
    { kind: 'user.created', origin: 'admin', data: { userId: admin.id, role: 'admin', by: 'key:1' } },
    { kind: 'user.created', data: { userId: id, role: 'desk', by: 'key:1' } },
    { kind: 'user.updated', data: { userId: id, fields: ['name', 'password'], by: 'key:1' } },
    { kind: 'user.removed', data: { userId: id, by: 'key:1' } },
  ])
  t.equal(rows.length, 4, 'what was refused left no line')
  t.notMatch(JSON.stringify(rows), /canary|salon\.example/i)
})
