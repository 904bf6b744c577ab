import type { ServiceView } from '../contract/catalogue.ts'
import { isBookable, type Service } from '../domain/service.ts'

/** A service as every answer shows it. */
export function serviceView(service: Service): ServiceView {
  const { tenantId: _, phases, links, syncStatus, syncErrorCode, ...fields } = service
  return {
    ...fields,
    bookable: isBookable(service),
    phases: [...phases],
    links: links.map(({ provider: _, ...link }) => link),
    sync: { status: syncStatus, errorCode: syncErrorCode },
  }
}
