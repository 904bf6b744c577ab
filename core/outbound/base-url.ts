import { isIP } from 'node:net'
import { KalendsError } from '../errors.ts'
import { isPublicAddress } from './address.ts'

/** The hosts that may be called although they are not public https ones: canonical `host:port`. */
export type AllowList = ReadonlySet<string>

/**
 * Reads `outbound.allow` (`"127.0.0.1:5555"`, `"[::1]:3000"`, `"cal.internal:443"`) once.
 * @throws KalendsError KAL_SETTINGS_INVALID for an entry that is not `host:port`
 */
export function readAllowList(entries: readonly string[]): AllowList {
  return new Set(entries.map(canonicalEntry))
}

function canonicalEntry(entry: string, index: number): string {
  const match = /^([^/@?#\s]+):(\d{1,5})$/.exec(entry)
  const url = match && URL.canParse(`http://${match[1]}`) ? new URL(`http://${match[1]}`) : null
  if (match === null || url === null || url.port !== '' || Number(match[2]) > 65_535) {
    throw new KalendsError('KAL_SETTINGS_INVALID', {
      path: `outbound.allow[${index}]`,
      found: JSON.stringify(entry),
      expected: 'host:port such as 127.0.0.1:5555',
    })
  }
  return `${bare(url.hostname)}:${Number(match[2])}`
}

/** `host:port` of a URL, the port always written out, brackets and a final dot removed. */
export function hostAndPort(url: URL): string {
  return `${bare(url.hostname)}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

/**
 * Why a URL may not be called, as far as its text tells, or null where it may. Names are judged again by the address
 * that they resolve to when the socket is made. Odd spellings of IPv4 (`0x7f.1`, `2130706433`) need no care here: the
 * WHATWG parser behind `URL` has made dotted decimals of them.
 */
export function whyRefused(url: URL, allow: AllowList): string | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'only https is called'
  if (url.username !== '' || url.password !== '') return 'a user name or password in the URL is not taken'
  if (allow.has(hostAndPort(url))) return null
  if (url.protocol !== 'https:') return 'only https is called; other hosts need an entry in outbound.allow'
  if (url.port !== '') return 'only port 443 is called; other ports need an entry in outbound.allow'
  const host = bare(url.hostname)
  if (isIP(host) !== 0) return isPublicAddress(host) ? null : 'the address is not a public one'
  if (!host.includes('.') || /\.(localhost|local|internal|home\.arpa|onion)$/.test(host)) {
    return 'the name is not a public one'
  }
  return null
}

/**
 * Checks the base URL of a connection when it is stored, and answers its canonical text without a final slash. What
 * a name resolves to is not asked here: it may change, and every new socket is judged by its address anyway.
 * @throws KalendsError KAL_CONNECTION_INVALID
 */
export function checkBaseUrl(url: string, allow: readonly string[]): string {
  const refuse = (problem: string) => new KalendsError('KAL_CONNECTION_INVALID', { problem: `baseUrl: ${problem}.` })
  if (!URL.canParse(url)) throw refuse('this is no URL; expected one such as https://api.cal.com/v2')
  const parsed = new URL(url)
  const problem = whyRefused(parsed, readAllowList(allow))
  if (problem !== null) throw refuse(problem)
  if (parsed.search !== '' || parsed.hash !== '') throw refuse('a query or fragment is not taken')
  return parsed.href.replace(/\/$/, '')
}
