import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { PhoneDoor, PhoneReply, PhoneRequest, PhoneVendor } from '../contract/phone.ts'
import { KalendsError } from '../errors.ts'
import { within } from '../flow/deadline.ts'
import { faultFields } from '../flow/fault-fields.ts'
import { keepRawBodies } from './raw-body.ts'
import { type CalledConnection, type CallPorts, serveCall } from './serve-call.ts'
import { createSignedBy, type SignedBy } from './signed-by.ts'

export type PhonePorts = CallPorts & {
  /** Where the world reaches the gateway, without a final slash. */
  publicUrl: string
  /** The connection of this vendor with this id, or null. */
  find(vendor: string, connectionId: string): Promise<CalledConnection | null>
}

/** What every door takes at most, in bytes: functions and events bring the whole transcript along, a look-up nothing. */
const bodyLimits: Record<PhoneDoor, number> = {
  functions: 2 * 1024 * 1024,
  events: 2 * 1024 * 1024,
  inbound: 64 * 1024,
}

const summaries: Record<PhoneDoor, string> = {
  functions: 'Does what an agent asks for during a call. Every outcome of business is a 200.',
  events: 'Takes what the vendor tells of calls: that they began, ended, were analysed.',
  inbound: 'Tells what an agent may know before it picks up. Without an answer the call goes on as usual.',
}

/** By then a look-up is answered, whatever ails us: the caller hears it ring. Milliseconds after its arrival. */
const lookUpWithinMs = 800

/**
 * `POST /<vendor>/:connectionId/functions|events|inbound` for every phone vendor. Nothing of a request that is not signed
 * is read; a wrong signature and an unknown connection are answered alike, and leave nothing behind. All calls of a vendor
 * come from one address: however many wrong signatures come from there, a right one is served.
 */
export function installPhoneCalls(app: FastifyInstance, vendors: readonly PhoneVendor[], ports: PhonePorts): void {
  app.register(async (scope) => {
    keepRawBodies(scope)
    const signedBy = createSignedBy<CalledConnection>()
    for (const vendor of vendors) for (const door of doors) open(scope, vendor, door, ports, signedBy)
  })
}

const doors = Object.keys(bodyLimits) as PhoneDoor[]

function open(
  scope: FastifyInstance,
  vendor: PhoneVendor,
  door: PhoneDoor,
  ports: PhonePorts,
  signedBy: SignedBy<CalledConnection>,
): void {
  const schema = {
    operationId: `${vendor.name}${door.charAt(0).toUpperCase()}${door.slice(1)}`,
    summary: summaries[door],
    tags: ['phone'],
    params: Type.Object({ connectionId: Type.String() }),
    response: { 200: Type.Unknown({ description: 'as the vendor wants it' }), 204: Type.Null() },
  }
  const config = { access: 'signed' } as const
  scope.post(
    `/${vendor.name}/:connectionId/${door}`,
    { config, schema, bodyLimit: bodyLimits[door] },
    (call, reply) => {
      const request = asSent(ports, door, call)
      // However it is spelled: an id of ours has one spelling, and what is remembered of it one place.
      const connectionId = (call.params as { connectionId: string }).connectionId.toLowerCase()
      // Not from here on: until it is read a request may have waited for a good part of its time.
      const arrived = ports.now() - Math.round(reply.elapsedTime)
      const work = (async () => {
        const proof = signedBy(call, {
          key: `${vendor.name} ${connectionId}`,
          find: () => ports.find(vendor.name, connectionId),
          // Compared with true: whatever else a vendor should answer, a promise for one, is no yes.
          isSigned: (found) =>
            vendor.authenticate(request, found?.credentials ?? null, arrived) === true && found?.credentials != null,
        })
        // Until the sender is proved nothing can be said in the vendor's way; but neither is anybody kept waiting.
        const connection = await within(proof, arrived + vendor.limits.deadlineMs - ports.now(), () => null)
        if (connection === null) throw new KalendsError('KAL_UNAVAILABLE')
        return serveCall(ports, vendor, connection, request, arrived)
      })()
      const served = door === 'inbound' ? failingOpen(ports, vendor, request, arrived, work) : work
      return served.then((it) => send(reply, it))
    },
  )
}

function asSent({ publicUrl }: PhonePorts, door: PhoneDoor, { method, url, headers, rawBody }: FastifyRequest) {
  return { method, url: `${publicUrl}${url}`, door, headers, body: rawBody } satisfies PhoneRequest
}

/** A look-up that takes too long or breaks is answered with nothing, which tells nobody anything: the call goes on. */
function failingOpen(
  { log, now }: PhonePorts,
  vendor: PhoneVendor,
  request: PhoneRequest,
  arrived: number,
  work: Promise<PhoneReply | null>,
): Promise<PhoneReply | null> {
  const nothing = () => vendor.renderGreeting({}, request)
  const answered = work.catch((error: unknown) => {
    // Whoever may not ask is told so; everything else is our fault.
    if (error instanceof KalendsError && error.status < 500) throw error
    log.error({ event: 'failed', vendor: vendor.name, ...faultFields(error) }, 'a call could not be looked up')
    return nothing()
  })
  return within(answered, arrived + lookUpWithinMs - now(), nothing)
}

/** Null is the answer that has nothing to say. */
function send(reply: FastifyReply, answer: PhoneReply | null): FastifyReply {
  if (answer === null) return reply.code(204).send()
  return reply.code(answer.status).headers(answer.headers).send(answer.body)
}
