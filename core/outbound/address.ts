import ipaddr from 'ipaddr.js'

// Public by its range, yet answered by the cloud's own host agent (Azure's wire server hands out secrets there).
const hostAgents = new Set(['168.63.129.16'])

/**
 * Whether a literal IP address belongs to the public internet. Everything with a special meaning is not: private,
 * loopback, link-local (where the metadata services live), CGNAT, documentation, multicast, and every IPv6 range that
 * carries an IPv4 address inside (mapped, 6to4, Teredo, NAT64), because what it reaches is not what it looks like.
 * Ranges: IANA special-purpose registries, as ipaddr.js keeps them. Text that is no address answers false.
 */
export function isPublicAddress(address: string): boolean {
  // A zone ("%eth0") is only ever part of a link-local address.
  if (address.includes('%') || !ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  if (parsed.kind() === 'ipv4') return !hostAgents.has(parsed.toString())
  // IANA has given out only 2000::/3; ipaddr.js calls the rest "unicast" for want of a better word.
  const first = parsed.toByteArray()[0] ?? 0
  return first >> 5 === 1
}
