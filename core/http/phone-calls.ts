import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { PhoneDoor, PhoneReply, PhoneRequest, PhoneVendor } from '../contract/phone.ts'
import { KalendsError } from '../errors.ts'
import { within } from '../flow/deadline.ts'
import { faultFields } from '../flow/fault-fields.ts'
import { keepRawBodies } from './raw-body.ts'
import { type CalledConnection, type CallPorts, serveCall } from './serve-call.ts'

export type PhonePorts = CallPorts & {
  /** Where the world reaches the gateway, without a final slash. */
  publicUrl: string
  /** Milliseconds since 1970. */
  now(): number
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

/** By then a look-up is answered, whatever ails us: the caller hears it ring. Milliseconds. */
const lookUpWithinMs = 800

/**
 * `POST /<vendor>/:connectionId/functions|events|inbound` for every phone vendor. Nothing of a request that is not signed
 * is read; a wrong signature and an unknown connection are answered alike, and leave nothing behind.
 */
export function installPhoneCalls(app: FastifyInstance, vendors: readonly PhoneVendor[], ports: PhonePorts): void {
  app.register(async (scope) => {
    keepRawBodies(scope)
    for (const vendor of vendors) for (const door of doors) open(scope, vendor, door, ports)
  })
}

const doors = Object.keys(bodyLimits) as PhoneDoor[]

function open(scope: FastifyInstance, vendor: PhoneVendor, door: PhoneDoor, ports: PhonePorts): void {
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
      const { connectionId } = call.params as { connectionId: string }
      const work = signedBy(ports, vendor, connectionId, request).then((it) => serveCall(ports, vendor, it, request))
      return (door === 'inbound' ? failingOpen(ports, vendor, request, work) : work).then((it) => send(reply, it))
    },
  )
}

function asSent({ publicUrl }: PhonePorts, door: PhoneDoor, { method, url, headers, rawBody }: FastifyRequest) {
  return { method, url: `${publicUrl}${url}`, door, headers, body: rawBody } satisfies PhoneRequest
}

/** @throws KalendsError KAL_WEBHOOK_REFUSED alike for an unknown connection and for a signature that does not fit */
async function signedBy(
  ports: PhonePorts,
  vendor: PhoneVendor,
  connectionId: string,
  request: PhoneRequest,
): Promise<CalledConnection> {
  const connection = await ports.find(vendor.name, connectionId)
  // Compared with true: whatever else a vendor should answer, a promise for one, is no yes.
  const isSigned = vendor.authenticate(request, connection?.credentials ?? null, ports.now()) === true
  if (connection?.credentials == null || !isSigned) throw new KalendsError('KAL_WEBHOOK_REFUSED')
  return connection
}

/** A look-up that takes too long or breaks is answered with nothing, which tells nobody anything: the call goes on. */
function failingOpen(
  { log }: PhonePorts,
  vendor: PhoneVendor,
  request: PhoneRequest,
  work: Promise<PhoneReply | null>,
): Promise<PhoneReply | null> {
  const nothing = () => vendor.renderGreeting({}, request)
  const answered = work.catch((error: unknown) => {
    // Whoever may not ask is told so; everything else is our fault.
    if (error instanceof KalendsError && error.status < 500) throw error
    log.error({ event: 'failed', vendor: vendor.name, ...faultFields(error) }, 'a call could not be looked up')
    return nothing()
  })
  return within(answered, lookUpWithinMs, nothing)
}

/** Null is the answer that has nothing to say. */
function send(reply: FastifyReply, answer: PhoneReply | null): FastifyReply {
  if (answer === null) return reply.code(204).send()
  return reply.code(answer.status).headers(answer.headers).send(answer.body)
}
