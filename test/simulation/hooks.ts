import { createHash } from 'node:crypto'
import type { ProviderReport } from '../../core/contract/provider.ts'
import { receive } from '../../core/flow/receive.ts'
import type { Told } from './ledger.ts'
import type { Actor } from './scheduler.ts'
import type { World } from './world.ts'

/** What the model calendars tell by themselves, on its way to us. */
export type Hooks = {
  /** A calendar (its number) tells of a change. */
  tell(calendar: number, told: Told): void
  /** Some calendars send again what was not acknowledged because its receiver died. */
  crashed(): void
}

type Delivery = { connectionId: string; body: Buffer; carrier: Actor | null; acknowledged: boolean }

const delayedMs = 20_000
const lateMs = 10 * 60_000
const againMs = 10_000

/** @param world is asked only once something is told */
export function createHooks(world: () => World): Hooks {
  const deliveries: Delivery[] = []
  let told = 0

  function carry(delivery: Delivery, delayMs: number): void {
    const { scheduler } = world()
    scheduler.at(scheduler.now() + delayMs, () => {
      delivery.carrier = deliver(world(), delivery)
    })
  }

  return {
    tell(calendar, report) {
      const { salon, dice, faults, note } = world()
      const connection = salon.connections[calendar]
      if (!connection || connection.traits.hooks === 'none') return
      const fault = faults.at('hook')
      note(`${connection.plugin} tells ${report.trigger} ${report.entry.externalId}${fault ? `: ${fault}` : ''}`)
      if (fault === 'drop') return
      const body = Buffer.from(JSON.stringify({ n: ++told, report: reportOf(report, connection.traits.hooks) }))
      const delivery: Delivery = { connectionId: connection.id, body, carrier: null, acknowledged: false }
      deliveries.push(delivery)
      carry(delivery, fault === 'late' ? lateMs : dice.between(1, 400) + (fault === 'delay' ? delayedMs : 0))
      if (fault === 'duplicate') carry({ ...delivery }, dice.between(1, 2_000))
    },
    crashed() {
      for (const delivery of deliveries) {
        if (delivery.acknowledged || !delivery.carrier || delivery.carrier.alive) continue
        delivery.carrier = null
        if (world().dice.below(2) === 0) carry(delivery, againMs)
      }
    },
  }
}

function reportOf({ trigger, entry, predecessorId }: Told, hooks: 'named' | 'nameless'): ProviderReport {
  const { externalId, gatewayId, targetId, status, startsAt, endsAt, attendee } = entry
  return {
    trigger,
    externalId,
    predecessorId,
    gatewayId: hooks === 'named' ? gatewayId : null,
    targetId,
    status,
    startsAt,
    endsAt,
    attendee,
  }
}

/** The way through our door: kept and queued, then acknowledged. */
function deliver(world: World, delivery: Delivery): Actor {
  const { queue, salon, scheduler, witness, ids } = world
  const { connectionId, body } = delivery
  return world.enter('webhook', async (actor, { store, mark }) => {
    const send = async (_tx: unknown, { inboxId }: { inboxId: string }, delayMs: number) =>
      queue.send([{ id: ids.next(), work: { queue: 'inbox', inboxId }, delayMs }])
    await receive({ db: store.db, send, mark }, { tenantId: salon.tenant.id, connectionId, body, headers: {} })
    delivery.acknowledged = true
    witness.acknowledged.push({ does: 'report', inboxOf: createHash('sha256').update(body).digest('hex') })
    await scheduler.turn(actor, 'acknowledges')
  })
}
