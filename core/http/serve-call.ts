import type {
  Answered,
  CallEvent,
  Inbound,
  InboundLookup,
  PhoneReply,
  PhoneRequest,
  PhoneVendor,
  Reached,
  ReceivedCall,
  ToolCall,
  ToolResult,
} from '../contract/phone.ts'
import type { Log } from '../contract/provider.ts'
import { type PhoneFault, spokenFault } from '../domain/phone-fault.ts'
import { instantOf } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import { within } from '../flow/deadline.ts'
import { faultFields } from '../flow/fault-fields.ts'

/** A connection behind a phone URL, with its credentials in clear; null where they cannot be read. */
export type CalledConnection = {
  reached: Reached
  paused: 'outbound' | 'all' | null
  credentials: Record<string, string> | null
}

/** By what a request says whose it is. */
type SignedLines = { agentId: string | null; businessNumber: string | null }

/** What is done with a call; what each rejects with is a fault of ours. */
export type CallPorts = {
  log: Log
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Whether what was signed names the connection's own agent or number, and nobody else's. `fits` says whether the
   * request is signed with these credentials too: without that nobody else is heeded.
   */
  isOwn(reached: Reached, call: SignedLines, fits: (credentials: Record<string, string>) => boolean): Promise<boolean>
  /** `deadline` is in milliseconds since 1970. */
  answer(connection: CalledConnection, call: ReceivedCall, deadline: number): Promise<ToolResult>
  greet(connection: CalledConnection, lookup: InboundLookup): Promise<Record<string, string>>
  /** Keeps an event, in one transaction, before it is acknowledged. */
  keep(reached: Reached, event: CallEvent, body: Buffer): Promise<'kept' | 'duplicate'>
}

/**
 * Serves a request whose sender has proved itself; null is an answer without a body. What is done follows from what the
 * vendor's plugin understood, not from the door: there are vendors that know only one URL. What must be answered in time
 * counts from `arrived`, in milliseconds since 1970: whoever calls has waited since then.
 *
 * @throws KalendsError KAL_PHONE_LINE_FOREIGN where what was signed is no call of this connection
 */
export async function serveCall(
  ports: CallPorts,
  vendor: PhoneVendor,
  connection: CalledConnection,
  request: PhoneRequest,
  arrived: number,
): Promise<PhoneReply | null> {
  const inbound = vendor.parse(request)
  const fits = (credentials: Record<string, string>) => vendor.authenticate(request, credentials, arrived) === true
  const own = (call: SignedLines) => holdOwn(ports, connection.reached, call, fits)
  switch (inbound.is) {
    case 'tool_calls':
      return answered(ports, vendor, connection, inbound.calls, { request, arrived, own })
    case 'call_event':
      await own(inbound.event.call)
      await ports.keep(connection.reached, inbound.event, request.body)
      return null
    case 'inbound_lookup':
      await own(inbound.lookup)
      return vendor.renderGreeting(await ports.greet(connection, inbound.lookup), request)
    case 'ignored':
      return ignored(ports, vendor, connection.reached, request, inbound)
  }
}

/** Every call of the request, side by side: that is how the agent asked for them. */
async function answered(
  ports: CallPorts,
  vendor: PhoneVendor,
  connection: CalledConnection,
  calls: readonly ToolCall[],
  { request, arrived, own }: { request: PhoneRequest; arrived: number; own: (call: SignedLines) => Promise<void> },
): Promise<PhoneReply> {
  const { maxCallsPerRequest, deadlineMs } = vendor.limits
  const { tenantId, connectionId, language } = connection.reached
  const deadline = arrived + deadlineMs
  const fault = (code: PhoneFault) => spokenFault(code, language)
  const failed = () => calls.map((call): Answered => ({ call, result: fault('INTERNAL') }))
  try {
    if (!(await inTime(ports, allOwn(calls, own), deadline))) {
      ports.log.error({ event: 'failed', tenantId, connectionId }, 'a call came too late to its function')
      return vendor.render(failed(), request)
    }
    const came = instantOf(arrived)
    const results = calls.map(async (call, index): Promise<Answered> => {
      if (index >= maxCallsPerRequest) return { call, result: fault('TOO_MANY_CALLS') }
      const received = { ...call, arrived: came }
      return { call, result: await ports.answer(connection, received, deadline) }
    })
    return vendor.render(await Promise.all(results), request)
  } catch (error) {
    if (error instanceof KalendsError && error.status < 500) throw error
    // Any other status would be read out to the caller as the vendor words it.
    ports.log.error({ event: 'failed', tenantId, connectionId, ...faultFields(error) }, 'a call could not be served')
    return vendor.render(failed(), request)
  }
}

async function allOwn(calls: readonly ToolCall[], own: (call: SignedLines) => Promise<void>): Promise<void> {
  for (const { call } of calls) await own(call)
}

/** False where the door itself took all the time. Nothing was begun by then, so nothing is: nobody waits for it any more. */
async function inTime({ now }: CallPorts, known: Promise<void>, deadline: number): Promise<boolean> {
  const isKnown = known.then(() => true)
  return (await within(isKnown, deadline - now(), () => false)) && now() < deadline
}

/** One vendor's key may serve several tenants, and a signature does not cover the URL: a call is bound by what is signed. */
async function holdOwn(
  { isOwn, log }: CallPorts,
  reached: Reached,
  call: SignedLines,
  fits: Parameters<CallPorts['isOwn']>[2],
): Promise<void> {
  if (await isOwn(reached, call, fits)) return
  const { tenantId, connectionId, vendor } = reached
  log.warn({ event: 'refused', tenantId, connectionId, vendor }, 'a call of a line that is not of this connection')
  throw new KalendsError('KAL_PHONE_LINE_FOREIGN')
}

/** A function that cannot be done is answered all the same, with what to change for whoever reads the agent's log. */
function ignored(
  { log }: CallPorts,
  vendor: PhoneVendor,
  { tenantId, connectionId, language }: Reached,
  request: PhoneRequest,
  { code, why }: Extract<Inbound, { is: 'ignored' }>,
): PhoneReply | null {
  const { door } = request
  log.warn({ event: 'skipped', tenantId, connectionId, vendor: vendor.name, door, code }, 'a call was not understood')
  if (door === 'inbound') return vendor.renderGreeting({}, request)
  if (door === 'events') return null
  return vendor.render([{ call: null, result: { ...spokenFault(code, language), problem: why } }], request)
}
