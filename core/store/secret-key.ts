import { createHash, randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { KalendsError } from '../errors.ts'

/** A key of 32 bytes and the name that sealed texts carry. */
export type SecretKey = { id: string; key: Buffer }

const keyBytes = 32
const expected =
  'Expected 32 bytes as base64 or hex (openssl rand -base64 32), or several with names, the current one first: new:…,old:…'

/**
 * Reads `secrets.key`: one key, or a comma-separated list `id:key` with the current key first and the older ones, which
 * only open, after it. A key without a name is named by its fingerprint. Throws KAL_SECRET_KEY, which never shows the text.
 */
export function parseKey(text: string): SecretKey[] {
  const keys = text.split(',').map((part, index) => parseOne(part.trim(), index))
  const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index)
  if (twice) throw new KalendsError('KAL_SECRET_KEY', { problem: `The key name "${twice.id}" is there twice.` })
  return keys
}

function parseOne(part: string, index: number): SecretKey {
  const [, id, encoded = ''] = /^(?:([\w-]{1,32}):)?([\w+/=-]+)$/.exec(part) ?? []
  const key = /^[0-9a-f]{64}$/i.test(encoded) ? Buffer.from(encoded, 'hex') : fromBase64(encoded)
  if (key?.length !== keyBytes) {
    throw new KalendsError('KAL_SECRET_KEY', { problem: `Key ${index + 1} of secrets.key is not usable. ${expected}` })
  }
  return { id: id ?? fingerprint(key), key }
}

/** Node reads any text as base64 and skips what it does not know; a mistyped key must not become a shorter one. */
function fromBase64(encoded: string): Buffer | null {
  const key = Buffer.from(encoded, 'base64')
  const plain = (text: string) => text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')
  return plain(key.toString('base64')) === plain(encoded) ? key : null
}

function fingerprint(key: Buffer): string {
  return createHash('sha256').update('kalends key ').update(key).digest('hex').slice(0, 8)
}

/**
 * The key that was generated for a folder, in `<folder>/secret.key` with mode 0600; made on first use. Two gateways that
 * start at once get one key. Throws KAL_SECRET_KEY where the file is damaged.
 */
export async function loadOrCreateKey(folder: string): Promise<SecretKey[]> {
  const path = join(folder, 'secret.key')
  const existing = await readKey(path)
  if (existing) return existing
  await mkdir(folder, { recursive: true })
  const partial = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const file = await open(partial, 'wx', 0o600)
  await file.writeFile(`${randomBytes(keyBytes).toString('base64')}\n`)
  // On disk before its first use: a secret whose key was lost with the power is lost too.
  await file.sync()
  await file.close()
  try {
    // link, not rename: it fails where another start was first, instead of replacing a key that is in use.
    await link(partial, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(partial)
  }
  await syncFolder(folder)
  const made = await readKey(path)
  if (!made) throw new KalendsError('KAL_SECRET_KEY', { problem: `${path} could not be made.` })
  return made
}

async function readKey(path: string): Promise<SecretKey[] | null> {
  try {
    return parseKey(await readFile(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    if (!(error instanceof KalendsError)) throw error
    const problem = `${path} is damaged. Restore it from a backup, or remove it and store every credential anew.`
    throw new KalendsError('KAL_SECRET_KEY', { problem }, { cause: error })
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path)
  await folder.sync().finally(() => folder.close())
}
