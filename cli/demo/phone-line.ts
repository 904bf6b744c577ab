import { createHmac, randomInt, randomUUID } from 'node:crypto'

/** What a function answers, as far as the demo looks at it. */
export type Told = {
  success: boolean
  code: string
  message: string
  options?: { start: string; say: string }[]
  appointment_ref?: string
}

/** One call: everything in it carries the same id, number and agent. */
export type Call = Readonly<Record<string, unknown>>

/** Speaks to the gateway as Retell does: custom functions and call webhooks, signed with the key of the connection. */
export class PhoneLine {
  readonly #doors: string
  readonly #key: string
  readonly #agent: string

  constructor(gatewayUrl: string, connectionId: string, key: string, agent: string) {
    this.#doors = new URL(`/retell/${connectionId}/`, gatewayUrl).href
    this.#key = key
    this.#agent = agent
  }

  /** Somebody calls who speaks English, with a number of their own for each call. */
  ring(): Call {
    return {
      call_id: `call_${randomUUID().replaceAll('-', '')}`,
      agent_id: this.#agent,
      call_type: 'phone_call',
      call_status: 'ongoing',
      direction: 'inbound',
      from_number: `+49151${randomInt(10_000_000, 100_000_000)}`,
      start_timestamp: Date.now(),
      retell_llm_dynamic_variables: { language: 'en' },
      transcript: '',
    }
  }

  /** Has a function done. Rejects where the gateway does not answer as it promises to: with 200, whatever comes of it. */
  async ask(call: Call, name: string, args: Record<string, unknown>): Promise<Told> {
    const reply = await this.#post('functions', { name, args, call })
    if (reply.status !== 200) throw new Error(`the function ${name} was answered with ${reply.status}`)
    return (await reply.json()) as Told
  }

  /** Hangs up, and tells of it. */
  async hangUp(call: Call): Promise<void> {
    const ended = { ...call, call_status: 'ended', end_timestamp: Date.now(), disconnection_reason: 'user_hangup' }
    const reply = await this.#post('events', { event: 'call_ended', call: ended })
    if (reply.status !== 204) throw new Error(`the end of the call was answered with ${reply.status}`)
  }

  #post(door: string, content: unknown): Promise<Response> {
    const body = JSON.stringify(content)
    const time = Date.now()
    const signature = createHmac('sha256', this.#key).update(`${body}${time}`).digest('hex')
    const headers = { 'content-type': 'application/json', 'x-retell-signature': `v=${time},d=${signature}` }
    const signal = AbortSignal.timeout(20_000)
    return fetch(new URL(door, this.#doors), { method: 'POST', headers, body, signal })
  }
}
