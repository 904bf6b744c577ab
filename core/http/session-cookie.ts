import type { FastifyInstance } from 'fastify'

/** The cookie of a person's session. `__Host-` binds it to exactly this host, which browsers allow over https only. */
export type SessionCookie = {
  name: string
  read(header: string | undefined): string | null
  set(token: string, expiresAt: string): string
  clear(): string
}

/**
 * Reads and writes the cookie with the codec of @fastify/cookie, which must be registered on `app` by the time of the
 * first request. Its hook is not used: it would parse the cookies of every request, and only sessions have any.
 * @param publicUrl where people reach the gateway; its scheme decides on `Secure` and the prefix
 */
export function sessionCookie(app: FastifyInstance, publicUrl: string): SessionCookie {
  const secure = publicUrl.startsWith('https:')
  const name = secure ? '__Host-kalends_session' : 'kalends_session'
  const attributes = { httpOnly: true, sameSite: 'strict', path: '/', secure } as const
  return {
    name,
    read: (header) => (header?.includes(name) ? app.parseCookie(header)[name] || null : null),
    set: (token, expiresAt) => app.serializeCookie(name, token, { ...attributes, expires: new Date(expiresAt) }),
    clear: () => app.serializeCookie(name, '', { ...attributes, expires: new Date(0) }),
  }
}
