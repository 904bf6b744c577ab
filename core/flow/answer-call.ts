import type {
  InboundLookup,
  PhoneLine,
  Reached,
  ReceivedCall,
  Receptionist,
  ToolCall,
  ToolResult,
} from '../contract/phone.ts'
import type { Log } from '../contract/provider.ts'
import { type PhoneFault, spokenFault } from '../domain/phone-fault.ts'
import { epoch, instantOf } from '../domain/time.ts'
import { endOfCall } from '../store/calls.ts'
import type { Sql } from '../store/database.ts'
import { claimsOf, type LineClaim } from '../store/phone-lines.ts'
import { within } from './deadline.ts'
import { faultFields } from './fault-fields.ts'

export type AnswerDeps = {
  db: Sql
  receptionist(): Receptionist | undefined
  /** Milliseconds since 1970. */
  now(): number
  log: Log
}

/** A phone connection as calls need it. */
export type PhoneConnection = { reached: Reached; paused: 'outbound' | 'all' | null }

/** A retry of a function may still come when the caller has hung up; after this nothing is done for a call any more. */
export const graceAfterEndMs = 10 * 60_000
/** What the door waits longer than it tells the receptionist, so that its own word is heard where it has one. */
const slackMs = 500

/**
 * Whether a call is one of this connection's, by what the vendor signed: the path alone proves nothing, since one
 * vendor's key may serve several tenants. One line must be the connection's, and none another tenant's, who named it
 * before this one did and `proves` it: has the key that signed the call. A claim alone is heeded by nobody, or whoever
 * enters a number of somebody else's would stop their calls.
 */
export async function isOwnCall(
  db: Sql,
  { tenantId, connectionId, vendor }: Reached,
  call: { agentId: string | null; businessNumber: string | null },
  proves: (claim: LineClaim) => Promise<boolean>,
): Promise<boolean> {
  const lines: PhoneLine[] = []
  if (call.agentId !== null) lines.push({ kind: 'agent', value: call.agentId })
  if (call.businessNumber !== null) lines.push({ kind: 'number', value: call.businessNumber })
  const claims = lines.length === 0 ? [] : await claimsOf(db, vendor, lines)
  if (!claims.some((claim) => claim.connectionId === connectionId)) return false
  // One a line and tenant at most, so their number is no stranger's to choose.
  for (const claim of claimedBefore(claims, tenantId)) if (await proves(claim)) return false
  return true
}

/** Of each line the claims that are older than this tenant's, or all where it has none. */
function claimedBefore(claims: readonly LineClaim[], tenantId: string): LineClaim[] {
  return [...Map.groupBy(claims, ({ kind, value }) => `${kind} ${value}`).values()].flatMap((ofLine) => {
    const own = ofLine.findIndex((claim) => claim.tenantId === tenantId)
    return own < 0 ? ofLine : ofLine.slice(0, own)
  })
}

/**
 * Has a function done by the receptionist, and answers in any case with something that can be said. What is not done by
 * `deadline` (milliseconds since 1970) goes on; `under` hears of it, so that a stop can wait for it.
 */
export async function answerCall(
  deps: AnswerDeps,
  { reached, paused }: PhoneConnection,
  call: ReceivedCall,
  deadline: number,
  under: (work: Promise<unknown>) => void,
): Promise<ToolResult> {
  const fault = (code: PhoneFault) => spokenFault(code, reached.language)
  const receptionist = deps.receptionist()
  if (!receptionist) return fault('NO_RECEPTIONIST')
  if (paused === 'all') return fault('CONNECTION_PAUSED')
  const work = (async () => {
    if (await isClosed(deps, reached, call)) return fault('CALL_CLOSED')
    return resultOf(await receptionist.answer(reached, call, instantOf(deadline)))
  })().catch((error: unknown) => {
    const { tenantId, connectionId } = reached
    // The name of the function was written by an LLM: only what looks like one is repeated.
    const named = /^[\w-]{1,64}$/.test(call.name) ? call.name : 'unnamed'
    deps.log.error(
      { event: 'failed', tenantId, connectionId, function: named, ...faultFields(error) },
      'a function of a call broke off',
    )
    return fault('INTERNAL')
  })
  under(work)
  return within(work, deadline + slackMs - deps.now(), () => fault('STILL_WORKING'))
}

/** What the agent may know before it picks up; nothing where that fails, since the call is to be answered. */
export async function greetCall(
  deps: AnswerDeps,
  { reached, paused }: PhoneConnection,
  lookup: InboundLookup,
): Promise<Record<string, string>> {
  const receptionist = deps.receptionist()
  if (!receptionist || paused === 'all') return {}
  const greeting = (async () => textsOf(await receptionist.greet(reached, lookup)))().catch((error: unknown) => {
    const { tenantId, connectionId } = reached
    deps.log.error({ event: 'failed', tenantId, connectionId, ...faultFields(error) }, 'a call was not greeted')
    return {}
  })
  return greeting
}

/** What a plugin answered, held to what an agent can be told. */
function resultOf(result: ToolResult): ToolResult {
  const { success, code, message } = (result ?? {}) as Partial<ToolResult>
  if (typeof success === 'boolean' && typeof code === 'string' && typeof message === 'string') return result
  throw new TypeError('the receptionist answered nothing that can be said')
}

async function isClosed({ db, now }: AnswerDeps, reached: Reached, { call }: ToolCall): Promise<boolean> {
  const endedAt = await endOfCall(db, reached, call.callId)
  return endedAt !== null && now() > epoch(endedAt) + graceAfterEndMs
}

/** Vendors take texts only, and drop the whole answer for anything else. */
function textsOf(variables: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(variables).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(texts) as Record<string, string>
}
