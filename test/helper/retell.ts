import { symmetric } from 'retell-sdk/lib/webhook_auth'
import type { PhoneDoor, Receptionist } from '../../core/contract/phone.ts'
import { definePlugin } from '../../core/contract/plugin.ts'
import admin from '../../plugins/admin/index.ts'
import calcom from '../../plugins/calcom/index.ts'
import retell from '../../plugins/retell/index.ts'
import { testGateway } from './gateway.ts'

export const retellKey = 'key_test_0123456789abcdef'
export const agentId = 'agent_0123456789abcdef'
export const businessNumber = '+493012345678'
export const callerNumber = '+4915112345678'

type Fields = Record<string, unknown>

/** Where a connection of Retell is reached, and what its workspace signs with. */
export type RetellLine = { address: string; connectionId: string; apiKey?: string }

/** One delivery as it goes over the wire: sent twice, it is the same bytes twice. */
export type Delivery = { line: RetellLine; door: PhoneDoor; raw: string | Buffer; signature: string | null }

// biome-ignore lint/suspicious/noExplicitAny: a body is what the test says that it is.
export type RetellReply = { status: number; headers: Headers; text: string; body: any }

let calls = 0

/** Retell's call object of a customer who calls, with an id of its own; `more` goes over it, undefined takes away. */
export function callObject(more: Fields = {}): Fields {
  calls += 1
  const given = {
    call_id: `call_${process.pid}_${calls}`,
    agent_id: agentId,
    agent_version: 12,
    call_type: 'phone_call',
    call_status: 'ongoing',
    direction: 'inbound',
    from_number: callerNumber,
    to_number: businessNumber,
    start_timestamp: Date.now() - 10_000,
    transcript: 'Agent: Hello\nUser: I need a haircut.',
    ...more,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Signs as Retell does, with Retell's own code; `at` is the time of the signature, in milliseconds since 1970. */
export async function signed(
  line: RetellLine,
  door: PhoneDoor,
  body: unknown,
  { at = Date.now() }: { at?: number } = {},
): Promise<Delivery> {
  const raw = typeof body === 'string' ? body : JSON.stringify(body)
  return { line, door, raw, signature: await symmetric.sign(raw, line.apiKey ?? retellKey, at) }
}

/** The same bytes with a new signature: how a retry of Retell's looks. */
export const resigned = ({ line, door, raw }: Delivery) => signed(line, door, raw.toString(), { at: Date.now() + 1 })

/** Sends a delivery. `abortAfterMs`: the client gives up then, and this rejects. */
export async function deliver(
  { line, door, raw, signature }: Delivery,
  { abortAfterMs }: { abortAfterMs?: number } = {},
): Promise<RetellReply> {
  const reply = await fetch(`${line.address}/retell/${line.connectionId}/${door}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(signature === null ? {} : { 'x-retell-signature': signature }) },
    body: typeof raw === 'string' ? raw : new Uint8Array(raw),
    ...(abortAfterMs === undefined ? {} : { signal: AbortSignal.timeout(abortAfterMs) }),
  })
  const text = await reply.text()
  const isJson = /json/.test(reply.headers.get('content-type') ?? '')
  return { status: reply.status, headers: reply.headers, text, body: isJson ? JSON.parse(text) : undefined }
}

/** A function that the agent calls; `call` is Retell's call object. */
export async function retellCall(
  line: RetellLine,
  name: string,
  args: Fields = {},
  call: Fields = callObject(),
): Promise<RetellReply> {
  return deliver(await signed(line, 'functions', { name, args, call }))
}

/** A call webhook. */
export async function retellEvent(line: RetellLine, event: string, call: Fields, more: Fields = {}) {
  return deliver(await signed(line, 'events', { event, call, ...more }))
}

/** The inbound webhook; `more` goes over the look-up. */
export async function retellInbound(line: RetellLine, more: Fields = {}): Promise<RetellReply> {
  const lookup = { agent_id: agentId, from_number: callerNumber, to_number: businessNumber, ...more }
  return deliver(
    await signed(line, 'inbound', { event: 'call_inbound', event_timestamp: Date.now(), call_inbound: lookup }),
  )
}

/** A plugin that takes the calls in its own way. */
export const receptionistOf = (receptionist: Receptionist) =>
  definePlugin({
    name: 'phone',
    version: '1.0.0',
    api: 1,
    setup: (gateway) => gateway.receptionist(receptionist),
  })()

/**
 * A gateway with a salon whose calls come by Retell, listening. Without a receptionist nobody takes them; `given.input`
 * with plugins of its own says all that there are.
 */
export async function retellGateway(
  t: Parameters<typeof testGateway>[0],
  receptionist: Receptionist | null,
  given: Parameters<typeof testGateway>[1] = {},
) {
  const plugins = [calcom(), admin(), retell(), ...(receptionist ? [receptionistOf(receptionist)] : [])]
  const salon = await testGateway(t, { ...given, input: { plugins, ...given.input } })
  const address = await salon.gateway.listen()
  const phone = await salon.gateway.connections.create(salon.author, {
    name: 'phone',
    plugin: 'retell',
    credentials: { apiKey: retellKey },
    options: { agentIds: [agentId], phoneNumbers: [businessNumber] },
  })
  return { ...salon, address, phone, line: { address, connectionId: phone.id } satisfies RetellLine }
}
