import type { Booking } from './booking.ts'
import { type Limits, type Match, matches } from './scripts.ts'
import type { Subscription, Trigger } from './subscription.ts'

/**
 * What happens to a webhook on its way.
 * - `drop`: it is lost.
 * - `duplicate`: it comes `copies` times more (default 1), one after the other or in `parallel`.
 * - `reorder`: `hold` of them (default 2) are gathered, and delivered in an order that the seed shuffles.
 * - `delay`: it comes `ms` later, and nobody waits for it.
 * - `signature`: it is forged as `forge` says.
 * - `omit-metadata`: its payload has none.
 * - `offset-times`: its times are written with the offset of `timeZone` (default the host's).
 * - `old-video-url`: after a move, `videoCallUrl` is still the one of before.
 * - `before-flip`: a cancel is told before its row changes, whatever the profile and the timing; then `ms` pass.
 */
export const webhookKinds = [
  'drop',
  'duplicate',
  'reorder',
  'delay',
  'signature',
  'omit-metadata',
  'offset-times',
  'old-video-url',
  'before-flip',
] as const

/** A flipped bit, no header, the literal of a webhook without secret, or a body that lost its second half. */
export type Forgery = 'flipped' | 'absent' | 'no-secret' | 'truncated-body'

/** A switch as data: which webhooks, how often, what happens to them. */
export type WebhookScript = Limits & {
  kind: (typeof webhookKinds)[number]
  /** Default all. */
  triggers?: Trigger[]
  /** Id or URL of the subscription; default all. Not for `before-flip`, which is one for all of them. */
  subscription?: string
  copies?: number
  parallel?: boolean
  hold?: number
  ms?: number
  forge?: Forgery
  timeZone?: string
  /** Over `trigger`, `booking` and `subscription`, such as `{ 'booking.eventTypeId': 77 }`. */
  match?: Match<WebhookSubject>
}

/** What a switch can be tied to. `subscription` is null where none is meant yet. */
export type WebhookSubject = { trigger: Trigger; booking: Booking; subscription: Subscription | null }

/** Whether a webhook is meant by a switch. */
export function fitsWebhook(script: WebhookScript, subject: WebhookSubject): boolean {
  const { triggers, subscription, kind } = script
  if ((kind === 'before-flip') !== (subject.subscription === null)) return false
  if (triggers && !triggers.includes(subject.trigger)) return false
  const { id, subscriberUrl } = subject.subscription ?? {}
  if (subscription !== undefined && subscription !== id && subscription !== subscriberUrl) return false
  return matches(script.match, subject)
}
