import t from 'tap'
import { createServices } from '../../../core/catalogue/services.ts'
import { createRegistry } from '../../../core/registry.ts'
import { addAppointment, addTenant, connect, house, journalOf } from '../../helper/house.ts'

const home = await house(t)
const { db, services, twin, account } = home
const cutType = twin.addEventType(account, { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
const colourType = twin.addEventType(account, { title: 'Colour', slug: 'colour', lengthInMinutes: 45 })
const seriesType = twin.addEventType(account, {
  title: 'Series',
  slug: 'series',
  lengthInMinutes: 30,
  recurrence: { interval: 1, occurrences: 4, frequency: 'weekly' },
})
const cut = { slug: 'cut', name: 'Haircut', durationMinutes: 30 }
const toCut = { connection: 'calendar', target: { eventTypeId: cutType.id } }

t.test('a plain service: made, read by id and slug, changed, removed, each in the journal', async (t) => {
  const author = await addTenant(db)
  const made = await services.create(author, { ...cut, price: '35.5', currency: 'EUR' })
  t.match(made, {
    slug: 'cut',
    description: null,
    price: '35.50',
    active: true,
    bookable: false,
    composite: false,
    phases: [{ position: 0, name: null, offsetMinutes: 0, durationMinutes: 30, staffRequired: true }],
    links: [],
    sync: { status: 'never', errorCode: null },
  })
  t.strictSame(await services.get(author.tenantId, made.id), made)
  t.strictSame(await services.get(author.tenantId, 'cut'), made)
  const changed = await services.update(author, made.id, { name: 'Cut', price: null, durationMinutes: 40 })
  t.match(changed, {
    name: 'Cut',
    price: null,
    currency: 'EUR',
    durationMinutes: 40,
    phases: [{ durationMinutes: 40 }],
  })
  await services.remove(author, made.id)
  await t.rejects(services.get(author.tenantId, made.id), { code: 'KAL_NOT_FOUND' })
  t.strictSame(await journalOf(db, author.tenantId), ['service.created', 'service.updated', 'service.removed'])
})

t.test('a slug is taken once in a tenant, and free in the next', async (t) => {
  const author = await addTenant(db)
  await services.create(author, cut)
  await t.rejects(services.create(author, cut), { code: 'KAL_SLUG_TAKEN' })
  const other = await services.create(author, { ...cut, slug: 'other' })
  await t.rejects(services.update(author, other.id, { slug: 'cut' }), { code: 'KAL_SLUG_TAKEN' })
  await t.resolves(services.create(await addTenant(db), cut))
})

t.test('phases stand in order, do not overlap, and end with the service', async (t) => {
  const author = await addTenant(db)
  const phase = (offsetMinutes: number, durationMinutes: number, staffRequired = true) => ({
    offsetMinutes,
    durationMinutes,
    staffRequired,
  })
  const colour = { slug: 'colour', name: 'Colour', durationMinutes: 90 }
  const made = await services.create(author, { ...colour, phases: [phase(0, 30), phase(30, 15, false), phase(45, 45)] })
  t.match(made, { composite: true, phases: [{ position: 0 }, { position: 1, staffRequired: false }, { position: 2 }] })
  for (const phases of [
    [phase(0, 30), phase(20, 70)],
    [phase(45, 45), phase(0, 30)],
    [phase(0, 30), phase(30, 30)],
    [phase(0, 90, false)],
    [phase(-1, 91)],
  ]) {
    await t.rejects(services.create(author, { ...colour, slug: 'x', phases }), { code: 'KAL_VALIDATION' })
  }
  await t.rejects(services.update(author, made.id, { durationMinutes: 60 }), {
    code: 'KAL_VALIDATION',
    message: /durationMinutes is 60, but the last phase ends at minute 90/,
  })
  const shorter = await services.update(author, made.id, { durationMinutes: 60, phases: [phase(0, 30), phase(30, 30)] })
  t.equal(shorter.phases.length, 2)
})

t.test('a verified link makes a service bookable; the first of a phase is its primary', async (t) => {
  const author = await addTenant(db)
  const first = await connect(home, author)
  await connect(home, author, 'mirror')
  const made = await services.create(author, { ...cut, links: [toCut, { ...toCut, connection: 'mirror' }] })
  t.match(made, { bookable: true, sync: { status: 'synced', errorCode: null } })
  t.strictSame(
    made.links.map(({ role }) => role),
    ['primary', 'mirror'],
  )
  t.match(made.links[0], { connectionId: first.id, phase: 0, externalId: String(cutType.id) })
  const turned = await services.update(author, made.id, {
    links: [toCut, { ...toCut, connection: 'mirror', role: 'primary' }],
  })
  t.equal(turned.links.find(({ connectionId }) => connectionId === first.id)?.role, 'mirror')
  const calls = twin.calls.length
  const off = await services.update(author, made.id, { active: false })
  t.match(off, { bookable: false, links: [{}, {}] })
  t.equal(twin.calls.length, calls, 'what leaves links and length alone asks no calendar')
  t.match(await services.update(author, made.id, { links: [] }), { links: [], sync: { status: 'never' } })
})

t.test('each phase is linked to an event type of its own length; a gap is not', async (t) => {
  const author = await addTenant(db)
  await connect(home, author)
  const phases = [
    { offsetMinutes: 0, durationMinutes: 45 },
    { offsetMinutes: 45, durationMinutes: 15, staffRequired: false },
    { offsetMinutes: 60, durationMinutes: 30 },
  ]
  const colour = { slug: 'colour', name: 'Colour', durationMinutes: 90, phases }
  const toColour = { connection: 'calendar', target: { eventTypeId: colourType.id } }
  const made = await services.create(author, { ...colour, links: [toColour, { ...toCut, phase: 2 }] })
  t.match(made, {
    bookable: true,
    links: [
      { phase: 0, role: 'primary' },
      { phase: 2, role: 'primary' },
    ],
  })
  t.match(await services.update(author, made.id, { links: [toColour] }), { bookable: false })
  await t.rejects(services.update(author, made.id, { links: [{ ...toCut, phase: 1 }] }), { code: 'KAL_LINK_REFUSED' })
  await t.rejects(services.update(author, made.id, { links: [{ ...toCut, phase: 3 }] }), { code: 'KAL_LINK_REFUSED' })
})

t.test('a link that does not fit is refused with the reason, and nothing is stored', async (t) => {
  const author = await addTenant(db)
  await connect(home, author)
  await connect(home, author, 'second')
  const link = (eventTypeId: unknown) => ({ connection: 'calendar', target: { eventTypeId } })
  const refusals: [object[], RegExp][] = [
    [[link(999_999)], /no such event type/],
    [[link(colourType.id)], /45 minutes.*30/],
    [[link(seriesType.id)], /RECURRING/],
    [[link('seventy')], /target.eventTypeId/],
    [[toCut, toCut], /twice/],
    [[{ ...toCut, role: 'mirror' }], /mirrors only/],
    [
      [
        { ...toCut, role: 'primary' },
        { ...toCut, connection: 'second', role: 'primary' },
      ],
      /two primary/,
    ],
  ]
  for (const [links, reason] of refusals) {
    await t.rejects(services.create(author, { ...cut, links: links as never }), {
      code: 'KAL_LINK_REFUSED',
      message: reason,
    })
  }
  for (const connection of ['nowhere', 'null\0byte', 'Calendar ']) {
    await t.rejects(services.create(author, { ...cut, links: [{ ...toCut, connection }] }), {
      code: 'KAL_CONNECTION_UNKNOWN',
    })
  }
  t.strictSame((await services.list(author.tenantId, {})).items, [])
  const made = await services.create(author, { ...cut, links: [toCut] })
  await t.rejects(services.update(author, made.id, { durationMinutes: 45 }), { code: 'KAL_LINK_REFUSED' })
})

t.test(
  'a calendar that cannot be reached does not refuse a link: it waits to be verified, and is bookable',
  async (t) => {
    const author = await addTenant(db)
    await connect(home, author)
    const fault = twin.faults.add({ operation: '*', kind: 'status', status: 503 })
    const made = await services.create(author, { ...cut, links: [toCut] })
    fault.remove()
    t.match(made, { bookable: true, sync: { status: 'pending', errorCode: /./ }, links: [{}] })
    t.match(await services.update(author, made.id, { links: [toCut] }), { sync: { status: 'synced', errorCode: null } })
  },
)

t.test('a connection whose plugin is no calendar takes no links', async (t) => {
  const author = await addTenant(db)
  await connect(home, author)
  const without = createServices({
    ...home,
    providers: createRegistry().providers,
    open: async (one) => home.openConnection.opened(one),
  })
  await t.rejects(without.create(author, { ...cut, links: [toCut] }), { code: 'KAL_LINK_REFUSED' })
})

t.test('a service with appointments stays', async (t) => {
  const author = await addTenant(db)
  const { id } = await services.create(author, cut)
  await addAppointment(db, author.tenantId, id)
  await t.rejects(services.remove(author, id), { code: 'KAL_SERVICE_IN_USE' })
  t.match(await services.update(author, id, { active: false }), { active: false })
})

t.test('a change that another overtook is refused, not written over it', async (t) => {
  const author = await addTenant(db)
  await connect(home, author)
  const { id } = await services.create(author, cut)
  // The calendar is asked between reading and writing; there the other change comes in.
  const overtaken = createServices({
    ...home,
    providers: home.registry.providers,
    open: async (one) => {
      await services.update(author, id, { name: 'Faster' })
      return home.openConnection.opened(one)
    },
  })
  await t.rejects(overtaken.update(author, id, { links: [toCut] }), { code: 'KAL_VERSION_CONFLICT' })
  t.match(await services.get(author.tenantId, id), { name: 'Faster', links: [] })
})

t.test("another tenant's service and connection are not there", async (t) => {
  const [author, stranger] = [await addTenant(db), await addTenant(db)]
  await connect(home, author)
  const { id } = await services.create(author, { ...cut, links: [toCut] })
  for (const foreign of [id, 'cut', 'no-such', 'null\0byte', 'x'.repeat(500), "'; drop table kalends.services; --"]) {
    await t.rejects(services.get(stranger.tenantId, foreign), { code: 'KAL_NOT_FOUND' })
    await t.rejects(services.update(stranger, foreign, { name: 'Mine' }), { code: 'KAL_NOT_FOUND' })
    await t.rejects(services.remove(stranger, foreign), { code: 'KAL_NOT_FOUND' })
  }
  const { items } = await home.connections.list(author.tenantId, {})
  for (const connection of ['calendar', items[0]?.id ?? '']) {
    await t.rejects(services.create(stranger, { ...cut, links: [{ ...toCut, connection }] }), {
      code: 'KAL_CONNECTION_UNKNOWN',
    })
  }
  t.strictSame((await services.list(stranger.tenantId, {})).items, [])
  t.match(await services.get(author.tenantId, id), { name: 'Haircut' })
})

t.test('the list is walked by cursor, whatever happens meanwhile', async (t) => {
  const author = await addTenant(db)
  for (const slug of ['a', 'b', 'c', 'd']) await services.create(author, { ...cut, slug })
  const first = await services.list(author.tenantId, { limit: 2 })
  t.strictSame(
    first.items.map(({ slug }) => slug),
    ['a', 'b'],
  )
  await services.create(author, { ...cut, slug: 'aa' })
  const rest = await services.list(author.tenantId, { limit: 2, cursor: first.nextCursor ?? '' })
  t.strictSame(
    rest.items.map(({ slug }) => slug),
    ['c', 'd'],
  )
  t.equal(rest.nextCursor, null)
  for (const query of [
    { limit: 0 },
    { limit: 201 },
    { limit: 1.5 },
    { cursor: 'nonsense' },
    { cursor: Buffer.from('users:a').toString('base64url') },
  ]) {
    await t.rejects(services.list(author.tenantId, query), { code: 'KAL_VALIDATION' })
  }
})
