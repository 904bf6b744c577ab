import type { TenantView } from '../contract/people.ts'
import { KalendsError } from '../errors.ts'
import { loadService } from '../store/services.ts'
import { findTenant } from '../store/tenants.ts'
import type { BookingGround } from './book.ts'
import type { Ports } from './ports.ts'

/** A tenant. Throws KAL_NOT_FOUND. */
export async function requireTenant(ports: Ports, tenantId: string): Promise<TenantView> {
  const tenant = await findTenant(ports.store.db, tenantId)
  if (!tenant) throw new KalendsError('KAL_NOT_FOUND', { what: 'tenant' })
  return tenant
}

/** A tenant and a service of it, by id or slug: what a booking stands on. Throws KAL_NOT_FOUND for the tenant. */
export async function loadGround(ports: Ports, tenantId: string, serviceIdOrSlug: string): Promise<BookingGround> {
  const [tenant, service] = await Promise.all([
    requireTenant(ports, tenantId),
    loadService(ports.store.db, tenantId, serviceIdOrSlug),
  ])
  return { tenant, service }
}
