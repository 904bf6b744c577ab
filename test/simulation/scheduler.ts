import type { Dice } from './dice.ts'

/** One thread of work: a worker with its job, a client with its request, a webhook that arrives. */
export type Actor = { readonly name: string; readonly gateway: number; alive: boolean }

/** What becomes of somebody whose turn it is. `crash`: its whole gateway dies. */
export type Fate = 'go' | 'crash' | { freezeMs: number }

/**
 * Model time, and who goes on next. Exactly one thread runs at a time, until it asks for its next turn: that is at every
 * effect, so that each may be the last one before a crash, and between any two of them anybody else may act.
 */
export type Scheduler = {
  /** Milliseconds since 1970. */
  now(): number
  /** Begins a thread; what it throws ends the run. */
  start(actor: Actor, run: () => Promise<unknown>): void
  /** Waits until it is this thread's turn; for ever, where its gateway died. */
  turn(actor: Actor, what: string): Promise<void>
  /** Waits until that moment, and then for a turn. */
  sleepTo(actor: Actor, at: number, what: string): Promise<void>
  /** Something that happens by itself at a moment; it must not wait. */
  at(moment: number, run: () => void): void
  /** Lets everybody act until nobody has anything left to do. */
  drain(): Promise<void>
}

export type SchedulerParts = {
  startsAt: number
  dice: Dice
  /** Comes back when no effect is under way outside of the model. */
  settled(): Promise<void>
  /** A number that grows with every effect outside of the model. */
  effects(): number
  fateOf(actor: Actor, what: string): Fate
  onCrash(gateway: number): void
  onTurn(actor: Actor, what: string): void
}

type Waiting = { actor: Actor; what: string; go: () => void }
type Timer = { at: number; order: number; run: () => void }

/** A run that takes more turns than this does not come to rest. */
const mostTurns = 200_000

export function createScheduler(parts: SchedulerParts): Scheduler {
  const { dice, fateOf, onCrash, onTurn } = parts
  let now = parts.startsAt
  let asked = 0
  let broken: { error: unknown } | null = null
  let ready: Waiting[] = []
  const timers: Timer[] = []
  const under = new Set<Actor>()

  function turn(actor: Actor, what: string): Promise<void> {
    asked++
    return new Promise((go) => {
      if (actor.alive) ready.push({ actor, what, go })
    })
  }

  function at(moment: number, run: () => void): void {
    const timer = { at: Math.max(moment, now), order: asked++, run }
    const behind = timers.findLastIndex((other) => other.at <= timer.at)
    timers.splice(behind + 1, 0, timer)
  }

  /** Only what is awaited outside of the model, and the turn of the event loop in which a batch is gathered, separate two turns. */
  async function quiet(): Promise<void> {
    for (let before = -1; before !== asked + parts.effects(); ) {
      before = asked + parts.effects()
      await parts.settled()
      // Two: a batch that is gathered in this very turn leaves in the first.
      await new Promise(setImmediate)
      await new Promise(setImmediate)
    }
  }

  function crash(gateway: number): void {
    for (const actor of under) if (actor.gateway === gateway) kill(actor)
    ready = ready.filter(({ actor }) => actor.alive)
    onCrash(gateway)
  }

  function kill(actor: Actor): void {
    actor.alive = false
    under.delete(actor)
  }

  function next(): boolean {
    const [chosen] = ready.splice(dice.below(ready.length), 1)
    if (!chosen) return false
    const { actor, what, go } = chosen
    const fate = fateOf(actor, what)
    onTurn(actor, fate === 'go' ? what : `${what}: ${fate === 'crash' ? 'crash' : 'freeze'}`)
    if (fate === 'crash') crash(actor.gateway)
    else if (fate === 'go') go()
    else at(now + fate.freezeMs, () => actor.alive && ready.push(chosen))
    return true
  }

  function elapse(): boolean {
    const [first] = timers
    if (!first) return false
    now = first.at
    // All of one moment, so that those who begin together meet.
    while (timers[0]?.at === now) timers.shift()?.run()
    return true
  }

  return {
    now: () => now,
    turn,
    at,
    sleepTo: (actor, moment, what) =>
      new Promise((wake) => {
        at(moment, () => void turn(actor, what).then(wake))
      }),
    start(actor, run) {
      under.add(actor)
      void turn(actor, 'begins')
        .then(run)
        .catch((error: unknown) => {
          broken ??= { error }
        })
        .finally(() => under.delete(actor))
    },
    async drain() {
      for (let turns = 0; turns < mostTurns; turns++) {
        await quiet()
        if (broken) throw broken.error
        if (!next() && !elapse()) {
          const [stuck] = under
          if (stuck) throw new Error(`${stuck.name} waits for something that never comes`)
          return
        }
      }
      throw new Error('It does not come to rest')
    },
  }
}
