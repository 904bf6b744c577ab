import { setTimeout as sleep } from 'node:timers/promises'
import { loadSettings } from '../config/load.ts'
import { createLogger, type Logger } from '../core/logger.ts'
import { type Command, type Io, textOf, wordsOf } from './command.ts'
import { type Served, serve } from './serve.ts'
import { untilStopped } from './until-stopped.ts'
import { welcome } from './welcome.ts'

/** How long a stop waits for what is under way: a call to a calendar has this long at most, and a little. Milliseconds. */
const patience = 25_000

/** Runs the gateway until it is told to stop. */
export default {
  usage: ['start [--config FILE]'],
  details: `Runs the gateway in the foreground: opens the database (the embedded one in
.kalends/, or DATABASE_URL), brings it up to date, and serves until Ctrl-C or
SIGTERM. A second Ctrl-C stops at once. Where neither CALCOM_API_KEY nor any
tenant is configured, it brings a Cal.com sandbox and a demo tenant along.`,
  async run(typed, io) {
    wordsOf(typed)
    const { settings } = await loadSettings({ file: textOf(typed, 'config'), environment: io.environment })
    const log = createLogger(settings)
    const stopping = untilStopped(() => {
      if (process.stdout.isTTY) io.out('\n  Stopping. Ctrl-C once more stops at once.')
    })
    const served = await serve(settings, io.environment, log)
    if (!stopping.isAsked()) greet(served, log, io)
    await stopping.asked
    return await stop(served, log)
  },
} satisfies Command

/** For people where somebody sees it, or has to: on a terminal, or where credentials are shown this once. */
function greet(served: Served, log: Logger, io: Io): void {
  if (process.stdout.isTTY || served.sandbox !== null) io.out(welcome(served))
  log.info({ event: 'started', url: served.url, pid: process.pid }, 'the gateway is ready')
}

async function stop(served: Served, log: Logger): Promise<0 | 1> {
  const stopped = await Promise.race([served.stop().then(() => true), sleep(patience, false, { ref: false })])
  if (stopped) log.info({ event: 'stopped' }, 'the gateway has stopped')
  else log.error({ event: 'stopped' }, 'not everything ended in time; what was under way is taken up at the next start')
  return stopped ? 0 : 1
}
