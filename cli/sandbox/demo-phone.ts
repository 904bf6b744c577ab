import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ConnectionInput } from '../../core/contract/catalogue.ts'
import type { Settings } from '../../core/settings.ts'

/** The connection of the demo tenant through which the demo's call comes. */
export const demoPhone = 'phone'

/** The agent that is said to call. There is none at the vendor: the demo signs as the vendor would. */
export const demoAgent = 'agent_demo'

/**
 * The phone connection of the demo tenant; null where nobody would take its calls. Its key is made once and kept beside the
 * sandbox's own file: the gateway may be reached from elsewhere, and a key in the source would open this door to anybody.
 */
export async function demoPhoneConnection(settings: Settings): Promise<ConnectionInput | null> {
  const names = new Set(settings.plugins.map(({ name }) => name))
  if (!names.has('retell') || !names.has('phone')) return null
  const apiKey = (await rememberedPhoneKey(settings)) ?? (await newPhoneKey(settings))
  return { name: demoPhone, plugin: 'retell', credentials: { apiKey }, options: { agentIds: [demoAgent] } }
}

/** The key with which the demo signs, or null where no start has made one. */
export async function rememberedPhoneKey({ database }: Settings): Promise<string | null> {
  const text = await readFile(keyFile(database.folder), 'utf8').catch(() => '')
  return /^key_[\w-]{20,100}$/.test(text.trim()) ? text.trim() : null
}

async function newPhoneKey({ database }: Settings): Promise<string> {
  const file = keyFile(database.folder)
  const key = `key_${randomBytes(24).toString('base64url')}`
  await mkdir(resolve(database.folder), { recursive: true })
  await writeFile(`${file}.new`, `${key}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return key
}

function keyFile(folder: string): string {
  return join(resolve(folder), 'sandbox-phone.key')
}
