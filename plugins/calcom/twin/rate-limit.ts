/** How many calls a key (or an address without one) has per minute, and how long it is locked out after one too many. */
export type RateLimitOptions = { perMinute: number; blockMs: number }

/** The state after a call: what the headers say, and whether the call is refused. `reset` is in seconds from now. */
export type Budget = { limit: number; remaining: number; reset: number; blocked: boolean }

type Meter = { since: number; used: number; blockedUntil: number }

const minute = 60_000

/** Counts calls per key in windows of a minute. */
export class RateLimit {
  readonly #options: RateLimitOptions
  readonly #meters = new Map<string, Meter>()

  constructor(options: RateLimitOptions) {
    this.#options = options
  }

  take(key: string, now: number): Budget {
    const { perMinute: limit, blockMs } = this.#options
    const meter = this.#meterOf(key, now)
    if (meter.blockedUntil > now)
      return { limit, remaining: 0, reset: seconds(meter.blockedUntil - now), blocked: true }
    meter.used += 1
    if (meter.used > limit) {
      // Blocked from now, not from the start of the window: waiting out the window alone is not enough.
      Object.assign(meter, { blockedUntil: now + blockMs, used: 0, since: now + blockMs })
      return { limit, remaining: 0, reset: seconds(blockMs), blocked: true }
    }
    return { limit, remaining: limit - meter.used, reset: seconds(meter.since + minute - now), blocked: false }
  }

  clear(): void {
    this.#meters.clear()
  }

  #meterOf(key: string, now: number): Meter {
    const known = this.#meters.get(key)
    if (known && (known.blockedUntil > now || now - known.since < minute)) return known
    const fresh = { since: now, used: 0, blockedUntil: 0 }
    if (this.#meters.size > 10_000) this.#meters.clear()
    this.#meters.set(key, fresh)
    return fresh
  }
}

const seconds = (ms: number) => Math.ceil(ms / 1000)
