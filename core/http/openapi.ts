import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import type { Access } from '../contract/http.ts'
import { Problem, problemType } from './problem.ts'
import { allRoutesAre } from './route-policy.ts'

/** Adds the problem document as the default answer of every route that describes itself. Must come before any route. */
export function installErrorResponses(app: FastifyInstance): void {
  const answer = { description: 'What went wrong', content: { [problemType]: { schema: Problem } } }
  app.addHook('onRoute', (route) => {
    const schema = route.schema as (FastifySchema & { hide?: boolean }) | undefined
    if (schema === undefined || schema.hide) return
    route.schema = { ...schema, response: { default: answer, ...(schema.response as object) } }
  })
}

/** GET /documentation and GET /openapi.json, generated from the routes' own schemas. */
export async function installOpenApi(
  app: FastifyInstance,
  options: { version: string; publicUrl: string },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Kalends',
        version: options.version,
        description:
          'Keeps appointments in agreement between the places that make them and the calendars that hold them.',
      },
      servers: [{ url: options.publicUrl }],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key: kal_…' },
          session: { type: 'apiKey', in: 'cookie', name: 'kalends_session', description: 'A logged-in person' },
        },
      },
    },
    transform: ({ schema, url, route }) => ({ schema: described(schema, url, route), url }),
  })
  await app.register(async (scope) => {
    allRoutesAre(scope, 'public')
    // The pages bring no inline script or style, so they live under the same policy as everything else.
    await scope.register(swaggerUi, { routePrefix: '/documentation', validatorUrl: false })
  })
  app.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } as FastifySchema }, async () =>
    app.swagger(),
  )
}

function described(schema: FastifySchema | undefined, url: string, route: RouteOptions): FastifySchema {
  const given: FastifySchema & { tags?: readonly string[] } = schema ?? {}
  const tag = /^\/api\/v1\/([^/]+)/.exec(url)?.[1] ?? url.split('/')[1] ?? 'other'
  const access = route.config?.access
  const role = access === undefined ? {} : { 'x-access': access }
  return { tags: given.tags ?? [tag], security: securityOf(access), ...role, ...given } as FastifySchema
}

function securityOf(access: Access | undefined): readonly Record<string, string[]>[] {
  if (access === undefined || access === 'public' || access === 'signed') return []
  if (access === 'people') return [{ session: [] }]
  return access === 'operator' || access === 'metrics' ? [{ key: [] }] : [{ key: [] }, { session: [] }]
}
