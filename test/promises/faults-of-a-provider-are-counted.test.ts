import t from 'tap'
import type { Plugin } from '../../core/contract/plugin.ts'
import type { CalendarProvider } from '../../core/contract/provider.ts'
import admin from '../../plugins/admin/index.ts'
import calcom from '../../plugins/calcom/index.ts'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'
import { book, openReviews, seen, synced, verified } from '../helper/salon.ts'

t.test('a provider that throws while it reads ends in a review, and not in a loop', async (t) => {
  const fault = { on: false, count: 0 }
  const salon = await testGateway(t, { input: { plugins: [throwing(fault), admin()] } })
  const { gateway, author, connection, db } = salon
  const { id } = await book(salon)
  await verified(salon, id)
  fault.on = true
  await gateway.appointments.verify(author, id)
  const end = await seen(salon, id, ({ sync }) => sync.requiresManualReview)
  t.match(end.sync, { status: 'verification_pending', errorCode: 'VERIFICATION_ERROR' })
  t.same(await openReviews(salon), [{ code: 'VERIFICATION_ERROR', subject: 'appointment', id }])
  t.equal(fault.count, 4, 'one look and three more')
  const waits = `select state, due_at > now() + interval '4 minutes' as is_long from kalends.syncs where appointment_id = $1`
  t.match(await db.query(waits, [id]), [{ state: 'waiting', is_long: true }])
  t.equal((await gateway.connections.get(salon.tenant.id, connection.id)).state, 'active')

  fault.on = false
  await gateway.appointments.verify(author, id)
  t.match((await synced(salon, id)).sync, { errorCode: null, requiresManualReview: false })
  t.same(await openReviews(salon), [], 'a look that succeeds answers the question')
})

t.test('one booking that cannot be taken in does not silence the poll', async (t) => {
  const salon = await testGateway(t, { input: { sync: { pollEvery: { withWebhooks: '200ms', without: '200ms' } } } })
  const { gateway, tenant, connection, db, twin, eventType } = salon
  await until(polledAt(salon), (at) => at !== null)
  // Stands for any row that the database refuses: only this one booking breaks it.
  await db.query(`alter table kalends.appointments add constraint poison check (customer_name <> 'Poison')`)
  const theirs = (name: string) => {
    const { email } = customer(name)
    return twin.calendar.book({
      start: nextSlot(),
      eventTypeId: eventType.id,
      attendee: { name, email, timeZone: 'Europe/Berlin' },
    })
  }
  await theirs('Poison')
  await theirs('Good One')
  const asked = [{ code: 'NOT_TAKEN_IN', subject: 'connection', id: connection.id }]
  await until(
    () => names(),
    (seen) => seen.includes('Good One'),
  )
  t.same(await openReviews(salon), asked, 'a person is asked')
  await theirs('Late One')
  await until(
    () => names(),
    (seen) => seen.includes('Late One'),
  )
  t.same((await names()).sort(), ['Good One', 'Late One'])
  t.same(await openReviews(salon), asked, 'and asked once')

  async function names() {
    const { items } = await gateway.appointments.list(tenant.id, {})
    return items.map(({ customer }) => customer.name)
  }
})

/** When the connection was last polled to the end, if ever. */
function polledAt({ db, connection }: Awaited<ReturnType<typeof testGateway>>) {
  return async () => {
    const [row] = await db.query<{ poll_cursor: string | null }>(
      `select poll_cursor from kalends.connections where id = $1`,
      [connection.id],
    )
    return row?.poll_cursor ?? null
  }
}

/** The Cal.com plugin with a fault in it: while it is on, reading one booking throws what no provider may throw. */
function throwing(fault: { on: boolean; count: number }): Plugin {
  const plugin = calcom()
  return {
    ...plugin,
    setup: (gateway, options) => {
      const add = (provider: CalendarProvider) =>
        gateway.providers.add({
          ...provider,
          getBooking: (call, ref) => {
            if (!fault.on) return provider.getBooking(call, ref)
            fault.count++
            throw new TypeError('undefined is not a function')
          },
        })
      return plugin.setup({ ...gateway, providers: { ...gateway.providers, add } }, options)
    },
  }
}
