// A process that the tests of the embedded database start and kill: opens it as a gateway or as a command, prints one line of
// JSON, and stops it when its input ends.
import { once } from 'node:events'
import { attachEmbedded, startEmbedded } from '../../../core/store/embedded.ts'

const [kind, folder = ''] = process.argv.slice(2)
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`)
const log = { info() {}, warn() {}, error() {} }
try {
  const { url, stop } = await (kind === 'gateway' ? startEmbedded : attachEmbedded)({ folder, log })
  say({ url })
  process.stdin.resume()
  await once(process.stdin, 'end')
  await stop()
} catch (error) {
  const { code, message } = error as { code: string; message: string }
  say({ code, message })
}
