import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

const firstBackoffMs = 50
const longestBackoffMs = 5_000

type Subscriber = { onPayload: (payload: string) => void; onReconnect: () => void }

/** One subscription to a channel. `close` ends it; the channel is left when its last subscriber goes. */
export type Subscription = { close(): Promise<void> }

export type Listener = {
  listen(channel: string, onPayload: (payload: string) => void, onReconnect: () => void): Promise<Subscription>
  close(): Promise<void>
}

/**
 * One pinned connection that LISTENs for everybody and comes back by itself. A notification is only a hint that
 * something is worth a look: those sent while the connection was down are lost, so every (re)subscription calls
 * `onReconnect`, and the subscriber looks. `connect` gives a connected client of its own; `onProblem` hears of losses. A
 * silent loss is noticed after `heartbeatMs` and the client's query timeout.
 */
export function createListener(
  connect: () => Promise<pg.Client>,
  onProblem: (error: Error) => void,
  heartbeatMs: number = 10_000,
): Listener {
  const channels = new Map<string, Set<Subscriber>>()
  const closing = new AbortController()
  let client: pg.Client | null = null
  let opening: Promise<void> | null = null
  let attempt: Promise<void> = Promise.resolve()

  function tell(run: () => void) {
    try {
      run()
    } catch (error) {
      onProblem(error as Error)
    }
  }

  /** Opens the connection and subscribes to every channel once; a loss later starts `reopen`. */
  async function open() {
    const fresh = await connect()
    let lost = false
    const lose = (error?: Error) => {
      if (lost) return
      lost = true
      fresh.end().catch(() => undefined)
      if (client === fresh) client = null
      if (closing.signal.aborted) return
      onProblem(error ?? new Error('The connection that listens was closed'))
      void reopen()
    }
    fresh.on('error', lose)
    fresh.on('end', () => lose())
    fresh.on('notification', ({ channel, payload }) => {
      for (const one of channels.get(channel) ?? []) tell(() => one.onPayload(payload ?? ''))
    })
    try {
      for (const channel of channels.keys()) await fresh.query(`LISTEN ${fresh.escapeIdentifier(channel)}`)
    } catch (error) {
      lost = true
      fresh.end().catch(() => undefined)
      throw error
    }
    if (lost) throw new Error('The connection that listens was lost at once')
    if (closing.signal.aborted) return void fresh.end().catch(() => undefined)
    client = fresh
    beat(fresh, lose)
    for (const subscribers of channels.values()) for (const one of subscribers) tell(one.onReconnect)
  }

  function beat(pinned: pg.Client, lose: (error: Error) => void) {
    const timer = setInterval(() => pinned.query('SELECT 1').catch(lose), heartbeatMs)
    pinned.once('end', () => clearInterval(timer))
  }

  function reopen(): Promise<void> {
    opening ??= (async () => {
      for (let wait = firstBackoffMs; !closing.signal.aborted; wait = Math.min(wait * 2, longestBackoffMs)) {
        try {
          attempt = open()
          return await attempt
        } catch (error) {
          onProblem(error as Error)
        }
        await sleep(wait * (0.5 + Math.random()), undefined, { signal: closing.signal }).catch(() => undefined)
      }
    })().finally(() => {
      opening = null
      // A loss in the very moment of success found `opening` still set, and left the work to us.
      if (!client && channels.size > 0 && !closing.signal.aborted) void reopen()
    })
    return opening
  }

  async function subscribe(channel: string, one: Subscriber) {
    if (!client) {
      void reopen()
      // Not until it succeeds: a caller with a deadline must get its handle back while the database is away.
      return attempt.catch(() => undefined)
    }
    try {
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
    } catch {
      // The connection broke under us; the loss handler reopens and subscribes this channel too.
      return
    }
    tell(one.onReconnect)
  }

  return {
    async listen(channel, onPayload, onReconnect) {
      const one = { onPayload, onReconnect }
      const subscribers = channels.get(channel) ?? new Set()
      channels.set(channel, subscribers.add(one))
      await subscribe(channel, one)
      return {
        async close() {
          subscribers.delete(one)
          if (subscribers.size > 0 || channels.get(channel) !== subscribers) return
          channels.delete(channel)
          await client?.query(`UNLISTEN ${client.escapeIdentifier(channel)}`).catch(() => undefined)
        },
      }
    },
    async close() {
      closing.abort()
      channels.clear()
      await opening
      await client?.end()
    },
  }
}
