import { confirm } from '../../core/flow/confirm.ts'
import { poll } from '../../core/flow/poll.ts'
import type { Ports } from '../../core/flow/ports.ts'
import { sweep } from '../../core/flow/sweep.ts'
import { createUnderWay } from '../../core/flow/under-way.ts'
import { forgottenInbox } from '../../core/store/inbox.ts'
import { takeDuePolls } from '../../core/store/polls.ts'
import { hearDeps, readInbox } from './work.ts'
import type { World } from './world.ts'

/** What runs by the clock in every gateway, at the intervals of the model. */
const turns = { sweep: sweepOnce, confirm: confirmOnce, poll: pollOnce, inbox: inboxOnce } as const
export type Turn = keyof typeof turns

const pollEveryMs = { withWebhooks: 40_000, without: 20_000 }
const forgottenAfterMs = 30_000

/** Lets one of them run now, beside everybody else. */
export function takeTurn(world: World, turn: Turn): void {
  world.enter(turn, (_, ports) => turns[turn](world, ports))
}

async function sweepOnce(world: World, ports: Ports): Promise<void> {
  await mirror(world, ports)
  await sweep(world.sweepDeps(ports))
}

/**
 * The sweep asks the real queue's table which jobs still live, so the model's queue is shown there. That table has the
 * server's own time. A job that is sent between this and the sweep looks lost to it, and is sent twice: that is allowed.
 */
async function mirror({ queue, scheduler }: World, ports: Ports): Promise<void> {
  const now = scheduler.now()
  const jobs = queue.live().map(({ id, takenAt }) => ({ id, ago: takenAt === null ? null : now - takenAt }))
  await ports.store.db.transaction(async (tx) => {
    await tx.query('delete from pgboss.job')
    await tx.query(
      `insert into pgboss.job (name, id, state, started_on)
       select 'sync', j.id, case when j.ago is null then 'created' else 'active' end, now() - j.ago * interval '1 ms'
       from jsonb_to_recordset($1::jsonb) as j(id uuid, ago float8)`,
      [JSON.stringify(jobs)],
    )
  })
}

async function confirmOnce(world: World, ports: Ports): Promise<void> {
  const looks = createUnderWay(ports.log)
  await confirm(hearDeps(world, ports), looks)
  await looks.ended()
}

async function pollOnce(world: World, ports: Ports): Promise<void> {
  const plugins = world.salon.connections.map(({ plugin }) => plugin)
  const due = await takeDuePolls(ports.store.db, plugins, pollEveryMs, 8)
  for (const connection of due.sort((a, b) => (a.id < b.id ? -1 : 1))) await poll(hearDeps(world, ports), connection)
}

async function inboxOnce(world: World, ports: Ports): Promise<void> {
  const forgotten = await forgottenInbox(ports.store.db, forgottenAfterMs, 500)
  for (const { id } of forgotten) await readInbox(world, ports, id)
}
