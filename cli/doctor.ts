import { type JobKind, pluginJobs, type QueueLoad, queueLoads } from '../core/store/workload.ts'
import { type Command, UsageError, wordsOf } from './command.ts'
import { examine, type Finding } from './doctor/examine.ts'
import { settingsFor, withDatabase } from './operator.ts'
import { type Column, printRows, shortTime } from './print.ts'

export default {
  usage: ['doctor [--queues | --schedules] [--json]'],
  details: `Looks whether everything is as it should be: Node.js, database, migrations,
secret key, plugins, every connection, what waits and what is stuck. Exit code 1
where something is wrong. A connection that passes its check again goes on with
its work.

  --queues     the queues, and what lies in them
  --schedules  what comes again by itself`,
  options: { queues: { type: 'boolean' }, schedules: { type: 'boolean' } },
  async run(typed, io) {
    wordsOf(typed)
    const { queues, schedules, json } = typed.values
    if (queues && schedules) throw new UsageError('--queues and --schedules do not go together.')
    const settings = await settingsFor(typed, io)
    if (queues) {
      printRows(typed, io, await withDatabase(settings, queueLoads), queueColumns, 'There are no queues yet.')
      return 0
    }
    if (schedules) {
      const own = { name: 'the sweep of forgotten work', everyMs: settings.sync.sweepEveryMs }
      const rows = [own, ...(await withDatabase(settings, pluginJobs))]
      printRows(typed, io, rows, scheduleColumns, '')
      return 0
    }
    const findings: Finding[] = []
    for await (const finding of examine(settings)) {
      findings.push(finding)
      if (!json) io.out(lineOf(finding))
    }
    if (json) io.out(JSON.stringify(findings, null, 2))
    return findings.some(({ level }) => level === 'error') ? 1 : 0
  },
} satisfies Command

const marks = { ok: 'ok     ', warning: 'warning', error: 'ERROR  ' } as const

/** One finding, its sentence wrapped beside its subject so that it fits 80 columns. */
function lineOf({ level, subject, message }: Finding): string {
  const before = `${marks[level]}  ${subject.padEnd(14)}  `
  const lines = message.replace(/(?![^\n]{1,54}$)([^\n]{1,54})\s/g, '$1\n').split('\n')
  return `${before}${lines.join(`\n${' '.repeat(before.length)}`)}`
}

const queueColumns: Column<QueueLoad>[] = [
  { title: 'queue', text: ({ name }) => name },
  { title: 'ready', text: ({ ready }) => ready, right: true },
  { title: 'delayed', text: ({ delayed }) => delayed, right: true },
  { title: 'active', text: ({ active }) => active, right: true },
  { title: 'failed', text: ({ failed }) => failed, right: true },
  { title: 'oldest ready (UTC)', text: ({ oldestReady }) => shortTime(oldestReady) },
]

type Schedule = { name: string; everyMs: number } | JobKind

const scheduleColumns: Column<Schedule>[] = [
  { title: 'what', text: ({ name }) => name },
  { title: 'every', text: (one) => ('everyMs' in one ? `${one.everyMs / 1_000} s` : null) },
  { title: 'waiting', text: (one) => ('waiting' in one ? one.waiting : null), right: true },
  { title: 'last done (UTC)', text: (one) => ('lastFinished' in one ? shortTime(one.lastFinished) : null) },
]
