import { lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { isPublicAddress } from './address.ts'
import type { AllowList } from './base-url.ts'
import { OutboundError } from './outbound-error.ts'

/** Resolves a name to all its addresses. `dns.lookup` in life; a table in tests. */
export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

const bySystem: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
  })

/**
 * Makes sockets for undici, and only to where we may go. The check stands here, between resolving and connecting,
 * because anywhere earlier a name could be resolved a second time to something else (DNS rebinding): the socket is
 * made to the very address that was judged.
 * @param connectTimeoutMs covers resolving, TCP and TLS together
 */
export function guardedConnector(
  allow: AllowList,
  connectTimeoutMs: number,
  resolve: Resolve = bySystem,
): buildConnector.connector {
  const open = buildConnector({ timeout: connectTimeoutMs, lookup: lookupWith(resolve) } as buildConnector.BuildOptions)
  const publicOnly = buildConnector({
    timeout: connectTimeoutMs,
    lookup: lookupWith(resolve, isPublicAddress),
  } as buildConnector.BuildOptions)

  return (options, callback) => {
    const port = options.port || (options.protocol === 'https:' ? '443' : '80')
    if (allow.has(`${options.hostname}:${port}`)) return open(options, callback)
    // No lookup happens for a literal address, so it is judged here.
    if (options.protocol !== 'https:' || (isIP(options.hostname) !== 0 && !isPublicAddress(options.hostname))) {
      return callback(refused(), null)
    }
    return publicOnly(options, callback)
  }
}

function refused(): OutboundError {
  return new OutboundError('HOST_NOT_ALLOWED', 'the host is not a public https one and not in outbound.allow', {
    sent: false,
  })
}

function lookupWith(resolve: Resolve, mayUse: (address: string) => boolean = () => true): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (all) => {
        const usable = all.filter(({ address }) => mayUse(address))
        const first = usable[0]
        if (first === undefined) callback(refused(), '')
        else if (options.all) callback(null, usable)
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, ''),
    )
  }
}
