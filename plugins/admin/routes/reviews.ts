import { Type } from 'typebox'
import { closed, type Gateway, PageQuery, ResolveRequest, ReviewPage, ReviewView } from '#core'
import { authorOf, tenantOf } from '../author.ts'
import { ById, route, typed } from '../route.ts'

const base = '/api/v1/reviews'

const ReviewQuery = closed({
  ...PageQuery,
  state: Type.Optional(Type.Union(['open', 'resolved', 'dismissed', 'healed'].map((state) => Type.Literal(state)))),
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  appointmentId: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
})

/** What the machine is not sure of, and a person decides. */
export function reviewRoutes(gateway: Gateway): void {
  const http = typed(gateway)
  const { reviews } = gateway

  http.get(
    base,
    route('manager', 'listReviews', 'Lists reviews.', { querystring: ReviewQuery, response: { 200: ReviewPage } }),
    (request) => reviews.list(tenantOf(request), request.query),
  )

  http.get(
    `${base}/:id`,
    route('manager', 'getReview', 'Shows a review: why, both sides, and what can be done.', {
      params: ById,
      response: { 200: ReviewView },
    }),
    (request) => reviews.get(tenantOf(request), request.params.id),
  )

  http.post(
    `${base}/:id/resolve`,
    route('manager', 'resolveReview', 'Decides a review with one of its resolutions.', {
      params: ById,
      body: ResolveRequest,
      response: { 200: ReviewView },
    }),
    (request) => reviews.resolve(authorOf(request), request.params.id, request.body),
  )
}
