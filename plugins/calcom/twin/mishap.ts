import type { FastifyReply, FastifyRequest } from 'fastify'
import { CalError, errorBody } from './errors.ts'
import type { FaultScript } from './faults.ts'
import type { Answer } from './route.ts'

/** A call that came in; `status` is null where it was never answered properly. */
export type TwinCall = {
  at: number
  method: string
  /** Path and query. */
  path: string
  operation: string
  status: number | null
  bookingUid?: string
  /** Username of the account whose key was sent. */
  connectionKey?: string
}

/** The call that is about to go wrong. */
export type Victim = { request: FastifyRequest; reply: FastifyReply; call: TwinCall; now: number }

/** Sends JSON text and notes the status. */
export function send(reply: FastifyReply, call: TwinCall, status: number, body: string): void {
  call.status = status
  void reply.code(status).type('application/json; charset=utf-8').send(body)
}

/** Makes a call go wrong as its fault says. `answer` is what was done, or null where nothing was. */
export function goWrong(fault: FaultScript, victim: Victim, answer: Answer | null): void {
  const { reply, call } = victim
  const body = JSON.stringify({ status: 'success', data: answer?.data ?? {} })
  const status = fault.status ?? answer?.status ?? 200
  if (fault.kind === 'status') refuseWith(fault, victim)
  else if (fault.kind === 'malformed') send(reply, call, status, body.slice(0, Math.floor(body.length / 2)))
  else if (fault.kind === 'empty') send(reply, call, status, '')
  else if (fault.kind === 'html') sendPage(victim, status, 'Just a moment...')
  else if (fault.kind === 'reset') breakOff(victim, status, body)
  // Never answered: the connection stays open until the caller gives up or the twin closes.
  else reply.hijack()
}

/** Begins a reply and cuts the connection in the middle of its body. */
function breakOff({ request, reply }: Victim, status: number, body: string): void {
  reply.hijack()
  reply.raw.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length + 100 })
  reply.raw.write(body.slice(0, 10), () => request.raw.socket.resetAndDestroy())
}

function refuseWith(fault: FaultScript, victim: Victim): void {
  const { request, reply, call, now } = victim
  const status = fault.status ?? 500
  // These codes are Cloudflare's own: its page, not Cal.com's JSON.
  if (status >= 520) {
    sendPage(victim, status, `Error ${status}`)
    return
  }
  if (status === 429) {
    reply.header('x-ratelimit-remaining-default', 0)
    reply.header('x-ratelimit-reset-default', Math.ceil((fault.ms ?? 60_000) / 1000))
  }
  const bare = status === 409 || (status === 500 && fault.message === undefined)
  const error = new CalError(status, fault.message ?? usualMessage(status), bare ? 'bare' : 'http')
  send(reply, call, status, JSON.stringify(errorBody(error, request.url, now)))
}

function usualMessage(status: number): string {
  if (status === 429) return 'CustomThrottlerGuard - Too many requests. Please try again later.'
  if (status === 409) return 'booking_conflict_error'
  return status < 500 ? 'Bad Request' : 'Internal server error'
}

function sendPage({ reply, call }: Victim, status: number, text: string): void {
  call.status = status
  void reply.code(status).type('text/html; charset=utf-8').send(`<!doctype html><title>Cal.com</title><p>${text}</p>`)
}
