import type pg from 'pg'

/** How many finished jobs the queue keeps: those of an hour, at 50 a second. */
const mostJobs = 180_000

/**
 * Fills a gateway's tables as years of work leave them: `finished` appointments of the past that are in the calendar,
 * and `waiting` ones whose next attempt is tomorrow. They belong to the one tenant, service and connection that are there.
 */
export async function addHistory(db: pg.Client, { finished = 0, waiting = 0 }): Promise<void> {
  if (finished > 0) await add(db, finished, 'settled')
  if (waiting > 0) await add(db, waiting, 'waiting')
  if (finished + waiting > 0) await db.query('vacuum analyze')
}

async function add(db: pg.Client, count: number, state: 'settled' | 'waiting'): Promise<void> {
  const isDone = state === 'settled'
  await db.query(`create temp table made as
    select t.id as tenant_id, gen_random_uuid() as id, s.id as service_id, c.id as connection_id, gen_random_uuid() as booking_id,
           gen_random_uuid() as gateway_id, gen_random_uuid() as job_id, n,
           now() + (${isDone ? '-n' : 'n'} * interval '3 minutes') + interval '1 day' * ${isDone ? -1 : 3} as starts_at,
           l.target, l.external_id as target_id, s.phases
    from kalends.tenants t, kalends.services s, kalends.connections c, kalends.service_links l, generate_series(1, ${count}) n`)
  await db.query(`insert into kalends.appointments (tenant_id, id, service_id, customer_name, customer_email, customer_phone,
      starts_at, ends_at, time_zone, phases, status, version, origin, sync_origin, causal_id, sync_initiated_at, sync_status,
      created_at, updated_at)
    select tenant_id, id, service_id, (array['Mia','Ben','Zoe','Max','Ida','Tom'])[1 + n % 6] || ' Client' || n % 40000,
           'c' || n || '@past.example', '+49151' || 10000000 + n,
           starts_at, starts_at + interval '30 minutes', 'Europe/Berlin', phases,
           ${isDone ? `(array['completed','completed','completed','cancelled','no_show'])[1 + n % 5]` : `'pending'`}, 1,
           (array['api','retell','admin'])[1 + n % 3], 'api', id, starts_at, ${isDone ? `'synced'` : `'pending'`},
           starts_at, starts_at
    from made`)
  await db.query(`insert into kalends.bookings (tenant_id, id, appointment_id, connection_id, provider, phase, role, target,
      target_id, gateway_id, external_id, remote_status, starts_at, ends_at, synced, sync_status)
    select tenant_id, booking_id, id, connection_id, 'calcom', 1, 'primary', target, target_id, gateway_id,
           ${isDone ? `'past' || booking_id, 'accepted', starts_at, starts_at + interval '30 minutes', '{}', 'synced'` : `null, null, null, null, null, 'pending'`}
    from made`)
  await db.query(`insert into kalends.syncs (tenant_id, appointment_id, connection_id, wanted_version, synced_version, state,
      due_at, job_id, attempts)
    select tenant_id, id, connection_id, 1, ${isDone ? 1 : 0}, '${state}', ${isDone ? 'starts_at' : `now() + interval '1 day'`},
           job_id, ${isDone ? 0 : 2} from made`)
  await db.query(`insert into kalends.intents (tenant_id, id, booking_id, kind, version, generation, target, state, epoch, sent_at)
    select tenant_id, gen_random_uuid(), booking_id, 'create', 1, 1, '{}', '${isDone ? 'done' : 'not_done'}', 1, starts_at from made`)
  await db.query(`insert into kalends.events (tenant_id, id, appointment_id, kind, message, version, origin, causal_id, at)
    select tenant_id, gen_random_uuid(), id, kind, 'Booked.', 1, 'api', id, starts_at
    from made, unnest(array['appointment.booked', 'booking.created']) kind order by n`)
  if (isDone) {
    await db.query(`insert into kalends.booking_ids (tenant_id, connection_id, external_id, booking_id)
      select tenant_id, connection_id, 'past' || booking_id, booking_id from made`)
  }
  await db.query(`insert into pgboss.job (id, name, data, state, start_after, policy, completed_on)
    select job_id, 'sync', jsonb_build_object('tenantId', tenant_id, 'appointmentId', id, 'connectionId', connection_id),
           '${isDone ? 'completed' : 'created'}', ${isDone ? 'now()' : `now() + interval '1 day'`}, 'standard',
           ${isDone ? 'now()' : 'null'}
    from made ${isDone ? `limit ${mostJobs}` : ''}`)
  await db.query('drop table made')
}
