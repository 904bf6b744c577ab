import { v7 } from 'uuid'
import { checkInput } from '../check-input.ts'
import type { Founder, Tenants } from '../contract/gateway.ts'
import { TenantInput, TenantPatch, type TenantView } from '../contract/people.ts'
import { isTimeZone } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import { announce, causeOf } from '../store/announce.ts'
import { byName, readPage } from '../store/cursor.ts'
import type { Database, Sql } from '../store/database.ts'
import { findTenant, insertTenant, listTenants, updateTenant } from '../store/tenants.ts'
import { uniqueViolated } from '../store/violations.ts'

const order = byName<TenantView>('tenants', ({ slug }) => slug)

/** The companies. Everything else hangs below one. */
export function createTenants({ db }: { db: Database }): Tenants {
  return {
    list: (query) => readPage(order, query, (after, limit) => listTenants(db, after, limit)),
    get: async (idOrSlug) => found(await findTenant(db, idOrSlug)),
    async create(founder, input) {
      const given = checkInput(TenantInput, input)
      checkTimeZone(given.timeZone)
      return db.transaction(async (tx) => {
        const tenant = await insertTenant(tx, v7(), given)
        if (!tenant) throw slugTaken(given.slug)
        await tell(tx, founder, 'tenant.created', tenant, `Tenant "${tenant.slug}" was created.`)
        return tenant
      })
    },
    async update(founder, id, patch) {
      const given = checkInput(TenantPatch, patch)
      if (given.timeZone !== undefined) checkTimeZone(given.timeZone)
      try {
        return await db.transaction(async (tx) => {
          const tenant = found(await updateTenant(tx, id, given))
          await tell(tx, founder, 'tenant.updated', tenant, `Tenant "${tenant.slug}" was changed.`)
          return tenant
        })
      } catch (error) {
        throw uniqueViolated(error) ? slugTaken(given.slug as string) : error
      }
    },
  }
}

function tell(tx: Sql, founder: Founder, kind: string, { id, slug }: TenantView, message: string): Promise<void> {
  const { origin, by } = founder
  return announce(tx, { tenantId: id, kind, message, origin, cause: causeOf(founder), data: { slug }, by })
}

function checkTimeZone(found: string): void {
  if (!isTimeZone(found)) throw new KalendsError('KAL_TIME_ZONE_UNKNOWN', { field: 'timeZone', found })
}

function found(tenant: TenantView | null): TenantView {
  if (!tenant) throw new KalendsError('KAL_NOT_FOUND', { what: 'tenant' })
  return tenant
}

function slugTaken(slug: string): KalendsError {
  return new KalendsError('KAL_SLUG_TAKEN', { what: 'tenant', slug })
}
