import { v7 } from 'uuid'
import { checkInput } from '../check-input.ts'
import type { Tenants } from '../contract/gateway.ts'
import { TenantInput, TenantPatch, type TenantView } from '../contract/people.ts'
import { isTimeZone } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import { byName, readPage } from '../store/cursor.ts'
import type { Database } from '../store/database.ts'
import { findTenant, insertTenant, listTenants, updateTenant } from '../store/tenants.ts'
import { uniqueViolated } from '../store/violations.ts'

const order = byName<TenantView>('tenants', ({ slug }) => slug)

/** The companies. Everything else hangs below one. */
export function createTenants({ db }: { db: Database }): Tenants {
  return {
    list: (query) => readPage(order, query, (after, limit) => listTenants(db, after, limit)),
    get: async (idOrSlug) => found(await findTenant(db, idOrSlug)),
    async create(input) {
      const given = checkInput(TenantInput, input)
      checkTimeZone(given.timeZone)
      const tenant = await insertTenant(db, v7(), given)
      if (!tenant) throw slugTaken(given.slug)
      return tenant
    },
    async update(id, patch) {
      const given = checkInput(TenantPatch, patch)
      if (given.timeZone !== undefined) checkTimeZone(given.timeZone)
      try {
        return found(await updateTenant(db, id, given))
      } catch (error) {
        throw uniqueViolated(error) ? slugTaken(given.slug as string) : error
      }
    },
  }
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
