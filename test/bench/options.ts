import { parseArgs } from 'node:util'

/** How a bench run is made. Times in seconds. */
export type Options = {
  systems: readonly System[]
  /** How often each system is measured, in turns; the table shows medians. */
  rounds: number
  warmUp: number
  /** Of each open-loop phase. */
  open: number
  /** Of the phase in which clients ask as fast as they are answered. */
  closed: number
  clients: number
  /** Requests per second of the open-loop phases. */
  rates: readonly number[]
  /** Finished appointments that are there before the first request. */
  history: number
  /** Appointments whose job waits for a time that does not come during the run. */
  waiting: number
  /** Writes V8 profiles of the systems into this folder. */
  profile: string | null
  /** Prints the statements that took most of the database's time. */
  statements: boolean
}

export const systems = ['floor', 'kalends'] as const
export type System = (typeof systems)[number]

export const usage = `npm run bench -- [options]
  --quick              one short round, for a first look
  --rounds <n>         how often each system is measured (3)
  --only <system>      floor or kalends
  --history <n>        finished appointments that are there already, in Kalends (0)
  --waiting <n>        appointments whose job waits for later, in Kalends (0)
  --profile <folder>   writes a CPU profile of each system
  --statements         prints what the database spent its time on (own PostgreSQL only)
DATABASE_URL names a PostgreSQL on which databases may be made; without it an embedded one runs for the bench.`

/** Reads the command line. Throws a TypeError for what it does not know. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      history: { type: 'string', default: '0' },
      waiting: { type: 'string', default: '0' },
      profile: { type: 'string' },
      statements: { type: 'boolean', default: false },
    },
  })
  const { quick } = values
  return {
    systems: systems.filter((system) => values.only === undefined || values.only === system),
    rounds: Number(values.rounds ?? (quick ? 1 : 3)),
    warmUp: quick ? 6 : 12,
    open: quick ? 5 : 20,
    closed: quick ? 4 : 10,
    clients: 32,
    rates: [50, 200],
    history: Number(values.history),
    waiting: Number(values.waiting),
    profile: values.profile ?? null,
    statements: values.statements,
  }
}
