import { v4 as uuid } from 'uuid'
import type { TwinAccount } from './accounts.ts'
import type { World } from './commit.ts'
import { badQuery, CalError, notFound } from './errors.ts'
import { ownType } from './event-type-routes.ts'
import type { Answer, Call, Route } from './route.ts'
import { hostedTriggers, type Subscription, type Trigger, triggers, webhookOutput } from './subscription.ts'
import type { Profile } from './versions.ts'
import { checkWebhookUrl } from './webhook-url.ts'

type Body = Partial<
  Pick<Subscription, 'subscriberUrl' | 'triggers' | 'active' | 'secret' | 'payloadTemplate' | 'version'>
>

/** Where a webhook hangs: on the caller, or on the event type of the path. */
function scopeOf(world: World, call: Call): { userId: number; eventTypeId: number | null } {
  const { id } = call.account as TwinAccount
  return { userId: id, eventTypeId: call.params.eventTypeId === undefined ? null : ownType(world, call).id }
}

function inScope(world: World, call: Call): Subscription[] {
  const { userId, eventTypeId } = scopeOf(world, call)
  const all = [...world.ledger.webhooks.values()]
  return all.filter((each) => each.userId === userId && each.eventTypeId === eventTypeId)
}

function found(world: World, call: Call): Subscription {
  const webhook = inScope(world, call).find((each) => each.id === call.params.webhookId)
  if (webhook) return webhook
  throw notFound(`Webhook (${call.params.webhookId}) not found`)
}

function create(world: World, call: Call): Answer {
  const body = checked(call.body, world, true)
  const scope = scopeOf(world, call)
  checkFree(world, call, body.subscriberUrl)
  const webhook: Subscription = {
    id: uuid(),
    ...scope,
    subscriberUrl: body.subscriberUrl as string,
    triggers: body.triggers as Trigger[],
    active: body.active as boolean,
    secret: body.secret ?? null,
    payloadTemplate: body.payloadTemplate ?? null,
    version: body.version ?? '2021-10-20',
  }
  world.ledger.putWebhook(webhook)
  return { status: 201, data: webhookOutput(webhook) }
}

function update(world: World, call: Call): Answer {
  const webhook = found(world, call)
  const body = checked(call.body, world, false)
  if (body.subscriberUrl !== webhook.subscriberUrl) checkFree(world, call, body.subscriberUrl)
  const changed = { ...webhook, ...body }
  world.ledger.putWebhook(changed)
  return { data: webhookOutput(changed) }
}

function list(world: World, call: Call): Answer {
  const { take = '250', skip = '0' } = call.query
  const page = inScope(world, call).slice(Number(skip), Number(skip) + Number(take))
  return { data: page.map(webhookOutput) }
}

function remove(world: World, call: Call): Answer {
  const webhook = found(world, call)
  world.ledger.removeWebhook(webhook.id)
  return { data: webhookOutput(webhook) }
}

function checkFree(world: World, call: Call, url: string | undefined): void {
  if (!inScope(world, call).some((each) => each.subscriberUrl === url)) return
  const owner = call.params.eventTypeId === undefined ? 'user' : 'event type'
  throw new CalError(409, `Webhook with this subscriber url already exists for this ${owner}`)
}

const versions: Record<Profile, string[]> = { 'self-hosted': ['2021-10-20'], hosted: ['2021-10-20', '2026-07-27'] }

/** The known fields of a body; 400 for a wrong one, or for a missing one where all are needed. Unknown ones are dropped. */
function checked(body: unknown, { profile, loopbackWebhooks }: World, whole: boolean): Body {
  const { subscriberUrl, triggers: wanted, active, secret, payloadTemplate, version } = (body ?? {}) as Body
  const known: readonly string[] = profile === 'hosted' ? [...triggers, ...hostedTriggers] : triggers
  if (subscriberUrl !== undefined || whole) checkWebhookUrl(subscriberUrl, profile, loopbackWebhooks)
  if (wanted !== undefined || whole) {
    const fine = Array.isArray(wanted) && wanted.every((each) => known.includes(each))
    if (!fine)
      throw badQuery('triggers', `each value in triggers must be one of the following values: ${known.join(', ')}`)
  }
  if (typeof active !== 'boolean' && (active !== undefined || whole))
    throw badQuery('active', 'active must be a boolean value')
  if (version !== undefined && !versions[profile].includes(version)) throw badQuery('version', 'version is not known')
  const given = Object.entries({ subscriberUrl, triggers: wanted, active, secret, payloadTemplate, version })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

const verbs = [
  { operation: 'createWebhook', method: 'POST', tail: '', answer: create },
  { operation: 'listWebhooks', method: 'GET', tail: '', answer: list },
  {
    operation: 'getWebhook',
    method: 'GET',
    tail: '/:webhookId',
    answer: (world: World, call: Call) => ({ data: webhookOutput(found(world, call)) }),
  },
  { operation: 'updateWebhook', method: 'PATCH', tail: '/:webhookId', answer: update },
  { operation: 'deleteWebhook', method: 'DELETE', tail: '/:webhookId', answer: remove },
] as const

/** The endpoints of webhooks, of a user and of an event type. */
export const webhookRoutes: Route[] = ['/v2/webhooks', '/v2/event-types/:eventTypeId/webhooks'].flatMap((base) =>
  verbs.map(({ tail, ...verb }) => ({ ...verb, path: base + tail, auth: 'required' as const, family: 'any' as const })),
)
