import { v7 } from 'uuid'
import type { Sql } from '../../../core/store/database.ts'
import { insertService } from '../../../core/store/services.ts'

/** A plain service of 60 minutes without links. */
export async function addService(db: Sql, tenantId: string): Promise<string> {
  const id = v7()
  const phase = { position: 0, name: null, offsetMinutes: 0, durationMinutes: 60, staffRequired: true }
  await insertService(db, {
    tenantId,
    id,
    slug: `s-${id}`,
    name: 'Service',
    description: null,
    durationMinutes: 60,
    price: null,
    currency: null,
    active: true,
    composite: false,
    phases: [phase],
    links: [],
    attributes: {},
    syncStatus: 'never',
    syncErrorCode: null,
  })
  return id
}
