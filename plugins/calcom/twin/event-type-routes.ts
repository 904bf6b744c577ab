import type { TwinAccount } from './accounts.ts'
import type { World } from './commit.ts'
import { badRequest, CalError, notFound } from './errors.ts'
import { readCreate, readUpdate } from './event-type-body.ts'
import { eventTypeOutput, oldEventTypeOutput } from './event-type-output.ts'
import type { TwinEventType } from './event-types.ts'
import type { Answer, Call, Route } from './route.ts'

/** The event type of the path; 404 where there is none. */
export function pathType({ ledger }: World, call: Call): TwinEventType {
  const type = ledger.eventTypes.get(Number(call.params.eventTypeId))
  if (type) return type
  throw notFound(`Event type with id ${call.params.eventTypeId} not found`)
}

/** The event type of the path where it is the caller's own; 403 where it is another's. */
export function ownType(world: World, call: Call): TwinEventType {
  const type = pathType(world, call)
  if (type.ownerId === call.account?.id) return type
  throw new CalError(403, `User with ID=${call.account?.id} does not own event type with ID=${type.id}`)
}

function shown({ ledger }: World, type: TwinEventType): Record<string, unknown> {
  return eventTypeOutput(type, ledger.accounts.get(type.ownerId) as TwinAccount)
}

function list(world: World, call: Call): Answer {
  const { username, eventSlug } = call.query
  const owner = username ? world.ledger.accountByUsername(username) : call.account
  const own = owner?.id === call.account?.id
  const types = [...world.ledger.eventTypes.values()].filter(
    (type) => type.ownerId === owner?.id && (own || !type.hidden) && (!eventSlug || type.slug === eventSlug),
  )
  return { data: types.map((type) => shown(world, type)) }
}

function create(world: World, call: Call): Answer {
  const input = readCreate(call.body)
  const { id } = call.account as TwinAccount
  checkSlug(world, id, input.slug)
  return { status: 201, data: shown(world, world.ledger.addEventType(id, input)) }
}

function update(world: World, call: Call): Answer {
  const type = ownType(world, call)
  const change = readUpdate(call.body, type)
  if (change.slug !== undefined && change.slug !== type.slug) checkSlug(world, type.ownerId, change.slug)
  return { data: shown(world, world.ledger.addEventType(type.ownerId, { ...type, ...change, id: type.id })) }
}

function remove(world: World, call: Call): Answer {
  const type = ownType(world, call)
  world.ledger.removeEventType(type)
  const { id, title, slug, lengthInMinutes } = type
  return { data: { id, title, slug, lengthInMinutes } }
}

function checkSlug({ ledger }: World, ownerId: number, slug: string): void {
  if (ledger.eventTypeBySlug(ownerId, slug)) throw badRequest('User already has an event type with this slug.')
}

const oldGet = (world: World, call: Call): Answer => ({
  data: { eventType: oldEventTypeOutput(pathType(world, call)) },
})

const family = 'event types' as const
const path = '/v2/event-types/:eventTypeId'

/** The endpoints of event types. Reading is public, as a booking page is. */
export const eventTypeRoutes: Route[] = [
  { operation: 'listEventTypes', method: 'GET', path: '/v2/event-types', auth: 'optional', family, answer: list },
  { operation: 'createEventType', method: 'POST', path: '/v2/event-types', auth: 'required', family, answer: create },
  {
    operation: 'getEventType',
    method: 'GET',
    path,
    auth: 'optional',
    family,
    answer: (world, call) => ({ data: shown(world, pathType(world, call)) }),
    old: oldGet,
  },
  { operation: 'updateEventType', method: 'PATCH', path, auth: 'required', family, answer: update },
  { operation: 'deleteEventType', method: 'DELETE', path, auth: 'required', family, answer: remove },
]
