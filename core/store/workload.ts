import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'

/** One queue of pg-boss: how many jobs stand in which state, and since when the oldest that could run waits. */
export type QueueLoad = {
  name: string
  ready: number
  delayed: number
  active: number
  failed: number
  oldestReady: Instant | null
}

/** The queues and what lies in them. */
export function queueLoads(sql: Sql): Promise<QueueLoad[]> {
  return sql.query<QueueLoad>(
    `select q.name,
       count(*) filter (where j.state in ('created', 'retry') and j.start_after <= now())::int as ready,
       count(*) filter (where j.state in ('created', 'retry') and j.start_after > now())::int as delayed,
       count(*) filter (where j.state = 'active')::int as active,
       count(*) filter (where j.state = 'failed')::int as failed,
       min(j.start_after) filter (where j.state in ('created', 'retry') and j.start_after <= now()) as "oldestReady"
     from pgboss.queue q left join pgboss.job j on j.name = q.name
     where q.name not like '\\_\\_%'
     group by q.name order by q.name`,
  )
}

/** Changes on their way to one connection. `overdue` is due since a minute or longer and nobody has it. */
export type SyncLoad = {
  tenant: string
  connection: string
  plugin: string
  waiting: number
  overdue: number
  parked: number
  failed: number
}

/** Every connection and what waits for it. */
export function syncLoads(sql: Sql): Promise<SyncLoad[]> {
  return sql.query<SyncLoad>(
    `select t.slug as tenant, c.name as connection, c.plugin,
       count(*) filter (where s.state = 'waiting')::int as waiting,
       count(*) filter (where s.state = 'waiting' and s.due_at < kalends.clock() - interval '1 minute'
         and (s.lease_until is null or s.lease_until <= kalends.clock()))::int as overdue,
       count(*) filter (where s.state = 'parked')::int as parked,
       count(*) filter (where s.state = 'failed')::int as failed
     from kalends.connections c
     join kalends.tenants t on t.id = c.tenant_id
     left join kalends.syncs s on s.tenant_id = c.tenant_id and s.connection_id = c.id and s.state <> 'settled'
     group by t.slug, c.name, c.plugin order by t.slug, c.name`,
  )
}

/** How many reviews are open, by tenant. */
export function openReviews(sql: Sql): Promise<{ tenant: string; open: number }[]> {
  return sql.query(
    `select t.slug as tenant, count(*)::int as open
     from kalends.reviews r join kalends.tenants t on t.id = r.tenant_id
     where r.state = 'open' group by t.slug order by t.slug`,
  )
}

/** The jobs of plugins that come again by a schedule: what each is called, and when it last ran or will run. */
export type JobKind = { name: string; waiting: number; next: Instant | null; lastFinished: Instant | null }

/** What plugins have sent to run, by the name of the job. Finished ones are known for an hour. */
export function pluginJobs(sql: Sql): Promise<JobKind[]> {
  return sql.query<JobKind>(
    `select coalesce(data ->> 'job', '?') as name,
       count(*) filter (where state in ('created', 'retry', 'active'))::int as waiting,
       min(start_after) filter (where state in ('created', 'retry')) as next,
       max(completed_on) as "lastFinished"
     from pgboss.job where name = 'plugin' group by 1 order by 1`,
  )
}
