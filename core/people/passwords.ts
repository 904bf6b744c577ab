import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** The price of one guess: `N` and `r` make memory (128 · N · r bytes), `p` repeats it. */
export type PasswordCost = { N: number; r: number; p: number }

/** 32 MiB and three passes. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt */
export const usualCost: PasswordCost = { N: 2 ** 15, r: 8, p: 3 }

export type Passwords = {
  hash(password: string): Promise<string>
  /**
   * Whether it is the password of this hash. With null (there is no such person) it takes as long, and says no: time
   * must not tell who has an account.
   */
  verify(password: string, hash: string | null): Promise<boolean>
}

const saltBytes = 16
const keyBytes = 32
const mostAtOnce = 2
// A stored hash names its own price; one that was tampered with must not name all our memory.
const mostMemory = 256 * 1024 * 1024

/** scrypt (RFC 7914). A stored hash says what it cost, so that the price can be raised without anybody's help. */
export function createPasswords(cost: PasswordCost = usualCost): Passwords {
  const inTurn = gate(mostAtOnce)
  const dummy = format(cost, randomBytes(saltBytes), randomBytes(keyBytes))
  return {
    async hash(password) {
      const salt = randomBytes(saltBytes)
      return format(cost, salt, await inTurn(() => derive(password, salt, cost)))
    },
    async verify(password, hash) {
      const known = parse(hash ?? dummy)
      if (known === null) return false
      const key = await inTurn(() => derive(password, known.salt, known.cost))
      return timingSafeEqual(key, known.key) && hash !== null
    },
  }
}

/** NFKC: the same word typed on another keyboard is the same password (NIST SP 800-63B, 3.1.1.2). */
function derive(password: string, salt: Buffer, cost: PasswordCost): Promise<Buffer> {
  const options: ScryptOptions = { ...cost, maxmem: mostMemory }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function format({ N, r, p }: PasswordCost, salt: Buffer, key: Buffer): string {
  return `scrypt$${N}$${r}$${p}$${salt.toString('base64url')}$${key.toString('base64url')}`
}

function parse(text: string): { cost: PasswordCost; salt: Buffer; key: Buffer } | null {
  const [, N, r, p, salt, key] = /^scrypt\$(\d{1,8})\$(\d{1,2})\$(\d{1,2})\$([\w-]+)\$([\w-]{43})$/.exec(text) ?? []
  if (salt === undefined || key === undefined) return null
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  return { cost, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') }
}

/** Lets so many run at once: the threads that hash are also those that resolve names and read files. */
function gate(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (run) => {
    if (running < most) running++
    else await new Promise<void>((go) => waiting.push(go))
    try {
      return await run()
    } finally {
      // The place is handed on as it is: `running` falls only when nobody waits.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
