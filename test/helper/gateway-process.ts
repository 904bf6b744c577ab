import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Author } from '../../core/contract/gateway.ts'
import type { Mark } from '../../core/flow/ports.ts'
import type { SettingsInput } from '../../core/settings.ts'

/** What of a tap test is used here. */
type Owner = { teardown(run: () => unknown): unknown }

/** What a gateway in a process of its own starts with: settings as JSON, plugins left out. With a `port` it listens there. */
export type ProcessSettings = { url: string; twinUrl: string; sync?: SettingsInput['sync']; port?: number }

/** What the parent asks of it. `arm`: the process sends itself `signal` the next time that it comes by `point`. */
export type Ask =
  | { id: number; is: 'call'; verb: 'book' | 'reschedule' | 'cancel'; args: unknown[] }
  | { id: number; is: 'arm'; point: Mark; signal: 'SIGKILL' | 'SIGSTOP' }
  | { id: number; is: 'close' }

export type Answer = { id: number; value?: unknown; error?: { code?: string; message: string } }

/** A gateway in a process of its own, to be killed. Every question is rejected where the process ends before its answer. */
export type GatewayProcess = {
  readonly child: ChildProcess
  /** Resolves with the signal or exit code that ended it. */
  readonly ended: Promise<NodeJS.Signals | number | null>
  verb(verb: 'book' | 'reschedule' | 'cancel', author: Author, ...args: unknown[]): Promise<unknown>
  /** Lets it die, or freeze, at the next coming by `point`. */
  arm(point: Mark, signal?: 'SIGKILL' | 'SIGSTOP'): Promise<void>
  /** Closes the gateway, which waits for its work under way; then the process ends. */
  close(): Promise<void>
  kill(): Promise<void>
}

/** Starts one, and ends it with the test. */
export async function startGatewayProcess(t: Owner, settings: ProcessSettings): Promise<GatewayProcess> {
  const file = fileURLToPath(new URL('gateway-child.ts', import.meta.url))
  const child = fork(file, [JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A test starts the same program many times, and most of its start is reading it.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'kalends-test-compiled') },
  })
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? code)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer))
  void ended.then(() => {
    for (const [id, answer] of waiting) answer({ id, error: { message: 'the process ended' } })
  })
  let lastId = 0
  const ask = async (question: { is: string } & Record<string, unknown>): Promise<unknown> => {
    const id = ++lastId
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
    child.send({ id, ...question }, () => undefined)
    const { value, error } = await answered
    waiting.delete(id)
    if (error) throw Object.assign(new Error(error.message), { code: error.code })
    return value
  }
  const ready = new Promise<Answer>((resolve) => waiting.set(0, resolve))
  const { error } = await ready
  waiting.delete(0)
  if (error) throw new Error(error.message)
  return {
    child,
    ended,
    verb: (verb, ...args) => ask({ is: 'call', verb, args }),
    arm: async (point, signal = 'SIGKILL') => void (await ask({ is: 'arm', point, signal })),
    async close() {
      await ask({ is: 'close' })
      await ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
