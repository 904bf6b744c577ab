import type { TwinAccount } from './accounts.ts'
import type { Notice } from './commit.ts'
import type { Dice } from './dice.ts'
import { videoCallUrl, type WebhookBody } from './payloads.ts'
import { signatureOf } from './signature.ts'
import type { Subscription, Trigger } from './subscription.ts'
import { isoIn } from './time.ts'
import type { Forgery, WebhookScript } from './webhook-script.ts'

/** A webhook ready to be sent: the exact body and headers. `touched` names the switches that had to do with it. */
export type Letter = {
  trigger: Trigger
  bookingUid: string
  url: string
  body: string
  headers: Record<string, string>
  touched: readonly string[]
}

/** One delivery as it was tried: `status` is the answer's, null where none came. */
export type Delivery = {
  at: number
  trigger: Trigger
  url: string
  bookingUid: string
  status: number | null
  body: string
  /** The kinds of the switches that had to do with it; with `drop` among them it never left. */
  touched?: readonly string[]
}

type Switch = { script: WebhookScript; dice: Dice }

/** Writes and signs a webhook, with what switches change in it. */
export function letterOf(
  content: WebhookBody,
  { notice, host, subscription }: { notice: Notice; host: TwinAccount; subscription: Subscription },
  switches: readonly Switch[],
): Letter {
  for (const { script } of switches) edit(content, script, notice, host)
  let body = JSON.stringify(content)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-cal-signature-256': signatureOf(subscription.secret, body),
    'x-cal-webhook-version': subscription.version,
  }
  for (const { script, dice } of switches) {
    if (script.kind === 'signature') body = forge(script.forge ?? 'flipped', headers, body, dice)
  }
  const touched = switches.map(({ script }) => script.kind)
  return {
    trigger: notice.trigger,
    bookingUid: notice.booking.uid,
    url: subscription.subscriberUrl,
    body,
    headers,
    touched,
  }
}

/** Changes what a webhook says; the signature is made afterwards and is right. */
function edit(content: WebhookBody, script: WebhookScript, { trigger, booking }: Notice, host: TwinAccount): void {
  const payload = (content.payload ?? content) as Record<string, unknown>
  if (script.kind === 'omit-metadata') delete payload.metadata
  if (script.kind === 'offset-times') {
    for (const field of ['startTime', 'endTime']) {
      if (field in payload) payload[field] = isoIn(Date.parse(String(payload[field])), script.timeZone ?? host.timeZone)
    }
  }
  if (script.kind === 'old-video-url' && trigger === 'BOOKING_RESCHEDULED' && booking.rescheduledFromUid) {
    const metadata = payload.metadata as Record<string, unknown> | undefined
    payload.metadata = { ...metadata, videoCallUrl: videoCallUrl(booking.rescheduledFromUid) }
  }
}

/** Spoils signature or body; answers the body to send. */
function forge(how: Forgery, headers: Record<string, string>, body: string, dice: Dice): string {
  const name = 'x-cal-signature-256'
  if (how === 'absent') delete headers[name]
  if (how === 'no-secret') headers[name] = 'no-secret-provided'
  // The signature stays the one of the whole: what a connection that broke off leaves behind.
  if (how === 'truncated-body') return body.slice(0, Math.floor(body.length / 2))
  if (how === 'flipped') headers[name] = flipped(headers[name] ?? '', dice)
  return body
}

/** A hex text with one bit changed. A text that is no hex has no bits and comes back as zeros. */
function flipped(hex: string, dice: Dice): string {
  const bytes = /^([0-9a-f]{2})+$/.test(hex) ? Buffer.from(hex, 'hex') : Buffer.alloc(32)
  const bit = dice.below(bytes.length * 8)
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
  return bytes.toString('hex')
}
