import t from 'tap'
import { testGateway, until } from '../helper/gateway.ts'
import { book, openReviews, type Salon, seen, story, synced } from '../helper/salon.ts'

const settings = { input: { sync: { deferAtMost: '3s' } } }

t.test(
  'what waits for a calendar that is not to be called says why, and after a while one question is asked',
  async (t) => {
    const salon = await testGateway(t, settings)
    const { connection, tenant, twin, gateway } = salon
    await hold(salon, '1 hour')
    const [first, ...others] = await Promise.all(Array.from({ length: 3 }, () => book(salon)))
    const id = first?.id ?? ''
    const waits = await seen(salon, id, ({ sync }) => sync.errorCode !== null)
    t.match(waits.sync, { status: 'pending', errorCode: 'BREAKER_OPEN', attemptCount: 0, requiresManualReview: false })
    t.match(waits.bookings[0], { errorCode: 'BREAKER_OPEN', errorMessage: /left alone/ })
    t.same(await openReviews(salon), [], 'which is nobody’s business yet')

    for (const { id } of [waits, ...others]) await seen(salon, id, ({ sync }) => sync.status === 'failed')
    t.same(await openReviews(salon), [{ code: 'BREAKER_OPEN', subject: 'connection', id: connection.id }])
    const { items } = await gateway.reviews.list(tenant.id, { state: 'open' })
    t.match(items[0]?.message, /3 changes wait for it/)
    t.equal(twin.counts.createBooking, undefined, 'without a call')
    t.match((await gateway.appointments.get(tenant.id, id)).sync, { attemptCount: 0, errorCode: 'BREAKER_OPEN' })

    await hold(salon, '-1 hour')
    for (const { id } of [waits, ...others]) {
      const end = await synced(salon, id)
      t.match(end.sync, { errorCode: null, requiresManualReview: false, attemptCount: 1 })
    }
    await until(
      () => openReviews(salon),
      (reviews) => reviews.length === 0,
    )
    t.same(
      (await story(salon, id)).filter((kind) => /deferred|failed/.test(kind)),
      ['sync.deferred', 'appointment.sync_failed'],
      'each was said once',
    )
  },
)

t.test('a person hears of an appointment before it begins, by a question of its own', async (t) => {
  const salon = await testGateway(t, { input: { sync: { deferAtMost: '1h' } } })
  await hold(salon, '1 day')
  const soon = await book(salon, inMinutes(30))
  const later = await book(salon)
  const failed = await seen(salon, soon.id, ({ sync }) => sync.status === 'failed')
  t.match(failed.sync, { errorCode: 'BREAKER_OPEN', requiresManualReview: true })
  t.same(await openReviews(salon), [{ code: 'BREAKER_OPEN', subject: 'appointment', id: soon.id }])
  t.equal((await seen(salon, later.id, ({ sync }) => sync.errorCode !== null)).sync.status, 'pending')

  await hold(salon, '-1 hour')
  t.notOk((await synced(salon, soon.id)).sync.requiresManualReview)
  t.same(await openReviews(salon), [])
})

t.test('what was only to be looked at is no failure because it waits', async (t) => {
  const salon = await testGateway(t, { input: { sync: { deferAtMost: '200ms' } } })
  const { gateway, author, db } = salon
  const { id } = await book(salon)
  await synced(salon, id)
  await hold(salon, '1 hour')
  await gateway.appointments.retrySync(author, id)
  await until(
    () => db.query('select from kalends.syncs where deferred_since < now() - interval $$1 second$$'),
    (rows) => rows.length === 1,
  )
  t.match((await gateway.appointments.get(author.tenantId, id)).sync, { status: 'synced', errorCode: null })
  t.same(await openReviews(salon), [])
})

/** Has the calendar left alone for so long from now, as failures would. */
async function hold({ db, tenant, connection }: Salon, interval: string): Promise<void> {
  await db.query(
    `with written as (
       insert into kalends.circuits (tenant_id, connection_id, failures, open_until)
       values ($1, $2, 5, now() + $3::interval)
       on conflict (tenant_id, connection_id) do update set open_until = excluded.open_until
       returning connection_id
     )
     select pg_notify('kalends_circuits', connection_id::text) from written`,
    [tenant.id, connection.id, interval],
  )
}

const inMinutes = (minutes: number) => `${new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 16)}:00Z`
