import t from 'tap'
import { people } from './people.ts'

const { db, tenants } = await people(t)
const founder = { origin: { name: 'api' }, by: 'operator:1' }
const salon = { slug: 'salon', name: 'Salon', timeZone: 'Europe/Berlin' }

t.test('a tenant is made, found by id and slug, changed in the fields named', async (t) => {
  const made = await tenants.create(founder, { ...salon, region: 'DE' })
  t.match(made, { ...salon, language: 'en', region: 'DE' })
  t.strictSame(await tenants.get(made.id), made)
  t.strictSame(await tenants.get('salon'), made)
  t.match(await tenants.update(founder, made.id, { language: 'de' }), { ...salon, language: 'de', region: 'DE' })
  t.match(await tenants.update(founder, made.id, { name: 'Salon One', region: null }), {
    name: 'Salon One',
    language: 'de',
    region: null,
  })
  t.match(await db.query('select kind, data from kalends.events where tenant_id = $1 order by seq', [made.id]), [
    { kind: 'tenant.created', data: { slug: 'salon', by: 'operator:1' } },
    { kind: 'tenant.updated', data: { slug: 'salon', by: 'operator:1' } },
    { kind: 'tenant.updated', data: { slug: 'salon', by: 'operator:1' } },
  ])
})

t.test('names are taken once; zones are real ones', async (t) => {
  const other = await tenants.create(founder, { ...salon, slug: 'other' })
  await t.rejects(tenants.create(founder, { ...salon, slug: 'other' }), { code: 'KAL_SLUG_TAKEN' })
  await tenants.create(founder, { ...salon, slug: 'third' })
  await t.rejects(tenants.update(founder, other.id, { slug: 'third' }), { code: 'KAL_SLUG_TAKEN' })
  await t.rejects(tenants.create(founder, { ...salon, slug: 'x', timeZone: 'Europe/Atlantis' }), {
    code: 'KAL_TIME_ZONE_UNKNOWN',
  })
  await t.rejects(tenants.update(founder, other.id, { timeZone: '+02:00' }), { code: 'KAL_TIME_ZONE_UNKNOWN' })
  await t.rejects(tenants.create(founder, { ...salon, slug: 'No Slug' }), { code: 'KAL_VALIDATION' })
})

t.test('who is not there is not found', async (t) => {
  for (const id of ['nobody', 'null\0byte', '0190b3c1-0000-7000-8000-000000000000', "' or true --"]) {
    await t.rejects(tenants.get(id), { code: 'KAL_NOT_FOUND' })
    await t.rejects(tenants.update(founder, id, { name: 'x' }), { code: 'KAL_NOT_FOUND' })
  }
})

t.test('the list goes by slug, page by page', async (t) => {
  const all = (await tenants.list({})).items.map(({ slug }) => slug)
  t.strictSame(all, all.toSorted())
  const walked: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await tenants.list({ limit: 1, cursor: cursor ?? undefined })
    walked.push(...page.items.map(({ slug }) => slug))
    cursor = page.nextCursor
  } while (cursor)
  t.strictSame(walked, all)
})
