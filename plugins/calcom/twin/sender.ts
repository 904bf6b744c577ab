import { createHmac } from 'node:crypto'
import type { Notice } from './commit.ts'
import type { Ledger } from './ledger.ts'
import { webhookBody } from './payloads.ts'
import { Ring } from './ring.ts'
import type { Subscription, Trigger } from './subscription.ts'
import type { Profile } from './versions.ts'

/** One delivery as it was tried: `status` is the answer's, null where none came. */
export type Delivery = {
  at: number
  trigger: Trigger
  url: string
  bookingUid: string
  status: number | null
  body: string
}

/** Delivers webhooks: one attempt, redirects not followed, a refusal only noted, as Cal.com does by default. */
export class Sender {
  readonly deliveries = new Ring<Delivery>(1_000)
  readonly #ledger: Ledger
  readonly #profile: Profile
  readonly #clock: () => number
  readonly #closing = new AbortController()
  readonly #open = new Set<Promise<void>>()

  constructor(ledger: Ledger, profile: Profile, clock: () => number) {
    this.#ledger = ledger
    this.#profile = profile
    this.#clock = clock
  }

  /** Tells all who subscribed to this trigger of this host or event type; resolves when each has answered or failed. */
  async send(notice: Notice): Promise<void> {
    const wanted = [...this.#ledger.webhooks.values()].filter((each) => wants(each, notice))
    if (wanted.length === 0) return
    await Promise.all(wanted.map((subscription) => this.track(this.#deliver(subscription, notice))))
  }

  /** Notes a job that runs beside the replies, so that `idle` and `close` can wait for it. */
  track(job: Promise<void>): Promise<void> {
    const tracked = job.finally(() => this.#open.delete(tracked))
    this.#open.add(tracked)
    return tracked
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.idle()
  }

  async #deliver(subscription: Subscription, notice: Notice): Promise<void> {
    const { booking, trigger } = notice
    const host = this.#ledger.accounts.get(booking.hostId)
    if (!host) return
    const type = this.#ledger.eventTypes.get(booking.eventTypeId)
    const body = webhookBody(notice, { type, host, profile: this.#profile }, this.#clock())
    const status = await this.#post(subscription, body)
    const at = this.#clock()
    this.deliveries.push({ at, trigger, url: subscription.subscriberUrl, bookingUid: booking.uid, status, body })
  }

  async #post({ subscriberUrl, secret, version }: Subscription, body: string): Promise<number | null> {
    try {
      const reply = await fetch(subscriberUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-cal-signature-256': signatureOf(secret, body),
          'x-cal-webhook-version': version,
        },
        body,
        redirect: 'manual',
        signal: this.#closing.signal,
      })
      await reply.arrayBuffer()
      return reply.status
    } catch {
      return null
    }
  }
}

/** The header `X-Cal-Signature-256` over the exact bytes of a body. */
export function signatureOf(secret: string | null, body: string): string {
  return secret ? createHmac('sha256', secret).update(body).digest('hex') : 'no-secret-provided'
}

function wants({ active, triggers, userId, eventTypeId }: Subscription, { trigger, booking }: Notice): boolean {
  if (!active || !triggers.includes(trigger)) return false
  return eventTypeId === null ? userId === booking.hostId : eventTypeId === booking.eventTypeId
}
