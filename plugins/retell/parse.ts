import { hash } from 'node:crypto'
import { type Inbound, type PhoneRequest, readJson } from '#core'
import { callerIn, callOf, type Fields, idIn, isObject, momentIn, numberIn, text } from './call.ts'

/**
 * What a signed request of Retell says. Takes any bytes. Which door it came through decides how it is read: behind the
 * door for functions an LLM writes parts of the body, and nothing there may pass for an event.
 */
export function parse({ door, body }: PhoneRequest): Inbound {
  const content = readJson(body)
  if (!isObject(content)) return ignored('CALL_UNREADABLE', 'The body is no JSON object.')
  return door === 'functions' ? toolCallOf(content, body) : eventOf(content)
}

type Ignored = Extract<Inbound, { is: 'ignored' }>

function ignored(code: Ignored['code'], why: string): Ignored {
  return { is: 'ignored', code, why }
}

function toolCallOf({ name, args, call: given }: Fields, body: Buffer): Inbound {
  // With "args only" the body is what the LLM wrote, and says neither which function is meant nor who calls.
  if (!isObject(given) || typeof name !== 'string') {
    const why = 'The request has no call: switch off "Payload: args only" (args_at_root) of this function in Retell.'
    return ignored('CALL_MISSING', why)
  }
  const call = callOf(given)
  if (call === null) return ignored('CALL_UNREADABLE', 'The call has no call_id.')
  // Retell adds the words that bridge the wait to the arguments, where nobody declared them.
  const { execution_message: _, ...rest } = argumentsIn(args)
  return { is: 'tool_calls', calls: [{ toolCallId: toolCallIdOf(given, body), name, args: rest, call }] }
}

/**
 * Retell numbers neither its requests nor its retries. But each carries what was said in the call so far, so that two
 * with the same bytes are one that was sent again; without the words of the call the bytes tell nothing.
 */
function toolCallIdOf({ transcript }: Fields, body: Buffer): string | null {
  return text(transcript) === null ? null : hash('sha256', body, 'base64url')
}

/** An object as it should be, or one that was written as text. */
function argumentsIn(args: unknown): Fields {
  const read = typeof args === 'string' ? readJson(Buffer.from(args)) : args
  return isObject(read) ? read : {}
}

function eventOf(content: Fields): Inbound {
  const { event: name, call, chat } = content
  if (typeof name !== 'string' || !/^[a-z][a-z0-9_]{0,63}$/.test(name)) {
    return ignored('NOTHING_TO_DO', 'The body names no event: the URL of functions ends in /functions.')
  }
  if (name === 'call_inbound') return lookupOf(content.call_inbound)
  const given = isObject(call) ? call : chat
  const context = callOf(given)
  if (context === null || !isObject(given)) return ignored('NOTHING_TO_DO', 'The event names no call.')
  const meaning = meanings[name.replace(/^(call|chat)_/, '')]
  const analysis = given.call_analysis ?? given.chat_analysis
  return {
    is: 'call_event',
    event: {
      name,
      means: meaning ?? 'other',
      // Transfers and transcripts come many times in a call, and so may what Retell has yet to invent.
      once: meaning !== undefined,
      call: context,
      startedAt: momentIn(given.start_timestamp),
      endedAt: momentIn(given.end_timestamp),
      endReason: idIn(given.disconnection_reason),
      summary: isObject(analysis) ? (text(analysis.call_summary) ?? text(analysis.chat_summary)) : null,
      findings: isObject(analysis) ? findingsIn(analysis.custom_analysis_data) : {},
      transcript: text(given.transcript),
    },
  }
}

/** Flat values only; Retell sends an empty list for none. */
function findingsIn(data: unknown): Record<string, string | number | boolean> {
  if (!isObject(data)) return {}
  const flat = Object.entries(data).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return Object.fromEntries(flat) as Record<string, string | number | boolean>
}

const meanings: Record<string, 'started' | 'ended' | 'analyzed' | undefined> = Object.assign(Object.create(null), {
  started: 'started',
  ended: 'ended',
  analyzed: 'analyzed',
})

function lookupOf(given: unknown): Inbound {
  if (!isObject(given)) return ignored('NOTHING_TO_DO', 'The look-up names no call.')
  const { call_id, agent_id, from_number, to_number } = given
  return {
    is: 'inbound_lookup',
    lookup: {
      callId: idIn(call_id),
      agentId: idIn(agent_id),
      callerNumber: callerIn(from_number),
      businessNumber: numberIn(to_number),
    },
  }
}
