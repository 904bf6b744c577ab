import { Type } from 'typebox'
import { type Gateway, InstantText, KalendsError, LoginRequest, nullable, type Principal } from '#core'
import { Nothing, route, typed } from '../route.ts'

const path = '/api/v1/session'

const PrincipalView = Type.Object({
  kind: Type.String({ description: 'user | key | operator' }),
  id: Type.String(),
  name: Type.String(),
  tenantId: nullable(Type.String()),
  role: Type.String(),
})

/** Logging in and out. The token travels in an HttpOnly cookie only: no script ever sees it. */
export function sessionRoutes(gateway: Gateway): void {
  const http = typed(gateway)

  http.post(
    path,
    route('public', 'login', 'Logs a person in and sets the session cookie.', {
      body: LoginRequest,
      response: { 200: Type.Object({ principal: PrincipalView, expiresAt: InstantText }) },
    }),
    async (request, reply) => {
      const session = await gateway.sessions.login(request.body.email, request.body.password)
      return reply.startSession(session).send({ principal: session.principal, expiresAt: session.expiresAt })
    },
  )

  http.get(
    path,
    route('viewer', 'whoAmI', 'Says who the key or session belongs to.', {
      response: { 200: Type.Object({ principal: PrincipalView }) },
    }),
    (request) => ({ principal: known(request.principal) }),
  )

  http.delete(
    path,
    route('people', 'logout', 'Ends the session.', { response: { 204: Nothing } }),
    async (request, reply) => {
      if (request.sessionToken !== null) await gateway.sessions.logout(request.sessionToken)
      return reply.endSession().code(204).send(null)
    },
  )
}

function known(principal: Principal | null): Principal {
  if (principal === null) throw new KalendsError('KAL_UNAUTHENTICATED')
  return principal
}
