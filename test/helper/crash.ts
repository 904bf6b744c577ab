import type { Test } from 'tap'
import type { AppointmentView } from '../../core/contract/appointments.ts'
import type { Mark } from '../../core/flow/ports.ts'
import { customer, nextSlot, testGateway, until } from './gateway.ts'
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts'

const points: Mark[] = ['before commit', 'after commit', 'after claim', 'after intent', 'after call', 'before finish']
// Short leases: what the killed process held is free again after attemptTimeout and a margin.
const sync = { attemptTimeout: '300ms' }

/**
 * Kills a gateway with kill -9 at every marked point of a verb, starts another one, and looks whether the verb was done
 * once and nothing was lost. Six processes start and die.
 */
export async function survivesEveryPoint(t: Test, verb: 'book' | 'reschedule' | 'cancel'): Promise<void> {
  const salon = await testGateway(t, { input: { sync } })
  const { gateway, author, tenant, twin, url } = salon
  const booked = await Promise.all(points.map(() => (verb === 'book' ? null : book(salon))))
  for (const one of booked) if (one) await settled(salon, one.id)
  await gateway.close()
  const start = () => startGatewayProcess(t, { url, twinUrl: twin.url, sync })

  let process = await start()
  for (const [n, point] of points.entries()) {
    const startsAt = nextSlot()
    const visitor = customer(`${verb} ${point}`)
    const ask = (process: GatewayProcess) => {
      if (verb === 'book') {
        const request = { serviceId: 'cut', startsAt, customer: visitor }
        return process.verb('book', author, request, { idempotencyKey: point })
      }
      return process.verb(verb, author, booked[n]?.id, verb === 'cancel' ? {} : { startsAt })
    }
    await process.arm(point)
    const answer = await ask(process).catch(() => null)
    t.equal(await process.ended, 'SIGKILL', `the gateway died ${point}`)

    process = await start()
    // Who got no answer asks again, as every client does.
    if (answer === null) await ask(process)
    const [before] = await salon.db.query<{ id: string }>(
      'select id from kalends.appointments where id = $1 or starts_at = $2',
      [booked[n]?.id ?? tenant.id, startsAt],
    )
    t.ok(before, 'the appointment is there')
    const seen = await settled(salon, before?.id ?? '')
    const there = twin.bookings().filter(ofRow(seen))
    const live = there.filter((booking) => booking.status === 'accepted')
    t.equal(live.length, verb === 'cancel' ? 0 : 1, `one live booking after a death ${point}`)
    t.equal(there.length, verb === 'reschedule' ? 2 : 1, 'every write was made once')
    t.match(seen.row, { status: verb === 'cancel' ? 'cancelled' : 'confirmed', requires_manual_review: false })
    if (verb !== 'cancel') t.equal(Date.parse(String(live[0]?.start)), Date.parse(startsAt))
  }
  const rows = await salon.db.query('select id from kalends.appointments')
  t.equal(rows.length, points.length, 'an appointment each')
  t.equal(twin.counts.createBooking, points.length, 'a create each')
  await process.kill()
}

type Salon = Awaited<ReturnType<typeof testGateway>>

async function book({ gateway, author }: Salon): Promise<AppointmentView> {
  const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer() }
  return (await gateway.appointments.book(author, request)).appointment
}

/** Waits until the row is synced: no gateway of this process runs, so the database is asked. */
async function settled({ db }: Salon, id: string) {
  const look = async () => {
    const [row] = await db.query<{ sync_status: string; gateway_id: string; state: string; [field: string]: unknown }>(
      `select a.*, b.gateway_id, s.state from kalends.appointments a
       join kalends.bookings b on b.tenant_id = a.tenant_id and b.appointment_id = a.id
       join kalends.syncs s on s.tenant_id = a.tenant_id and s.appointment_id = a.id
       where a.id = $1`,
      [id],
    )
    return row
  }
  const row = await until(look, (seen) => seen?.sync_status === 'synced' && seen.state === 'settled', 30_000)
  return { id, row, gatewayId: row?.gateway_id }
}

const ofRow = ({ gatewayId }: { gatewayId: string | undefined }) => {
  return (booking: { [field: string]: unknown }) => (booking.metadata as { kalendsId?: string }).kalendsId === gatewayId
}
