import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { World } from './commit.ts'
import { type Door, refuseWhenBlocked, requireAccount } from './door.ts'
import { CalError, errorBody, notFound } from './errors.ts'
import type { FaultSubject, Faults } from './faults.ts'
import { goWrong, send, type TwinCall } from './mishap.ts'
import type { Answer, Call, Route } from './route.ts'
import type { Sender } from './sender.ts'
import { shapesFor } from './versions.ts'

/** What an exchange needs of the server around it. */
export type Surroundings = {
  world: World
  door: Door
  faults: Faults
  sender: Sender
  delayMs: number
  closing: AbortSignal
  record(call: TwinCall): void
}

type State = { call: Call; subject: FaultSubject; jobs: (() => Promise<void>)[]; gapDelay: number }

/** Runs one endpoint: limits, authentication, version, faults, answer, record. */
export async function exchange(
  around: Surroundings,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  reply.header('x-request-id', randomUUID())
  const call: TwinCall = {
    at: around.world.clock(),
    method: route.method,
    path: request.url,
    operation: route.operation,
    status: null,
  }
  const jobs: State['jobs'] = []
  try {
    const state = enter(around, route, request, reply, jobs)
    if (state.call.params.uid !== undefined) call.bookingUid = state.call.params.uid
    if (state.call.account) call.connectionKey = state.call.account.username
    const before = around.faults.take('before-commit', state.subject)
    if (before && before.kind !== 'delay')
      return goWrong(before, { reply, request, call, now: around.world.clock() }, null)
    const delay = (before?.ms ?? 0) + around.delayMs / (route.method === 'GET' ? 1 : 2)
    if (route.method === 'GET') await pause(around, delay)
    else state.gapDelay = delay
    const answer = await answerOf(around.world, route, state.call)
    if (answer.bookingUid !== undefined) call.bookingUid = answer.bookingUid
    if (route.method !== 'GET') await pause(around, around.delayMs / 2)
    const after = around.faults.take('after-commit', state.subject)
    if (after?.kind === 'delay') await pause(around, after.ms ?? 0)
    else if (after) return goWrong(after, { reply, request, call, now: around.world.clock() }, answer)
    send(reply, call, answer.status ?? 200, JSON.stringify({ status: 'success', data: answer.data, ...answer.more }))
  } catch (error) {
    refuse(around, reply, request, call, error)
  } finally {
    around.record(call)
    afterReply(around, reply, jobs)
  }
}

/** Limits, identity, version: in the order of Cal.com's guards. */
function enter(
  around: Surroundings,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  jobs: State['jobs'],
): State {
  const { headers, ip } = request
  const account = route.auth === 'none' ? null : around.door.identify(headers.authorization)
  const budget = around.door.count(account, ip, around.world.clock())
  if (budget) {
    reply.header('x-ratelimit-limit-default', budget.limit)
    reply.header('x-ratelimit-remaining-default', budget.remaining)
    reply.header('x-ratelimit-reset-default', budget.reset)
    refuseWhenBlocked(budget)
  }
  const version = headers['cal-api-version']
  const shapes = shapesFor(route.family, Array.isArray(version) ? version[0] : version, around.world.profile)
  if (shapes === 'none' || (shapes === 'old' && !route.old)) throw notFound(`Cannot ${route.method} ${request.url}`)
  if (route.auth === 'required') requireAccount(account)
  const params = request.params as Record<string, string>
  const query = request.query as Record<string, string>
  const state: State = {
    jobs,
    gapDelay: 0,
    subject: subjectOf(route, account?.username ?? null, request),
    call: {} as Call,
  }
  const caller = {
    account,
    gap: () => pause(around, state.gapDelay),
    later: (job: () => Promise<void>) => void jobs.push(job),
  }
  state.call = { account, params, query, body: request.body, shapes, caller }
  return state
}

function subjectOf(route: Route, connectionKey: string | null, request: FastifyRequest): FaultSubject {
  return {
    operation: route.operation,
    connectionKey,
    params: request.params as Record<string, unknown>,
    query: request.query as Record<string, unknown>,
    body: (request.body ?? {}) as Record<string, unknown>,
  }
}

function answerOf(world: World, route: Route, call: Call): Answer | Promise<Answer> {
  return call.shapes === 'old' && route.old ? route.old(world, call) : route.answer(world, call)
}

async function pause({ closing }: Surroundings, ms: number): Promise<void> {
  if (ms > 0) await wait(ms, undefined, { signal: closing })
}

function refuse(
  around: Surroundings,
  reply: FastifyReply,
  request: FastifyRequest,
  call: TwinCall,
  error: unknown,
): void {
  if (around.closing.aborted) {
    reply.hijack()
    reply.raw.destroy()
    return
  }
  const refusal = error instanceof CalError ? error : new CalError(500, 'Internal server error', 'bare')
  if (refusal !== error) request.log.error(`${call.operation}: ${error instanceof Error ? error.message : 'unknown'}`)
  send(reply, call, refusal.status, JSON.stringify(errorBody(refusal, request.url, around.world.clock())))
}

/** Webhooks that leave after the reply. A reply that a fault swallowed does not hold them back. */
function afterReply({ sender }: Surroundings, reply: FastifyReply, jobs: State['jobs']): void {
  if (jobs.length === 0) return
  const run = () => {
    for (const job of jobs) void sender.track(job())
  }
  if (reply.raw.writableEnded || reply.sent === false) run()
  else reply.raw.once('finish', run)
}
