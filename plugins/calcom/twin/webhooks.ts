import { setTimeout as wait } from 'node:timers/promises'
import type { Notice } from './commit.ts'
import { CalError } from './errors.ts'
import type { Delivery, Letter } from './letter.ts'
import { type Entry, type Held, Scripts } from './scripts.ts'
import { fitsWebhook, type WebhookScript, type WebhookSubject, webhookKinds } from './webhook-script.ts'

/** A switch that was added: how often it was used, and how to take it away. What it has gathered is then delivered. */
export type WebhookSwitch = Entry<WebhookScript>

/** A webhook that waits to be released; `id` names it in `release`. */
export type HeldWebhook = { id: number } & Pick<Letter, 'trigger' | 'bookingUid' | 'url' | 'body'>

/** An order of release: ids of those that are held, one of them as often as it is to come, or a word for all of them. */
export type ReleaseOrder = readonly number[] | 'shuffled' | 'reversed'

/** What the way of a webhook needs of the post. `lose` notes one that never leaves. */
export type Post = {
  deliver(letter: Letter): Promise<Delivery>
  lose(letter: Letter): void
  track<T>(job: Promise<T>): Promise<T>
  readonly closing: AbortSignal
}

/** What happens to webhooks on their way, as scripts; and a hold that leaves the way of each to a test. */
export class Webhooks {
  readonly #post: Post
  readonly #scripts: Scripts<WebhookScript>
  readonly #gathered = new WeakMap<object, Letter[]>()
  readonly #release: Held<WebhookScript>['dice']
  #held: { id: number; letter: Letter }[] = []
  #lastId = 0
  #holding = false

  constructor(post: Post, seed: string | number, dice: Held<WebhookScript>['dice']) {
    this.#post = post
    this.#scripts = new Scripts(webhookKinds, `${seed}/webhooks`)
    this.#release = dice
  }

  /** Adds a switch. All that fit a webhook work on it, in the order that they were added. */
  add(script: WebhookScript): WebhookSwitch {
    const entry = this.#scripts.add(script)
    const { remove } = entry
    entry.remove = () => {
      remove()
      void this.#post.track(this.#flush(entry))
    }
    return entry
  }

  get all(): readonly WebhookSwitch[] {
    return this.#scripts.all
  }

  /** Takes all switches away and forgets what is held or gathered: it is never delivered. */
  clear(): void {
    this.#scripts.clear()
    this.#held = []
    this.#holding = false
  }

  /** From now on webhooks wait, and nobody waits for them, until they are released. */
  hold(): void {
    this.#holding = true
  }

  /** What waits, in the order in which it would have left. */
  get held(): readonly HeldWebhook[] {
    return this.#held.map(({ id, letter: { trigger, bookingUid, url, body } }) => ({
      id,
      trigger,
      bookingUid,
      url,
      body,
    }))
  }

  /**
   * Delivers one after the other. Without an order, or by a word, all that wait, and the hold ends; a list of ids delivers
   * these only, and the hold goes on. Rejects with 404 for an id that is not held.
   */
  async release(order?: ReleaseOrder): Promise<Delivery[]> {
    const letters = Array.isArray(order) ? this.#takeIds(order) : this.#takeAll(order as string | undefined)
    return this.#post.track(this.#deliverAll(letters, false))
  }

  /** The switches for a webhook, each counted as used. */
  switchesFor(subject: WebhookSubject): readonly Held<WebhookScript>[] {
    return this.#scripts.takeAll((script) => fitsWebhook(script, subject))
  }

  /** Milliseconds between the news of a cancel and its flip where a switch wants the news first; else null. */
  early({ trigger, booking }: Notice): number | null {
    if (trigger !== 'BOOKING_CANCELLED') return null
    const [found] = this.switchesFor({ trigger, booking, subscription: null })
    return found ? (found.script.ms ?? 0) : null
  }

  /** Sends a webhook on its way; resolves when the caller need not wait for it any longer. */
  async route(letter: Letter, switches: readonly Held<WebhookScript>[]): Promise<void> {
    if (switches.some(({ script }) => script.kind === 'drop')) return this.#post.lose(letter)
    const doubled = switches.filter(({ script }) => script.kind === 'duplicate')
    const copies = doubled.reduce((count, { script }) => count + (script.copies ?? 1), 1)
    const letters = Array.from({ length: copies }, () => letter)
    const parallel = doubled.some(({ script }) => script.parallel)
    const mixing = switches.find(({ script }) => script.kind === 'reorder')
    const late = switches.reduce((ms, { script }) => ms + (script.kind === 'delay' ? (script.ms ?? 0) : 0), 0)
    if (late === 0) await this.#forward(letters, parallel, mixing)
    else void this.#post.track(this.#forwardLate(late, letters, parallel, mixing))
  }

  async #forwardLate(ms: number, ...rest: [Letter[], boolean, Held<WebhookScript> | undefined]): Promise<void> {
    const came = await wait(ms, true, { signal: this.#post.closing }).catch(() => false)
    if (came) await this.#forward(...rest)
  }

  async #forward(letters: Letter[], parallel: boolean, mixing: Held<WebhookScript> | undefined): Promise<void> {
    if (this.#holding) {
      for (const letter of letters) this.#held.push({ id: ++this.#lastId, letter })
    } else if (mixing) await this.#gather(mixing, letters)
    else await this.#deliverAll(letters, parallel)
  }

  async #gather(mixing: Held<WebhookScript>, letters: Letter[]): Promise<void> {
    const gathered = this.#gathered.get(mixing) ?? []
    gathered.push(...letters)
    this.#gathered.set(mixing, gathered)
    // A switch that is used up gathers no more: what it has would wait for ever.
    if (gathered.length >= (mixing.script.hold ?? 2) || mixing.spent) await this.#flush(mixing)
  }

  async #flush(mixing: Held<WebhookScript>): Promise<void> {
    const letters = this.#gathered.get(mixing)?.splice(0) ?? []
    await this.#deliverAll(mixing.dice.shuffle(letters), false)
  }

  async #deliverAll(letters: readonly Letter[], parallel: boolean): Promise<Delivery[]> {
    if (parallel) return Promise.all(letters.map((letter) => this.#post.deliver(letter)))
    const deliveries: Delivery[] = []
    for (const letter of letters) deliveries.push(await this.#post.deliver(letter))
    return deliveries
  }

  #takeIds(ids: readonly number[]): Letter[] {
    const letters = ids.map((id) => {
      const found = this.#held.find((each) => each.id === id)
      if (found) return found.letter
      throw new CalError(404, `No webhook ${id} is held`)
    })
    this.#held = this.#held.filter(({ id }) => !ids.includes(id))
    return letters
  }

  #takeAll(order: string | undefined): Letter[] {
    const letters = this.#held.map(({ letter }) => letter)
    this.#held = []
    this.#holding = false
    if (order === 'reversed') return letters.reverse()
    return order === 'shuffled' ? this.#release.shuffle(letters) : letters
  }
}
