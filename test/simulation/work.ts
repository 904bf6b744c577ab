import { apply } from '../../core/flow/apply.ts'
import type { HearDeps } from '../../core/flow/hear.ts'
import type { Ports } from '../../core/flow/ports.ts'
import { sync } from '../../core/flow/sync.ts'
import type { Work } from './queue.ts'
import type { World } from './world.ts'

/** What a worker does with a job. */
export async function runWork(world: World, ports: Ports, work: Work): Promise<void> {
  if (work.queue === 'sync') return sync(ports, work.key)
  return readInbox(world, ports, work.inboxId)
}

/** What the flows of the inbound direction need. */
export function hearDeps({ sweepDeps }: World, ports: Ports): HearDeps {
  return { ports, sweepDeps: sweepDeps(ports) }
}

/** Reads one entry of the inbox. */
export function readInbox(world: World, ports: Ports, inboxId: string): Promise<void> {
  const { queue, ids, salon } = world
  const again = async (entry: { inboxId: string }, delayMs: number) =>
    queue.send([{ id: ids.next(), work: { queue: 'inbox', inboxId: entry.inboxId }, delayMs }])
  return apply({ ...hearDeps(world, ports), again }, salon.tenant.id, inboxId)
}
