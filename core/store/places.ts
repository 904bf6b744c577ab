import { collide, type Place } from '../domain/place.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { few } from './sql-values.ts'

/** What a change, or a hold, wants to take: places, for whom, and how strictly it asks. */
export type Claim = {
  tenantId: string
  places: readonly Place[]
  /** Who asks, where it is somebody with holds: their own stand in nobody's way but other people's. */
  holder: string | null
  /** The appointment that moves: it does not stand in its own way. */
  appointmentId: string | null
}

/** How long after its last change a visit is counted here too: a calendar's list of free times may lag behind it. */
const lag = `interval '1 minute'`
/** No visit is longer (a service takes at most 1,440 minutes): where to begin to look for one that reaches into a span. */
const longestVisit = `interval '1 day'`

// What we have promised and the calendar need not know of yet: visits that stand, at the place where they are wanted.
// Of one that is agreed the calendar's own list is right, which knows how many can come at a time. Few are left of many
// then, and `offset 0` has the bookings looked up for those few: joined outright, a busy tenant's are all read.
const promised = `
  from kalends.appointments a
  cross join lateral (
    select b.connection_id, a.starts_at + (p ->> 'offsetMinutes')::int * interval '1 minute' as starts_at,
           a.starts_at + ((p ->> 'offsetMinutes')::int + (p ->> 'durationMinutes')::int) * interval '1 minute' as ends_at
    from kalends.bookings b cross join jsonb_array_elements(a.phases) p
    where b.tenant_id = a.tenant_id and b.appointment_id = a.id and (p ->> 'position')::int = b.phase
      -- What was refused for good and is not there keeps nobody from the time; what is tried on still wants it, and what
      -- was given up in doubt may stand there.
      and not ((b.external_id is null or b.remote_status in ('cancelled', 'rejected')) and exists (
        select from kalends.syncs s
        where s.tenant_id = b.tenant_id and s.appointment_id = b.appointment_id and s.connection_id = b.connection_id
          and s.state = 'failed')
        and not exists (
          select from kalends.intents n
          where n.tenant_id = b.tenant_id and n.booking_id = b.id and n.state in ('sent', 'unknown')))
    offset 0
  ) v
  where a.status in ('pending', 'confirmed')
    and (a.sync_status <> 'synced' or a.updated_at > kalends.clock() - ${lag})`

/**
 * The times in these connections that are held or promised, besides those that `holder` holds. $1 tenant, $2 connections,
 * $3 from, $4 to, $5 holder.
 */
export function takenPlaces(
  sql: Sql,
  tenantId: string,
  connectionIds: readonly string[],
  span: { from: Instant; to: Instant },
  holder: string | null,
): Promise<Place[]> {
  return sql.query<Place>(
    `select h.connection_id as "connectionId", h.starts_at as "startsAt", h.ends_at as "endsAt"
     from kalends.holds h
     where h.tenant_id = $1 and h.connection_id = any($2::uuid[]) and h.until > kalends.clock()
       and h.starts_at < $4 and h.starts_at > $3::timestamptz - ${longestVisit} and h.ends_at > $3
       and h.holder is distinct from $5
     union all
     select v.connection_id, v.starts_at, v.ends_at ${promised}
       and a.tenant_id = $1 and a.starts_at < $4 and a.starts_at > $3::timestamptz - ${longestVisit}
       and v.connection_id = any($2::uuid[]) and v.starts_at < $4 and v.ends_at > $3`,
    [tenantId, connectionIds, span.from, span.to, holder],
  )
}

/**
 * Which of the claims must not be granted, by their numbers. Until the transaction ends nobody else can take what is
 * granted to a holder: such a claim has its connections to itself, the others share them among each other, so that they
 * wait for no one but holders.
 *
 * A claim without a holder only keeps off what somebody holds. Where a desk books over its own visits it has its
 * reasons, and the calendar says whether that goes; a caller is promised nothing that is promised already.
 */
export async function refusedClaims(tx: Sql, claims: readonly Claim[]): Promise<Set<number>> {
  if (claims.length === 0) return new Set()
  const input = JSON.stringify(claims.flatMap(inputRows))
  const strict = claims.some(({ holder }) => holder !== null)
  const [, rows] = await Promise.all([
    tx.query(lockStatement, [input]),
    // Sent behind it, so that it sees what those wrote who had the lock before.
    tx.query<{ n: number }>(strict ? `${heldStatement} ${promisedToo}` : heldStatement, [input]),
  ])
  return amongEachOther(claims, new Set(rows.map(({ n }) => n)))
}

const lockStatement = `
select case when k.alone then pg_advisory_xact_lock(k.key) else pg_advisory_xact_lock_shared(k.key) end
from (
  select hashtextextended(connection_id::text, 0) as key, bool_or(holder is not null) as alone
  from jsonb_to_recordset($1::jsonb) as i(connection_id uuid, holder text)
  group by 1 order by 1
) k`

const heldStatement = `
select distinct i.n
from (select * from jsonb_to_recordset($1::jsonb) as x(
        n int, tenant_id uuid, connection_id uuid, starts_at timestamptz, ends_at timestamptz, holder text, appointment_id uuid)
      ${few('$1')}) i
where exists (
    select from kalends.holds h
    where h.tenant_id = i.tenant_id and h.connection_id = i.connection_id and h.until > kalends.clock()
      and h.starts_at < i.ends_at and h.starts_at > i.starts_at - ${longestVisit} and h.ends_at > i.starts_at
      and h.holder is distinct from i.holder)`

const promisedToo = `
  or i.holder is not null and exists (
    select ${promised}
      and a.tenant_id = i.tenant_id and a.starts_at < i.ends_at and a.starts_at > i.starts_at - ${longestVisit}
      and v.connection_id = i.connection_id and v.starts_at < i.ends_at and v.ends_at > i.starts_at
      and a.id is distinct from i.appointment_id)`

function inputRows({ tenantId, places, holder, appointmentId }: Claim, n: number) {
  return places.map(({ connectionId, startsAt, endsAt }) => ({
    n,
    tenant_id: tenantId,
    connection_id: connectionId,
    starts_at: startsAt,
    ends_at: endsAt,
    holder,
    appointment_id: appointmentId,
  }))
}

/** Claims of one batch do not see each other in the database: the first one has it. */
function amongEachOther(claims: readonly Claim[], refused: Set<number>): Set<number> {
  const granted: Claim[] = []
  for (const [n, claim] of claims.entries()) {
    if (refused.has(n)) continue
    const inTheWay = ({ places }: Claim) => collide(places, claim.places)
    if (claim.holder !== null && granted.some(inTheWay)) refused.add(n)
    else granted.push(claim)
  }
  return refused
}

/** Ends the holds that these claims have used, in the transaction that uses them. */
export async function useHolds(tx: Sql, claims: readonly Claim[]): Promise<void> {
  const used = claims.filter(({ holder }) => holder !== null)
  if (used.length === 0) return
  await tx.query(
    `update kalends.holds h set until = kalends.clock()
     from jsonb_to_recordset($1::jsonb)
            as i(tenant_id uuid, connection_id uuid, starts_at timestamptz, ends_at timestamptz, holder text)
     where h.tenant_id = i.tenant_id and h.connection_id = i.connection_id and h.holder = i.holder
       and h.starts_at < i.ends_at and h.ends_at > i.starts_at and h.until > kalends.clock()`,
    [JSON.stringify(used.flatMap(inputRows))],
  )
}
