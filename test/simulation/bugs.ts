import type { Profile } from './scenario.ts'

/**
 * A fault that somebody could put into the house by one careless change, as that very change to the real source. The
 * simulation must find it; one whose snippet is not there any more stops the test, so that it is renewed with the code.
 */
export type Bug = {
  name: string
  /** From the root of the project. */
  file: string
  find: string
  replace: string
  /** The invariants of which at least one must say so. */
  breaks: readonly string[]
  /** Where it shows soonest. */
  profile: Profile
  /** So many seeds at the most, from 1 on. */
  seeds: number
}

const single = { shapes: ['single'] as const }

export const bugs: readonly Bug[] = [
  {
    name: 'an Idempotency-Key is not kept',
    file: 'core/flow/book.ts',
    find: '...(idempotency ? { idempotency } : {}),',
    replace: '',
    breaks: ['I7 one effect per key'],
    profile: { ...single, does: ['book'], sites: ['turn'], kinds: ['crash'], leastFaults: 4, mostFaults: 8 },
    seeds: 60,
  },
  {
    name: 'an unknown create is tried again without a look',
    file: 'core/flow/sync.ts',
    find: 'const settled = await settleOpen(work)',
    replace: 'const settled = null as Recorded | Refusal | null',
    breaks: ['a look before a repetition', 'I3 one live booking', 'I9 no intent stuck'],
    profile: { ...single, sites: ['write'], kinds: ['timeout after commit', '400 after commit'], leastFaults: 3 },
    seeds: 40,
  },
  {
    name: 'a doubtful answer is taken for a no',
    file: 'core/flow/judge.ts',
    find: `      return doubtful(step, outcome.code)
    case 'not_done'`,
    replace: `      return refused(step, outcome.code, { is: 'retry', code: outcome.code, scope: 'booking' })
    case 'not_done'`,
    breaks: ['a look before a repetition', 'I3 one live booking'],
    profile: { ...single, sites: ['write'], kinds: ['timeout after commit', '400 after commit'], leastFaults: 3 },
    seeds: 40,
  },
  {
    name: 'findings are written whoever holds the lease',
    file: 'core/store/record.ts',
    find: 'where s.lease_owner = i.owner and s.lease_epoch = i.epoch',
    replace: 'where true',
    breaks: ['I15 fencing'],
    profile: { ...single, sites: ['turn', 'job'], kinds: ['freeze', 'duplicate'], leastFaults: 5, mostFaults: 8 },
    seeds: 60,
  },
  {
    name: 'a lease keeps nobody out',
    file: 'core/store/syncs.ts',
    find: `    and (s.lease_until is null or s.lease_until <= kalends.clock())
    and c.state = 'active' and c.paused is null`,
    replace: `    and c.state = 'active' and c.paused is null`,
    breaks: ['I13 one write at a time', 'I3 one live booking'],
    profile: { ...single, sites: ['job', 'write'], kinds: ['duplicate', 'slow'], leastFaults: 4, mostFaults: 8 },
    seeds: 60,
  },
  {
    name: 'a write is not announced',
    file: 'core/flow/step.ts',
    find: "if (!(await announce(work, step, intentId))) return 'fenced'",
    replace: '',
    breaks: ['I8 intent before effect'],
    profile: { ...single, sites: [] },
    seeds: 5,
  },
  {
    name: 'a report is acknowledged before it is kept',
    file: 'core/flow/receive.ts',
    find: `  const answer = await db.transaction(`,
    replace: `  const answer = 'accepted' as const; void db.transaction(`,
    breaks: ['I2 nothing lost'],
    profile: {
      ...single,
      hooks: ['named'],
      does: ['moved there'],
      sites: ['turn'],
      kinds: ['crash'],
      leastFaults: 4,
      mostFaults: 8,
    },
    seeds: 120,
  },
  {
    name: 'what was asked for is taken for what was agreed',
    file: 'core/flow/judge.ts',
    find: `function refused(step: Step, code: string, go: Go): Judgement {
  return {
    booking: { ...step.booking,`,
    replace: `function refused(step: Step, code: string, go: Go): Judgement {
  return {
    booking: { ...step.booking, synced: step.kind === 'reschedule' && step.booking.synced ? { ...step.booking.synced, startsAt: step.startsAt } : step.booking.synced,`,
    breaks: ['I4 convergence', 'true status', 'I18 audit', 'I1 no echo'],
    profile: { ...single, does: ['move'], sites: ['write'], kinds: ['throttled'], leastFaults: 3 },
    seeds: 40,
  },
  {
    name: 'an echo is known by its id alone',
    file: 'core/flow/hear.ts',
    find: 'return externalId === word.externalId && synced !== null && word.status !== null && sameState(synced, word)',
    replace: 'return externalId === word.externalId',
    breaks: ['I4 convergence', 'true status'],
    profile: { ...single, moves: ['in_place'], does: ['moved there', 'cancelled there'], sites: [] },
    seeds: 20,
  },
  {
    name: 'an unknown create is forgotten when its appointment is cancelled',
    file: 'core/flow/look-again.ts',
    find: 'isLive(appointment) ? absent(work, settled, open) : lookOnAfterCancel(work, settled, open)',
    replace: 'isLive(appointment) ? absent(work, settled, open) : null',
    breaks: ['I9 no intent stuck', 'I6 cancel wins'],
    profile: { ...single, does: ['cancel'], sites: ['write'], kinds: ['late', 'timeout'], leastFaults: 3 },
    seeds: 60,
  },
  {
    name: 'a cancel does not win',
    file: 'core/domain/merge.ts',
    find: "winner: ours.live ? 'theirs' : 'ours'",
    replace: "winner: 'theirs'",
    breaks: ['I6 cancel wins', 'I18 audit'],
    profile: {
      ...single,
      does: ['cancel', 'moved there', 'moved there'],
      sites: ['job'],
      kinds: ['delay'],
      leastFaults: 4,
      withinMs: 2_000,
    },
    seeds: 80,
  },
  {
    name: 'the chain of moves is not followed',
    file: 'core/flow/chain.ts',
    find: 'if (!successorId || step >= longestChain) return outcome',
    replace: 'if (!successorId || step >= 0) return outcome',
    breaks: ['I1 no echo', 'I3 one live booking', 'I4 convergence', 'I6 cancel wins'],
    profile: {
      ...single,
      moves: ['new_id'],
      does: ['moved there', 'moved there', 'verify', 'move'],
      hooks: ['none'],
      sites: [],
      withinMs: 10_000,
    },
    seeds: 60,
  },
  {
    name: 'what was lost in the queue is not found again',
    file: 'core/store/nudges.ts',
    find: 'const rows = found?.rows ?? []',
    replace: 'const rows: NudgedRow[] = []',
    breaks: ['I9 no intent stuck', 'I4 convergence', 'comes to rest'],
    profile: { ...single, sites: ['job'], kinds: ['drop'], leastFaults: 4 },
    seeds: 20,
  },
  {
    name: 'the word of a calendar is believed unseen',
    file: 'core/flow/judge.ts',
    find: 'const made = confirmAt === null ? booking',
    replace: 'const made = confirmAt !== null ? booking',
    breaks: ['I4 convergence', 'true status'],
    profile: { ...single, does: ['edit'], sites: ['write'], kinds: ['lying 201'], leastFaults: 4 },
    seeds: 20,
  },
  {
    name: 'what a calendar told is not kept as agreed',
    file: 'core/flow/heed.ts',
    find: `  replaced(work, standing)
  if (result.is === 'conflict'`,
    replace: `  if (result.is === 'conflict'`,
    breaks: ['I1 no echo', 'I4 convergence', 'true status', 'I5 monotonic versions'],
    profile: { ...single, does: ['moved there', 'move', 'edit'], sites: [], mostOperations: 9, withinMs: 10_000 },
    seeds: 100,
  },
  {
    name: 'half of a composite service stays booked',
    file: 'core/flow/compensate.ts',
    find: 'return isMaking && !isTransient(code) && bookings.some(isHeld)',
    replace: 'return false',
    breaks: ['whole or none'],
    profile: { shapes: ['composite'], does: ['edit'], sites: ['write'], kinds: ['refused'], leastFaults: 4 },
    seeds: 20,
  },
  {
    name: 'a change does not ask which version it was made on',
    file: 'core/store/commit.ts',
    find: 'and a.version = i.expected',
    replace: '',
    breaks: ['I5 monotonic versions', 'I2 nothing lost', 'I18 audit'],
    profile: { ...single, does: ['move', 'edit', 'cancel'], sites: [], mostOperations: 8, withinMs: 2 },
    seeds: 60,
  },
  {
    name: 'whoever froze announces as if nothing had been',
    file: 'core/store/intents.ts',
    find: 'where s.lease_owner = i.owner and s.lease_epoch = i.epoch and s.lease_until > kalends.clock()',
    replace: 'where true',
    breaks: ['I15 fencing', 'I13 one write at a time'],
    profile: {
      ...single,
      sites: ['turn', 'job'],
      kinds: ['freeze', 'duplicate'],
      leastFaults: 5,
      mostFaults: 8,
      withinMs: 3_000,
    },
    seeds: 100,
  },
  {
    name: 'a booking of ours that comes late is left standing',
    file: 'core/flow/stray.ts',
    find: 'if (others.length === 0) return null',
    replace: 'return null',
    breaks: ['I3 one live booking'],
    profile: { ...single, does: ['edit'], sites: ['write'], kinds: ['late', 'timeout'], leastFaults: 3 },
    seeds: 60,
  },
  {
    name: 'a change that was overtaken is taken over all the same',
    file: 'core/store/record.ts',
    find: 'select i.*, s.wanted_version > i.version as changed, s.wanted_version > i.version or s.asked > i.asked as moved',
    replace: 'select i.*, false as changed, false as moved',
    breaks: ['no fault of ours', 'I4 convergence', 'I9 no intent stuck', 'true status', 'comes to rest'],
    profile: { ...single, does: ['move', 'moved there', 'cancel'], sites: [], mostOperations: 9, withinMs: 1_000 },
    seeds: 60,
  },
]
