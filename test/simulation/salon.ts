import type { Service, ServiceLink } from '../../core/domain/service.ts'
import { instantOf } from '../../core/domain/time.ts'
import { insertService } from '../../core/store/services.ts'
import type { ModelDatabase } from './model-database.ts'
import type { CalendarTraits, Scenario } from './scenario.ts'

/** The tenant of a run: its connections and its one service. */
export type Salon = {
  tenant: { id: string; timeZone: string; region: string | null }
  connections: readonly { id: string; plugin: string; traits: CalendarTraits }[]
  service: Service
}

/** Makes a tenant with two connections, of which the service uses one or both. */
export async function setUp(
  database: ModelDatabase,
  { shape, calendars }: Scenario,
  ids: { next(): string },
  run: number,
): Promise<Salon> {
  const tenant = { id: ids.next(), timeZone: 'Europe/Berlin', region: null }
  const connections = calendars.map((traits, n) => ({ id: ids.next(), plugin: `model${n}`, traits }))
  await database.query(
    `with tenant as (insert into kalends.tenants (id, slug, name, time_zone) values ($1, $2, $2, $3) returning id)
     insert into kalends.connections (tenant_id, id, name, plugin, subscribed_at)
     select tenant.id, c.id, c.plugin, c.plugin, case when c.hooks then kalends.clock() end
     from tenant, jsonb_to_recordset($4::jsonb) as c(id uuid, plugin text, hooks boolean)`,
    [
      tenant.id,
      `run-${run}`,
      tenant.timeZone,
      JSON.stringify(connections.map(({ id, plugin, traits }) => ({ id, plugin, hooks: traits.hooks !== 'none' }))),
    ],
  )
  const service = serviceOf(tenant.id, ids.next(), shape, connections)
  await insertService(database, service)
  return { tenant, connections, service }
}

function serviceOf(tenantId: string, id: string, shape: Scenario['shape'], connections: Salon['connections']): Service {
  const at = instantOf(0)
  const phase = (position: number, offsetMinutes: number, staffRequired = true) => ({
    position,
    name: null,
    offsetMinutes,
    durationMinutes: 15,
    staffRequired,
  })
  const phases = shape === 'composite' ? [phase(0, 0), phase(1, 15, false), phase(2, 30)] : [phase(0, 0)]
  const linked = shape === 'mirrored' ? connections : connections.slice(0, 1)
  const links = linked.flatMap((connection, n) =>
    phases
      .filter(({ staffRequired }) => staffRequired)
      .map(({ position }) => linkTo(connection, position, n === 0 ? 'primary' : 'mirror')),
  )
  return {
    tenantId,
    id,
    slug: 'cut',
    name: 'Haircut',
    description: null,
    durationMinutes: shape === 'composite' ? 45 : 15,
    price: null,
    currency: null,
    active: true,
    composite: shape === 'composite',
    phases,
    links,
    attributes: {},
    syncStatus: 'synced',
    syncErrorCode: null,
    createdAt: at,
    updatedAt: at,
  }
}

function linkTo({ id, plugin }: Salon['connections'][number], phase: number, role: ServiceLink['role']): ServiceLink {
  const type = `cut-${phase}`
  return { connectionId: id, provider: plugin, phase, role, target: { type }, externalId: type }
}
