import { type CallContext, type Instant, instantOf } from '#core'

/** A JSON object, of which nothing is known but that. */
export type Fields = Record<string, unknown>

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text that is not empty, else null. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/**
 * Retell's call object (or that of a chat) as the house knows it; null where it has no usable id. Fields without a value
 * are left out by Retell, and unknown ones come with every release: what is missing or of another type is not known.
 */
export function callOf(call: unknown): CallContext | null {
  if (!isObject(call)) return null
  const callId = idIn(call.call_id) ?? idIn(call.chat_id)
  if (callId === null) return null
  const direction = call.direction === 'inbound' || call.direction === 'outbound' ? call.direction : null
  // Calls of the web have neither direction nor numbers. Where we called, the customer is the one who was called.
  const [caller, business] =
    direction === 'outbound' ? [call.to_number, call.from_number] : [call.from_number, call.to_number]
  return {
    callId,
    agentId: idIn(call.agent_id),
    channel: idIn(call.call_id) === null ? 'chat' : call.call_type === 'web_call' ? 'web' : 'phone',
    direction,
    callerNumber: callerIn(caller),
    businessNumber: numberIn(business),
    metadata: isObject(call.metadata) ? call.metadata : {},
    variables: textsIn(call.retell_llm_dynamic_variables),
  }
}

/** An id of Retell's; what does not look like one (`{{call_id}}`, a text without end) is none. */
export function idIn(value: unknown): string | null {
  return typeof value === 'string' && /^[\w-]{1,100}$/.test(value) ? value : null
}

/** A number in E.164; an extension, a SIP address, a word such as "anonymous" is none. */
export function numberIn(value: unknown): string | null {
  return typeof value === 'string' && /^\+[1-9]\d{6,14}$/.test(value) ? value : null
}

/**
 * Numbers that networks show for withheld ones: ANONYMOUS, RESTRICTED, UNAVAILABLE, BLOCKED and UNKNOWN, spelled on the
 * letters of a telephone's keys. Taken for numbers, all such callers would be one customer.
 */
const withheld: ReadonlySet<string> = new Set(['+266696687', '+7378742833', '+86282452253', '+2562533', '+8656696'])

/** The number of a customer, null where it is withheld. */
export function callerIn(value: unknown): string | null {
  const number = numberIn(value)
  return number === null || withheld.has(number) ? null : number
}

/**
 * Retell writes times in milliseconds since 1970: 13 digits from 2001 to 2286. Ten digits are seconds of the same years;
 * taken for milliseconds they would be in January 1970, and every call would have ended long ago. All else is no time.
 */
export function momentIn(value: unknown): Instant | null {
  if (typeof value !== 'number') return null
  const inMs = [value, value * 1_000].find((ms) => ms >= 1e12 && ms < 1e13)
  return inMs === undefined ? null : instantOf(Math.trunc(inMs))
}

/** Dynamic variables are texts; numbers and booleans that slipped in are written as such. */
function textsIn(variables: unknown): Record<string, string> {
  if (!isObject(variables)) return {}
  const texts = Object.entries(variables).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]))
}
