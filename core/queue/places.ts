import type { Job } from './queues.ts'

/**
 * Which of the jobs that were taken may run now, so that no group of them (all that goes to one calendar) is held up by
 * another. It knows no timers: who uses it says what time it is, in milliseconds of any clock.
 */
export type Places = {
  /** Takes in a job: it waits for `next`. False: too many of its group wait already, or its like does; let it go. */
  add(job: Job): boolean
  /** The next job that may run, and it counts as running from now on; null: none of those that wait may. */
  next(now: number): Job | null
  /** A job that ran has ended. */
  ended(job: Job, now: number): void
  /** Lets go the places of those that have been running for long; ask `next` afterwards. */
  age(now: number): void
  /** Takes out all that waits. */
  clear(): Job[]
  /** Places that are not taken. */
  readonly free: number
  /** Jobs that were taken in and do not run yet. */
  readonly waiting: number
}

/** What bounds the jobs of a worker: how many run and wait, of one group and of all. Times in milliseconds. */
export type Bounds = {
  places: number
  /** Places that one group may have, as long as it has not ended a run quickly, and again when it has become slow. */
  share: number
  /** Places that a group may have whose last run was a quick one: not all, or its death would be felt by all. */
  quickShare: number
  /** A run that takes longer keeps no place: only the share of its own group. */
  slowAfter: number
  /** For how long a group is taken for slow after it was: a calendar that hangs now and then hangs again. */
  slowFor: number
  /** Runs at once at most, with those that keep no place: each is a socket and some memory. */
  most: number
  /** Jobs of one group that may wait here, and of all groups together. */
  waitingOfGroup: number
  waiting: number
}

/** The bounds of a worker with so many places. */
export function boundsOf(places: number): Bounds {
  const share = Math.max(1, Math.floor(places / 4))
  return {
    places,
    share,
    quickShare: Math.max(1, places - share),
    slowAfter: 2_000,
    slowFor: 30_000,
    most: places * 8,
    // More than the sweep sends of one calendar at a time, or part of that would be let go and sent again and again; and
    // not much more, because what waits here waits although another gateway may have places.
    waitingOfGroup: Math.max(256, places * 8),
    waiting: 10_000,
  }
}

/** `slowUntil`: a run of it took long not long ago, so it counts as slow until then. `isQuick`: its last one did not. */
type Group = { name: string; running: number; waiting: Map<string, Job>; slowUntil: number; isQuick: boolean }
type Run = { group: Group; since: number }

/**
 * - A run keeps a place until it ends or has become slow; a group that is slow keeps none at all, only its share. So any
 *   number of calendars that hang leave the places to the others.
 * - A group that has nothing running may start one also when every place is taken: until it is known that those who
 *   have them are slow, nobody waits for them.
 * - Groups take turns; within a group it goes in order.
 */
export function createPlaces(bounds: Bounds, groupOf: (job: Job) => string): Places {
  const groups = new Map<string, Group>()
  /** Groups that have something waiting; who had its turn goes to the end. */
  const turns = new Set<Group>()
  const runs = new Map<Job, Run>()
  /** Those runs that keep a place, oldest first. */
  const placed = new Map<Job, Run>()
  let waiting = 0

  function groupNamed(name: string): Group {
    const known = groups.get(name)
    if (known) return known
    const group = { name, running: 0, waiting: new Map(), slowUntil: Number.NEGATIVE_INFINITY, isQuick: false }
    groups.set(name, group)
    return group
  }

  function mayStart({ running, slowUntil, isQuick }: Group, now: number): boolean {
    if (now < slowUntil) return running < bounds.share && runs.size < bounds.most
    if (running === 0 && runs.size < bounds.most) return true
    return placed.size < bounds.places && running < (isQuick ? bounds.quickShare : bounds.share)
  }

  function start(group: Group, now: number): Job {
    const [[key, job]] = group.waiting as unknown as [[string, Job]]
    group.waiting.delete(key)
    waiting--
    turns.delete(group)
    if (group.waiting.size > 0) turns.add(group)
    group.running++
    const run = { group, since: now }
    runs.set(job, run)
    if (now >= group.slowUntil) placed.set(job, run)
    return job
  }

  function noteSlow(group: Group, now: number): void {
    group.slowUntil = now + bounds.slowFor
    group.isQuick = false
    for (const [job, run] of placed) if (run.group === group) placed.delete(job)
  }

  return {
    add(job) {
      const group = groupNamed(groupOf(job))
      // Jobs carry ids and the state is the truth: one look that is yet to come is as good as two.
      const key = JSON.stringify(job.data)
      if (group.waiting.has(key)) return false
      if (group.waiting.size >= bounds.waitingOfGroup || waiting >= bounds.waiting) return false
      group.waiting.set(key, job)
      waiting++
      turns.add(group)
      return true
    },
    next(now) {
      for (const group of turns) if (mayStart(group, now)) return start(group, now)
      return null
    },
    ended(job, now) {
      const run = runs.get(job)
      if (!run) return
      const { group, since } = run
      runs.delete(job)
      placed.delete(job)
      group.running--
      if (now - since >= bounds.slowAfter) noteSlow(group, now)
      else group.isQuick = now >= group.slowUntil
      // What is worth remembering of a group without jobs is only a bad name.
      if (group.running === 0 && group.waiting.size === 0 && now >= group.slowUntil) groups.delete(group.name)
    },
    age(now) {
      for (const { group, since } of placed.values()) {
        if (now - since < bounds.slowAfter) return
        noteSlow(group, now)
      }
    },
    clear() {
      const left = [...turns].flatMap((group) => [...group.waiting.values()])
      for (const group of turns) group.waiting.clear()
      turns.clear()
      waiting = 0
      return left
    },
    get free() {
      return Math.max(0, bounds.places - placed.size)
    },
    get waiting() {
      return waiting
    },
  }
}
