import type { Author } from '../../core/contract/gateway.ts'
import { instantOf } from '../../core/domain/time.ts'
import { KalendsError } from '../../core/errors.ts'
import { book } from '../../core/flow/book.ts'
import { cancel } from '../../core/flow/cancel.ts'
import { edit } from '../../core/flow/edit.ts'
import type { Ports } from '../../core/flow/ports.ts'
import { reschedule } from '../../core/flow/reschedule.ts'
import { retry } from '../../core/flow/sweep.ts'
import { verify } from '../../core/flow/verify.ts'
import type { Operation } from './scenario.ts'
import type { Actor } from './scheduler.ts'
import { startsAt, type World } from './world.ts'

/** When a slot is: days ahead, so that nothing is over before the run is. */
export const slotAt = (slot: number) => instantOf(startsAt + (72 + slot) * 3_600_000)

const resendMs = 5_000
/** So often a client whose gateway died asks again with the same key. */
const mostSends = 4

/** Does what somebody does: a client of ours, or a person in front of the calendar. */
export function perform(world: World, operation: Operation, n: number): void {
  if (operation.does.endsWith('there')) performThere(world, operation)
  else if (operation.does === 'book') bookWith(world, operation, `key-${n}`, 1)
  else world.enter(`client ${n}`, (actor, ports) => polite(change(world, actor, ports, operation)))
}

/** A client is told why it cannot have something; that is no fault. */
async function polite(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof KalendsError)) throw error
  }
}

const authorOf = ({ salon }: World): Author => ({ tenantId: salon.tenant.id, origin: { name: 'api' } })

/** A client that gets no answer does not know whether it has booked, and asks again with the same key. */
function bookWith(world: World, operation: Operation, idempotencyKey: string, sends: number): void {
  const { salon, scheduler, witness } = world
  const startsAt = slotAt(operation.slot)
  const customer = { name: 'Zoë Müller', email: `zoe-${idempotencyKey}@example.org` }
  let answered = false
  const ask = async (actor: Actor, ports: Ports) => {
    const ground = async () => ({ tenant: salon.tenant, service: salon.service })
    const request = { serviceId: 'cut', startsAt, customer }
    const { appointment } = await book(ports, ground, authorOf(world), request, { idempotencyKey })
    await scheduler.turn(actor, 'is answered')
    world.note(`booked ${appointment.id} for ${startsAt}`)
    witness.acknowledged.push({ does: 'book', appointmentId: appointment.id, startsAt })
  }
  const actor = world.enter(`client ${idempotencyKey}`, async (actor, ports) => {
    await polite(ask(actor, ports))
    answered = true
  })
  const again = () => {
    if (answered) return
    if (actor.alive) scheduler.at(scheduler.now() + resendMs, again)
    else if (sends < mostSends) bookWith(world, operation, idempotencyKey, sends + 1)
  }
  scheduler.at(scheduler.now() + resendMs, again)
}

/** What was booked so far, in the order in which clients heard of it. */
function bookedOf({ witness }: World): string[] {
  const ids = witness.acknowledged.flatMap((one) => (one.does === 'book' ? one.appointmentId : []))
  return [...new Set(ids)]
}

async function change(world: World, actor: Actor, ports: Ports, { does, whom, slot }: Operation): Promise<void> {
  const booked = bookedOf(world)
  const appointmentId = booked[whom % booked.length]
  if (appointmentId === undefined) return
  const author = authorOf(world)
  const startsAt = slotAt(slot)
  const tell = async (said: 'move' | 'cancel' | 'edit') => {
    await world.scheduler.turn(actor, 'is answered')
    world.note(`${said} of ${appointmentId} accepted`)
    world.witness.acknowledged.push({ does: said, appointmentId, startsAt })
  }
  switch (does) {
    case 'move':
      await reschedule(ports, author, appointmentId, { startsAt })
      return tell('move')
    case 'cancel':
      await cancel(ports, author, appointmentId, {})
      return tell('cancel')
    case 'edit':
      await edit(ports, null, author, appointmentId, { notes: `note ${slot}` })
      return tell('edit')
    case 'retry':
      return retry(world.sweepDeps(ports), author.tenantId, appointmentId, null)
    case 'verify':
      return verify(ports, author.tenantId, appointmentId)
  }
}

/** Somebody moves, cancels or makes a booking in the calendar itself. */
function performThere({ ledgers, salon, note }: World, { does, whom, slot }: Operation): void {
  const linked = new Set(salon.service.links.map(({ connectionId }) => connectionId))
  const mine = ledgers.filter((_, n) => linked.has(salon.connections[n]?.id as string))
  const ledger = mine[slot % mine.length]
  const live = ledger?.live() ?? []
  const entry = live[whom % live.length]
  if (does === 'booked there') {
    const startsAt = slotAt(slot)
    const attendee = { name: 'Ada', email: `ada-${slot}@example.org`, phone: null, timeZone: 'Europe/Berlin' }
    const endsAt = instantOf(Date.parse(startsAt) + 15 * 60_000)
    const made = ledger?.create({ startsAt, endsAt, targetId: 'cut-0', attendee, gatewayId: null })
    note(`a person books ${made?.externalId}`)
  } else if (entry && does === 'moved there') {
    note(`a person moves ${entry.externalId} to ${slotAt(slot)}`)
    ledger?.move(entry, slotAt(slot))
  } else if (entry && does === 'cancelled there') {
    note(`a person cancels ${entry.externalId}`)
    ledger?.cancel(entry)
  }
}
