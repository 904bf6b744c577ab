// The process behind gateway-process.ts: a gateway that says when it is up, does what its parent asks, and kills itself at a
// marked point when it was told so.
import pino from 'pino'
import { createGateway } from '../../core/gateway.ts'
import { testSettings } from './gateway.ts'
import type { Answer, Ask, ProcessSettings } from './gateway-process.ts'

const { url, twinUrl, sync = {}, port } = JSON.parse(process.argv[2] ?? '') as ProcessSettings
const say = (answer: Answer) => process.send?.(answer)
let armed: { point: string; signal: 'SIGKILL' | 'SIGSTOP' } | null = null

const gateway = await createGateway(
  testSettings(url, { url: twinUrl }, { sync, ...(port ? { server: { port } } : {}) }),
  {
    logger: pino({ level: process.env.KALENDS_TEST_LOG ?? 'silent' }),
    mark(point) {
      if (armed?.point !== point) return
      const { signal } = armed
      armed = null
      process.kill(process.pid, signal)
    },
  },
)

process.on('message', async (ask: Ask) => {
  const { id } = ask
  try {
    if (ask.is === 'arm') {
      armed = { point: ask.point, signal: ask.signal }
      say({ id })
    } else if (ask.is === 'close') {
      await gateway.close()
      say({ id })
      process.disconnect()
    } else {
      const verb = gateway.appointments[ask.verb] as (...args: unknown[]) => Promise<unknown>
      say({ id, value: await verb(...ask.args) })
    }
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    say({ id, error: { ...(code === undefined ? {} : { code }), message } })
  }
})
if (port) await gateway.listen()
say({ id: 0 })
