import { closed, type Gateway, PageQuery, TenantInput, TenantPage, TenantPatch, TenantView } from '#core'
import { founderOf } from '../author.ts'
import { ById, route, typed } from '../route.ts'

const base = '/api/v1/tenants'
const one = { params: ById, response: { 200: TenantView } }

/** The companies on this gateway: for its operator alone. */
export function tenantRoutes(gateway: Gateway): void {
  const http = typed(gateway)
  const { tenants } = gateway

  http.get(
    base,
    route('operator', 'listTenants', 'Lists tenants.', {
      querystring: closed(PageQuery),
      response: { 200: TenantPage },
    }),
    (request) => tenants.list(request.query),
  )

  http.post(
    base,
    route('operator', 'createTenant', 'Creates a tenant.', { body: TenantInput, response: { 201: TenantView } }),
    async (request, reply) => {
      const tenant = await tenants.create(founderOf(request), request.body)
      return reply.code(201).header('location', `${base}/${tenant.id}`).send(tenant)
    },
  )

  http.get(`${base}/:id`, route('operator', 'getTenant', 'Shows a tenant, by id or slug.', one), (request) =>
    tenants.get(request.params.id),
  )

  http.patch(
    `${base}/:id`,
    route('operator', 'updateTenant', 'Changes the fields of a tenant that are sent.', { ...one, body: TenantPatch }),
    (request) => tenants.update(founderOf(request), request.params.id, request.body),
  )
}
