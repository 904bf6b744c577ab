import { setTimeout as sleep } from 'node:timers/promises'
import type { Gateway } from '../core/contract/gateway.ts'
import type { Settings } from '../core/settings.ts'
import { type Command, type Io, wordsOf } from './command.ts'
import { Client } from './demo/client.ts'
import { PhoneLine } from './demo/phone-line.ts'
import { play } from './demo/story.ts'
import { asOperator, operatorOf, quietLog, settingsFor } from './operator.ts'
import { findRunning, type Running } from './running.ts'
import { demoAgent, demoPhone, rememberedPhoneKey } from './sandbox/demo-phone.ts'
import { freePort, isFree, rememberedPort, sandboxHost } from './sandbox/place.ts'
import { demoTenant } from './sandbox/sandbox.ts'
import { type Served, serve } from './serve.ts'

/** How long the demo's key lives where the demo is killed before it can remove it. Milliseconds. */
const keyLife = 15 * 60_000

export default {
  usage: ['demo [--config FILE]'],
  details: `Books, moves and cancels through the API of the running gateway, loses an
answer of the calendar on purpose, shows how each change arrives, and plays a
call of a phone agent. Starts a gateway for its own duration where none runs. It
plays in the sandbox only, and cancels what it booked.`,
  async run(typed, io) {
    wordsOf(typed)
    const settings = await settingsFor(typed, io)
    const running = await findRunning(settings)
    if (running !== null) return await playAgainst(running.url, settings, io)
    io.out('No gateway runs in this folder: one is started for the demo.')
    const served: Served = await serve(await onFreePort(settings), io.environment, quietLog())
    try {
      return await playAgainst(served.url, settings, io)
    } finally {
      await served.stop()
    }
  },
} satisfies Command

/**
 * The configured port, to which the calendar sends its webhooks already; another only where somebody has it. It is not
 * left at 0: webhooks need to know which one it is.
 */
async function onFreePort(settings: Settings): Promise<Settings> {
  const { host, port: usual } = settings.server
  if (usual !== 0 && (await isFree(usual, host))) return settings
  const port = await freePort(sandboxHost)
  const server = Object.freeze({
    ...settings.server,
    host: sandboxHost,
    port,
    publicUrl: `http://${sandboxHost}:${port}`,
  })
  return Object.freeze({ ...settings, server })
}

async function playAgainst(url: Running['url'], settings: Settings, io: Io): Promise<0 | 1> {
  return asOperator(settings, async (gateway) => {
    const port = await rememberedPort(settings)
    const tenant = await gateway.tenants.get(demoTenant).catch(() => null)
    if (port === null || tenant === null) {
      io.err('The demo plays in the sandbox, and this gateway has none: it is connected to real calendars.')
      return 1
    }
    const author = operatorOf(tenant.id)
    const expiresAt = new Date(Date.now() + keyLife).toISOString()
    const { id, key } = await gateway.keys.create(author, {
      name: 'demo (removed after it)',
      role: 'manager',
      expiresAt,
    })
    try {
      const api = new Client(url, { authorization: `Bearer ${key}` })
      const sandbox = new Client(`http://${sandboxHost}:${port}`)
      const phone = await phoneOf(gateway, settings, tenant.id, url)
      return await play({ api, sandbox, phone, say: io.out, sleep, patience: 30_000 })
    } finally {
      await gateway.keys.remove(author, id)
    }
  })
}

/** The line on which the demo calls, where the gateway has one. */
async function phoneOf(
  { connections }: Pick<Gateway, 'connections'>,
  settings: Settings,
  tenantId: string,
  url: string,
): Promise<PhoneLine | null> {
  const key = await rememberedPhoneKey(settings)
  const { items } = await connections.list(tenantId, { limit: 200 })
  const found = items.find(({ name, plugin }) => name === demoPhone && plugin === 'retell')
  return key === null || !found ? null : new PhoneLine(url, found.id, key, demoAgent)
}
