import { done, notDone, type Outcome, unknown } from '#core'
import type { Means } from './bookings.ts'
import { type Answer, ask, type Operation } from './client.ts'
import { failure, isGone } from './outcomes.ts'
import { type CalcomHook, hook, hooks } from './replies.ts'
import { meaningOf, wantedTriggers } from './triggers.ts'

type Wanted = { url: string; secret: string }
type Subscribed = Outcome<{ id: string; changed: boolean }>

const take = 250
/** More webhooks than this no account has: a list that goes on is not heeding where we are. */
const pages = 20

/**
 * Makes sure that one webhook of the account calls `url`, on every trigger that we want, signed with `secret`. Cal.com
 * takes each URL once: what is there already, made by hand or by an earlier try whose reply was lost, is adopted.
 */
export async function subscribe(means: Means, wanted: Wanted): Promise<Subscribed> {
  // Without a secret Cal.com would send, unsigned, what we must refuse.
  if (wanted.secret === '') return notDone('WEBHOOK_SECRET_REQUIRED')
  const found = await find(means, wanted.url)
  if (found.is !== 'done') return found
  if (found.value !== null) return mend(means, found.value, wanted)
  const { url, secret } = wanted
  const body = { subscriberUrl: url, triggers: wantedTriggers, active: true, secret }
  const answer = await ask(means.call, means.settings, {
    operation: 'subscribe',
    method: 'POST',
    path: 'webhooks',
    body,
  })
  return answer.is === 'refusal' && answer.status === 409 ? adopt(means, wanted) : written(means, 'subscribe', answer)
}

/** Removes the webhook that calls `url`; done as well where there is none. */
export async function unsubscribe(means: Means, { url }: { url: string }): Promise<Outcome<null>> {
  const found = await find(means, url)
  if (found.is !== 'done') return found
  if (found.value === null) return done(null)
  const id = String(found.value.id)
  const request = { operation: 'unsubscribe', method: 'DELETE', path: `webhooks/${id}` } as const
  const answer = await ask(means.call, means.settings, request)
  if (answer.is === 'data' || isGone('unsubscribe', answer, { id, now: means.now() })) return done(null)
  return failure('unsubscribe', answer, { now: means.now() })
}

async function adopt(means: Means, wanted: Wanted): Promise<Subscribed> {
  const found = await find(means, wanted.url)
  if (found.is !== 'done') return found
  return found.value === null ? unknown('HTTP_409') : mend(means, found.value, wanted)
}

async function mend(means: Means, found: CalcomHook, { secret }: Wanted): Promise<Subscribed> {
  if (fits(found, secret)) return done({ id: String(found.id), changed: false })
  const body = {
    triggers: [...new Set([...wantedTriggers, ...found.triggers.filter(isReadable)])],
    active: true,
    secret,
    ...(found.payloadTemplate ? { payloadTemplate: null } : {}),
  }
  const request = { operation: 'mend', method: 'PATCH', path: `webhooks/${found.id}`, body } as const
  return written(means, 'mend', await ask(means.call, means.settings, request))
}

/** A person may have added triggers that are understood here, such as those that only the hosted Cal.com has. */
function fits({ triggers, active, secret, payloadTemplate }: CalcomHook, wanted: string): boolean {
  const complete = wantedTriggers.every((trigger) => triggers.includes(trigger))
  return active && complete && triggers.every(isReadable) && secret === wanted && !payloadTemplate
}

function isReadable(trigger: string): boolean {
  return meaningOf(trigger) !== null
}

function written(means: Means, operation: Operation, answer: Answer): Subscribed {
  if (answer.is !== 'data') return failure(operation, answer, { now: means.now() })
  return hook.Check(answer.data) ? done({ id: String(answer.data.id), changed: true }) : unknown('REPLY_UNREADABLE')
}

/** The account's webhook for a URL. The list has no word for its end: a page that is not full is the last. */
async function find(means: Means, url: string): Promise<Outcome<CalcomHook | null>> {
  for (let page = 0; page < pages; page++) {
    const query = { take: String(take), skip: String(page * take) }
    const answer = await ask(means.call, means.settings, { operation: 'webhooks', path: 'webhooks', query })
    if (answer.is !== 'data') return failure('webhooks', answer, { now: means.now() })
    if (!hooks.Check(answer.data)) return unknown('REPLY_UNREADABLE')
    const found = answer.data.find(({ subscriberUrl }) => subscriberUrl === url)
    if (found !== undefined) return done(found)
    if (answer.data.length < take) return done(null)
  }
  return unknown('LIST_MOVED')
}
