import type { Instant } from '../domain/time.ts'
import type { RawRequest } from './provider.ts'

/** The three doors of every vendor: `POST /<vendor>/:connectionId/<door>`. */
export type PhoneDoor = 'functions' | 'events' | 'inbound'

/**
 * What a vendor sent, as it came. `url` is what the vendor called (`server.publicUrl` with path and query): some sign it.
 * `body` is the exact bytes, header names are lower case.
 */
export type PhoneRequest = RawRequest & { method: string; url: string; door: PhoneDoor }

/** By what a call is known to be one of a connection's: an agent of the vendor, or a number of the business in E.164. */
export type PhoneLine = { kind: 'agent' | 'number'; value: string }

/** A call as far as its vendor tells. What is not told is null; nothing here was said by the caller or written by an LLM. */
export type CallContext = {
  /** The vendor's id of the call: 1 to 200 printable characters. */
  callId: string
  agentId: string | null
  channel: 'phone' | 'web' | 'chat'
  direction: 'inbound' | 'outbound' | null
  /** The customer's number in E.164: who calls, or who was called. Null where it is withheld, or none. */
  callerNumber: string | null
  /** The number of the business in E.164. */
  businessNumber: string | null
  metadata: Record<string, unknown>
  /** The vendor's dynamic variables: texts only. */
  variables: Record<string, string>
}

/** One function that the agent wants done. `args` are what the LLM wrote: anything. */
export type ToolCall = {
  /**
   * Which use of a function in the call it is: equal where the vendor sends it again, as vendors do that heard no answer,
   * and never where the agent asks anew, be it in the same words. Null where the vendor gives nothing to tell it by.
   */
  toolCallId: string | null
  name: string
  args: Record<string, unknown>
  call: CallContext
}

/** A tool call as it reaches the receptionist. */
export type ReceivedCall = ToolCall & {
  /** When its request arrived: the caller waits since then. */
  arrived: Instant
}

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * The answer to a tool call: one small object without layers, since an LLM reads it. `message` can be said as it stands;
 * `instruction` tells the agent what to do next; `code` is stable.
 */
export type ToolResult = {
  readonly success: boolean
  readonly code: string
  readonly message: string
  readonly instruction?: string
  readonly [field: string]: Json | undefined
}

/**
 * What a vendor tells of a call. Events come late, twice, or in any order, and some never. `once`: it happens once a
 * call, so that a second one is a duplicate whatever it says; others are told apart by what they say.
 */
export type CallEvent = {
  /** The vendor's own word, 1 to 100 printable characters. */
  name: string
  means: 'started' | 'ended' | 'analyzed' | 'other'
  once: boolean
  call: CallContext
  startedAt: Instant | null
  endedAt: Instant | null
  /** The vendor's own word for why it ended. */
  endReason: string | null
  /** What the vendor's own model says of the call; never proof that something was booked. */
  summary: string | null
  /** What the vendor's model was set to find out of a call, under the names that the tenant chose. As little a proof. */
  findings: Readonly<Record<string, string | number | boolean>>
  transcript: string | null
}

/** A call that rings and is not answered yet. The id is there only where the vendor gives one already. */
export type InboundLookup = Pick<CallContext, 'agentId' | 'callerNumber' | 'businessNumber'> & { callId: string | null }

/**
 * A request, understood. `ignored`: nothing to do, with a code and a sentence for whoever builds the agent; at the door
 * for functions it is answered with them.
 */
export type Inbound =
  | { is: 'tool_calls'; calls: readonly ToolCall[] }
  | { is: 'call_event'; event: CallEvent }
  | { is: 'inbound_lookup'; lookup: InboundLookup }
  | { is: 'ignored'; code: 'CALL_MISSING' | 'CALL_UNREADABLE' | 'NOTHING_TO_DO'; why: string }

/** A result and what it answers; null where no tool call could be read from the request. */
export type Answered = { call: ToolCall | null; result: ToolResult }

/** An answer as the vendor wants it. */
export type PhoneReply = { status: number; headers: Record<string, string>; body: string }

export type PhoneLimits = {
  /** What of an answer reaches the LLM. Characters. */
  maxResponseChars: number
  /** By then a function is to be answered; what is not done then goes on without the caller. Milliseconds. */
  deadlineMs: number
  maxCallsPerRequest: number
}

/**
 * A vendor of phone agents. A plain object made by a plain factory; it does no I/O and keeps nothing. One name with its
 * plugin: the connections of that plugin are its own.
 */
export interface PhoneVendor {
  readonly name: string
  readonly limits: PhoneLimits
  /** The lines that a connection with these options has; they are checked against the connection's schema before. */
  lines(options: Record<string, unknown>): readonly PhoneLine[]
  /**
   * Whether the request is by the owner of these credentials, in constant time and never throwing. Null is a connection
   * that there is not: the same work, and false. Not async on purpose: a promise that nobody awaits is always true.
   */
  authenticate(request: PhoneRequest, credentials: Readonly<Record<string, string>> | null, nowMs: number): boolean
  /** What an authentic request says. Never throws, whatever came. */
  parse(request: PhoneRequest): Inbound
  /** The answers to a request's tool calls, in their order and within `limits.maxResponseChars`. */
  render(results: readonly Answered[], request: PhoneRequest): PhoneReply
  /** The answer to an inbound look-up; with no variables it leaves everything to the vendor's own settings. */
  renderGreeting(variables: Readonly<Record<string, string>>, request: PhoneRequest): PhoneReply
}

/** Where a call arrived: the tenant is the connection's, and is never read from what was sent. */
export type Reached = { tenantId: string; connectionId: string; vendor: string; language: string }

/**
 * Who takes the calls of every vendor. There is one in a gateway. What reaches it is authentic and belongs to the
 * connection's tenant; duplicates do reach it.
 */
export interface Receptionist {
  /**
   * Does a function and says how it went. Every outcome of business is a result; a rejection is a fault, of which the
   * caller hears a neutral sentence. Answers by `deadline`: past it the caller is told that it goes on. A client that hangs
   * up stops nothing.
   */
  answer(reached: Reached, call: ReceivedCall, deadline: Instant): Promise<ToolResult>
  /** Takes note of an event, at least once. A rejection brings it back later. */
  hear(reached: Reached, event: CallEvent): Promise<void>
  /**
   * What the agent may know before it picks up, within 800 ms; later is too late. Caller ids can be forged: nothing of a
   * customer by their number alone.
   */
  greet(reached: Reached, lookup: InboundLookup): Promise<Record<string, string>>
}
