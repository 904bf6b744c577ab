import type { FastifyInstance } from 'fastify'
import type { TwinClock } from './clock.ts'
import { badRequest } from './errors.ts'
import type { FaultScript, Faults } from './faults.ts'
import type { Flips } from './flips.ts'
import type { Entry } from './scripts.ts'
import type { WebhookScript } from './webhook-script.ts'
import type { ReleaseOrder, Webhooks } from './webhooks.ts'

/** What can be made to go wrong, and the time. */
export type Switches = {
  readonly faults: Faults
  readonly webhooks: Webhooks
  readonly flips: Flips
  readonly clock: TwinClock
}

/** The switches over HTTP, as data: the same that TypeScript takes. */
export function addSwitches(scope: FastifyInstance, { faults, webhooks, flips, clock }: Switches): void {
  addScripts<FaultScript>(scope, '/_twin/faults', faults)
  addScripts<WebhookScript>(scope, '/_twin/webhooks', webhooks)
  scope.get('/_twin/webhooks/held', async () => webhooks.held)
  scope.post('/_twin/webhooks/hold', async (_request, reply) => {
    webhooks.hold()
    return reply.code(204).send()
  })
  scope.post('/_twin/webhooks/release', async (request) =>
    webhooks.release((request.body as { order?: ReleaseOrder } | undefined)?.order),
  )
  scope.get('/_twin/flips', async () => ({ waiting: flips.waiting }))
  scope.post('/_twin/flips/hold', async (_request, reply) => {
    flips.hold()
    return reply.code(204).send()
  })
  scope.post('/_twin/flips/release', async (request, reply) => {
    flips.release((request.body as { uid?: string } | undefined)?.uid)
    return reply.code(204).send()
  })
  addClock(scope, clock)
}

function addClock(scope: FastifyInstance, clock: TwinClock): void {
  const told = () => ({ now: new Date(clock.now()).toISOString() })
  scope.get('/_twin/clock', async () => told())
  scope.post('/_twin/clock', async (request) => {
    const { set, advanceMs } = (request.body ?? {}) as { set?: string; advanceMs?: number }
    if (set !== undefined && Number.isNaN(Date.parse(set))) throw badRequest('set must be a valid ISO 8601 date string')
    if (set !== undefined) clock.set(set)
    clock.advance(advanceMs ?? 0)
    return told()
  })
}

type Scripted<S> = { add(script: S): Entry<S>; readonly all: readonly Entry<S>[] }

function addScripts<S>(scope: FastifyInstance, path: string, scripts: Scripted<S>): void {
  const shown = ({ id, script, used }: Entry<S>) => ({ id, script, used })
  scope.get(path, async () => scripts.all.map(shown))
  scope.post(path, async (request) => shown(scripts.add(request.body as S)))
  scope.delete(`${path}/:id`, async (request) => {
    const id = Number((request.params as { id: string }).id)
    const found = scripts.all.find((each) => each.id === id)
    found?.remove()
    return { id, used: found?.used ?? null }
  })
}
