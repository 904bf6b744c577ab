import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TwinAccount } from './accounts.ts'
import type { Calendar } from './calendar.ts'
import type { Caller, World } from './commit.ts'
import { doAll } from './deeds.ts'
import { type Door, refuseWhenBlocked, requireAccount } from './door.ts'
import { CalError, errorBody, notFound } from './errors.ts'
import type { FaultSubject, Faults } from './faults.ts'
import { viewOf } from './list-faults.ts'
import { goWrong, send, type TwinCall } from './mishap.ts'
import type { Answer, Call, Route } from './route.ts'
import type { Sender } from './sender.ts'
import { twist } from './untruth.ts'
import { type Shapes, shapesFor } from './versions.ts'

/** What an exchange needs of the server around it. */
export type Surroundings = {
  world: World
  door: Door
  faults: Faults
  sender: Sender
  calendar: Calendar
  delayMs: number
  closing: AbortSignal
  record(call: TwinCall): void
}

/** One call under way: what came in, what is noted of it, and what has to run once its reply has left. */
type Exchange = {
  route: Route
  request: FastifyRequest
  reply: FastifyReply
  note: TwinCall
  jobs: (() => Promise<void>)[]
}

/** Runs one endpoint: limits, authentication, version, faults, answer, record. */
export async function exchange(
  around: Surroundings,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const at = around.world.clock()
  const note: TwinCall = { at, method: route.method, path: request.url, operation: route.operation, status: null }
  const current: Exchange = { route, request, reply, note, jobs: [] }
  reply.header('x-request-id', randomUUID())
  try {
    await serve(around, current)
  } catch (error) {
    refuse(around, current, error)
  } finally {
    around.record(note)
    afterReply(around, current)
  }
}

async function serve(around: Surroundings, current: Exchange): Promise<void> {
  const { route, request, reply, note } = current
  const account = admit(around, current)
  const subject = subjectOf(route, account, request)
  const victim = { request, reply, call: note, now: note.at }
  const before = around.faults.take('before-commit', subject)
  if (before && before.kind !== 'delay') return goWrong(before, victim, null)
  const reads = route.method === 'GET'
  const delay = (before?.ms ?? 0) + around.delayMs / (reads ? 1 : 2)
  if (reads) await pause(around, delay)
  const call = callOf(around, current, account, subject, reads ? 0 : delay)
  const answer = await spoil(around, subject, await answerTo(around.world, route, call))
  if (answer.bookingUid !== undefined) note.bookingUid = answer.bookingUid
  if (!reads) await pause(around, around.delayMs / 2)
  const after = around.faults.take('after-commit', subject)
  if (after && after.kind !== 'delay') return goWrong(after, victim, answer)
  await pause(around, after?.ms ?? 0)
  send(reply, note, answer.status ?? 200, JSON.stringify({ status: 'success', data: answer.data, ...answer.more }))
}

/** Identity and limits, in the order of Cal.com's guards: the key is looked up by the limiter, so a bad one fails first. */
function admit(around: Surroundings, { route, request, reply, note }: Exchange): TwinAccount | null {
  const uid = (request.params as { uid?: string }).uid
  if (uid !== undefined) note.bookingUid = uid
  const account = around.door.identify(request.headers.authorization)
  if (account) note.connectionKey = account.username
  const budget = around.door.count(account, request.ip, note.at)
  if (budget) {
    reply.header('x-ratelimit-limit-default', budget.limit)
    reply.header('x-ratelimit-remaining-default', budget.remaining)
    reply.header('x-ratelimit-reset-default', budget.reset)
    refuseWhenBlocked(budget)
  }
  // The version is chosen before the guard of the route runs: what it does not have is "not found" without a key too.
  if (shapesOf(around.world, route, request) === 'none') throw notFound(`Cannot ${route.method} ${request.url}`)
  if (route.auth === 'required') requireAccount(account)
  return account
}

function shapesOf(world: World, route: Route, request: FastifyRequest): Shapes {
  const shapes = shapesFor(route.family, request.headers['cal-api-version']?.toString(), world.profile)
  return shapes === 'old' && !route.old ? 'none' : shapes
}

function callOf(
  around: Surroundings,
  { route, request, jobs }: Exchange,
  account: TwinAccount | null,
  subject: FaultSubject,
  gapDelay: number,
): Call {
  const { world, faults } = around
  const caller: Caller = {
    account,
    source: 'API_V2',
    phantom: () => faults.take('write', subject) !== null,
    gap: () => pause(around, gapDelay),
    later: (job) => void jobs.push(job),
  }
  return {
    account,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, string>,
    body: request.body,
    shapes: shapesOf(world, route, request),
    caller,
    view: () => viewOf(faults.takeAll('list', subject), world.clock()),
  }
}

function answerTo(world: World, route: Route, call: Call): Answer | Promise<Answer> {
  return call.shapes === 'old' && route.old ? route.old(world, call) : route.answer(world, call)
}

/** What faults make of a good answer, and what they let happen behind it. */
async function spoil(
  { faults, world, calendar }: Surroundings,
  subject: FaultSubject,
  answer: Answer,
): Promise<Answer> {
  let spoilt = answer
  for (const { script } of faults.takeAll('answer', subject)) {
    if (script.kind === 'drift') await doAll(calendar, script.deeds ?? [])
    else spoilt = twist(script, spoilt, world.ledger)
  }
  return spoilt
}

function subjectOf(route: Route, account: TwinAccount | null, request: FastifyRequest): FaultSubject {
  return {
    operation: route.operation,
    connectionKey: account?.username ?? null,
    params: request.params as Record<string, unknown>,
    query: request.query as Record<string, unknown>,
    body: (request.body ?? {}) as Record<string, unknown>,
  }
}

async function pause({ closing }: Surroundings, ms: number): Promise<void> {
  if (ms > 0) await wait(ms, undefined, { signal: closing })
}

function refuse({ closing, world }: Surroundings, { request, reply, note }: Exchange, error: unknown): void {
  if (closing.aborted) {
    reply.hijack()
    reply.raw.destroy()
    return
  }
  const refusal = error instanceof CalError ? error : new CalError(500, 'Internal server error', 'bare')
  if (refusal !== error) request.log.error(`${note.operation}: ${error instanceof Error ? error.message : 'unknown'}`)
  send(reply, note, refusal.status, JSON.stringify(errorBody(refusal, request.url, world.clock())))
}

/** Webhooks that leave after the reply. A reply that a fault swallowed does not hold them back. */
function afterReply({ sender }: Surroundings, { reply, note, jobs }: Exchange): void {
  if (jobs.length === 0) return
  const run = () => {
    for (const job of jobs) void sender.track(job())
  }
  if (note.status === null || reply.raw.closed) run()
  else reply.raw.once('close', run)
}
