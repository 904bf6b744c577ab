import type { Notice } from './commit.ts'
import { Dice } from './dice.ts'
import type { Ledger } from './ledger.ts'
import { type Delivery, type Letter, letterOf } from './letter.ts'
import { webhookBody } from './payloads.ts'
import { Ring } from './ring.ts'
import type { Subscription } from './subscription.ts'
import type { Profile } from './versions.ts'
import { Webhooks } from './webhooks.ts'

/** What a sender has to know of its twin. */
export type SenderOptions = { ledger: Ledger; profile: Profile; clock: () => number; seed: string | number }

/** Delivers webhooks: one attempt, redirects not followed, a refusal only noted, as Cal.com does by default. */
export class Sender {
  readonly deliveries = new Ring<Delivery>(1_000)
  readonly webhooks: Webhooks
  readonly #options: SenderOptions
  readonly #closing = new AbortController()
  readonly #open = new Set<Promise<unknown>>()

  constructor(options: SenderOptions) {
    this.#options = options
    const post = {
      closing: this.#closing.signal,
      deliver: (letter: Letter) => this.#deliver(letter),
      lose: (letter: Letter) => void this.#note(letter, null),
      track: <T>(job: Promise<T>) => this.track(job),
    }
    this.webhooks = new Webhooks(post, options.seed, new Dice(`${options.seed}/release`))
  }

  /** Tells all who subscribed to this trigger of this host or event type; resolves when each has answered or failed. */
  async send(notice: Notice): Promise<void> {
    const wanted = [...this.#options.ledger.webhooks.values()].filter((each) => wants(each, notice))
    if (wanted.length === 0) return
    await Promise.all(wanted.map((subscription) => this.track(this.#dispatch(subscription, notice))))
  }

  /** Notes a job that runs beside the replies, so that `idle` and `close` can wait for it. */
  track<T>(job: Promise<T>): Promise<T> {
    const tracked = job.finally(() => this.#open.delete(tracked))
    this.#open.add(tracked)
    return tracked
  }

  /** Resolves when nothing is under way. What is held or gathered is not. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.idle()
  }

  async #dispatch(subscription: Subscription, notice: Notice): Promise<void> {
    const { booking, trigger } = notice
    const { ledger, profile, clock } = this.#options
    const host = ledger.accounts.get(booking.hostId)
    if (!host) return
    const switches = this.webhooks.switchesFor({ trigger, booking, subscription })
    const type = ledger.eventTypes.get(booking.eventTypeId)
    // Written now, whenever it leaves: what comes late tells how things were.
    const content = webhookBody(notice, { type, host, profile }, clock())
    await this.webhooks.route(letterOf(content, { notice, host, subscription }, switches), switches)
  }

  async #deliver(letter: Letter): Promise<Delivery> {
    return this.#note(letter, await this.#post(letter))
  }

  #note({ trigger, url, bookingUid, body, touched }: Letter, status: number | null): Delivery {
    const marks = touched.length > 0 ? { touched } : {}
    const delivery: Delivery = { at: this.#options.clock(), trigger, url, bookingUid, status, body, ...marks }
    this.deliveries.push(delivery)
    return delivery
  }

  async #post({ url, headers, body }: Letter): Promise<number | null> {
    try {
      // No time limit: Cal.com has none either, and a slow receiver keeps its caller waiting.
      const signal = this.#closing.signal
      const reply = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
      await reply.arrayBuffer()
      return reply.status
    } catch {
      return null
    }
  }
}

function wants({ active, triggers, userId, eventTypeId }: Subscription, { trigger, booking }: Notice): boolean {
  if (!active || !triggers.includes(trigger)) return false
  return eventTypeId === null ? userId === booking.hostId : eventTypeId === booking.eventTypeId
}
