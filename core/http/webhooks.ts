import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { CalendarProvider } from '../contract/provider.ts'
import { keepRawBodies } from './raw-body.ts'
import { createSignedBy } from './signed-by.ts'

/** A connection as its webhook needs it: whose it is, and the secrets that it may be signed with. */
export type WebhookConnection = { tenantId: string; id: string; secrets: readonly string[] }

export type WebhookPorts = {
  /** The connection of this plugin with this id, or null. */
  find(plugin: string, connectionId: string): Promise<WebhookConnection | null>
  /** Keeps what was sent, in one transaction, before it is acknowledged. */
  receive(
    connection: WebhookConnection,
    body: Buffer,
    headers: Record<string, string>,
  ): Promise<'accepted' | 'duplicate'>
}

const Answer = Type.Object({ status: Type.Union([Type.Literal('accepted'), Type.Literal('duplicate')]) })
const Params = Type.Object({ connectionId: Type.String() })

/** Verified against for connections that do not exist, so that they cost what a wrong signature costs. */
const nobody = ['no connection has this secret']

/**
 * `POST /<plugin>/:connectionId/webhook` for every provider that takes webhooks. The bytes are kept as they came, the
 * plugin only says whether they are signed; a wrong signature and an unknown connection are answered alike, and leave
 * nothing behind.
 */
export function installWebhooks(
  app: FastifyInstance,
  providers: readonly CalendarProvider[],
  ports: WebhookPorts,
): void {
  app.register(async (scope) => {
    keepRawBodies(scope)
    const signedBy = createSignedBy<WebhookConnection>()
    for (const { name, webhook } of providers) {
      if (!webhook) continue
      const schema = {
        operationId: `${name}Webhook`,
        summary: `Takes what ${name} tells of its bookings, signed with the secret of the connection.`,
        tags: ['webhooks'],
        params: Params,
        response: { 200: Answer },
      }
      scope.post(`/${name}/:connectionId/webhook`, { config: { access: 'signed' }, schema }, async (request) => {
        // However it is spelled: an id of ours has one spelling, and what is remembered of it one place.
        const connectionId = (request.params as { connectionId: string }).connectionId.toLowerCase()
        const { headers, rawBody: body } = request
        const connection = await signedBy(request, {
          key: `${name} ${connectionId}`,
          find: () => ports.find(name, connectionId),
          isSigned: (found) => webhook.verify({ headers, body }, found?.secrets ?? nobody),
        })
        return { status: await ports.receive(connection, body, keptHeaders(headers)) }
      })
    }
  })
}

/** Of the headers only what tells how to read the body: cookies and addresses are nobody's business. */
function keptHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name === 'content-type' || /^x-[a-z-]*version$/.test(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}
