import {
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger,
  type LoggerOptions,
  pino,
} from 'pino'

export type { Logger }

/**
 * The stable names of log events, under the field `event`: dashboards and alerts are written against them. Never
 * renamed, only added to.
 */
export const logEvent = {
  started: 'started',
  stopped: 'stopped',
  received: 'received',
  duplicate: 'duplicate',
  refused: 'refused',
  dispatched: 'dispatched',
  succeeded: 'succeeded',
  skipped: 'skipped',
  deferred: 'deferred',
  retried: 'retried',
  failed: 'failed',
  unknown: 'unknown',
  settled: 'settled',
  imported: 'imported',
  reviewed: 'reviewed',
  resolved: 'resolved',
  parked: 'parked',
  opened: 'opened',
  closed: 'closed',
  limited: 'limited',
  polled: 'polled',
  swept: 'swept',
} as const
export type LogEvent = (typeof logEvent)[keyof typeof logEvent]

const censored = '[redacted]'
const secretKey = /secret|password|passphrase|token|credential|authorization|cookie|api_?key|private_?key|signature/i
// A plain `name` stays: it is the name of a plugin, a queue, a connection. People's names stand inside these objects.
const personalKey =
  /^(customer|customers|attendee|attendees|guests?|notes|e-?mail|emails|phone|phones|phone_?numbers?)$/i
const personalSuffix = /(Email|Phone|PhoneNumber|_email|_phone|_phone_number|(customer|attendee|guest)_?Name)$/i
const secretText = /(\/\/)[^/\s:@]*:[^/\s@]+@|\bkal_[\w.-]+|\bBearer\s+\S+/g
const deepest = 8
// Live objects of Fastify, which its log lines carry under these names: their serializers pick what may be shown.
const serialized = new Set(['req', 'res'])

/**
 * pino's options: JSON lines with ISO times, redaction of secrets and of customers' data at every depth of what is
 * logged, and errors without stack traces.
 *
 * pino's own `redact` was not taken: its paths name a depth each, and the leak is always one level further down.
 */
export function loggerOptions(settings: { log: { level: string } }): LoggerOptions {
  return {
    level: settings.log.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => redact(fields) as Record<string, unknown>,
    },
    serializers: { msg: scrub, err: errorFields, req: requestFields, res: responseFields },
  }
}

type Child = (this: Logger, bindings: Bindings, options?: ChildLoggerOptions) => Logger

/** A logger for the process: JSON lines, or one readable line each where `out` is a terminal. */
export function createLogger(
  settings: { log: { level: string } },
  out: NodeJS.WritableStream & { isTTY?: boolean } = process.stdout,
): Logger {
  const logger = pino(loggerOptions(settings), out.isTTY === true ? readable(out) : (out as DestinationStream))
  const child = logger.child as unknown as Child
  // pino drops `formatters.bindings` for children. Every child inherits from this one, and so this way of making more.
  const redacting: Child = function (this: Logger, bindings, options) {
    return child.call(this, redact(bindings) as Bindings, options)
  }
  return Object.assign(logger, { child: redacting }) as unknown as Logger
}

/**
 * What is logged, with every secret and every customer's datum replaced. Plain objects and lists are looked into; of
 * any other object only its own JSON form or its class is shown, since walking a socket or a client prints the world.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrub(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return errorFields(value)
  if (depth > deepest) return '[too deep]'
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return redactFields(value, depth)
  const { toJSON } = value as { toJSON?: () => unknown }
  if (typeof toJSON === 'function') return redact(toJSON.call(value), depth + 1)
  return `[${prototype.constructor?.name ?? 'object'}]`
}

function redactFields(fields: object, depth: number): Record<string, unknown> {
  const shown = Object.entries(fields).map(([key, value]) => {
    if (depth === 0 && serialized.has(key)) return [key, value]
    const hidden = secretKey.test(key) || personalKey.test(key) || personalSuffix.test(key)
    // An empty place is worth seeing: "no secret was configured" is what somebody is looking for.
    return [key, hidden && value !== null && value !== undefined ? censored : redact(value, depth + 1)]
  })
  return Object.fromEntries(shown)
}

function scrub(text: string): string {
  return text.replace(secretText, (_, slashes?: string) =>
    slashes === undefined ? censored : `${slashes}${censored}@`,
  )
}

/** Name, code and sentence of an error and of its causes: no stack, and no `detail`, where Postgres quotes whole rows. */
function errorFields(value: unknown, depth = 0): unknown {
  if (!(value instanceof Error)) return value
  const { name, message, cause } = value
  const { code, constraint } = value as { code?: unknown; constraint?: unknown }
  return {
    name,
    ...(code === undefined ? {} : { code }),
    message: scrub(message),
    ...(constraint === undefined ? {} : { constraint }),
    ...(cause instanceof Error && depth < deepest ? { cause: errorFields(cause, depth + 1) } : {}),
  }
}

/** A query string may hold a customer's name or address: only the path is shown. */
function requestFields(request: { method?: string; url?: string; ip?: string }) {
  return { method: request.method, path: request.url?.split('?')[0], remoteAddress: request.ip }
}

function responseFields(reply: { statusCode?: number }) {
  return { statusCode: reply.statusCode }
}

/** Turns pino's lines into one readable line each: `09:00:00.123 info  The sentence  key=value`. */
function readable(out: NodeJS.WritableStream): DestinationStream {
  return {
    write(line) {
      const { time, level, msg = '', ...fields } = JSON.parse(line) as Record<string, unknown>
      const rest = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      out.write(`${[String(time).slice(11, 23), String(level).padEnd(5), msg, ...rest].join(' ')}\n`)
    },
  }
}
