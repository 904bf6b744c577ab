import { BlockList, isIP } from 'node:net'
import { badQuery, badRequest } from './errors.ts'
import type { Profile } from './versions.ts'

const metadataHosts = ['169.254.169.254', 'metadata.google.internal']

const loopback = listOf([['127.0.0.0', 8, 'ipv4']], '::1')
const ours = listOf(
  [
    ['10.0.0.0', 8, 'ipv4'],
    ['172.16.0.0', 12, 'ipv4'],
    ['192.168.0.0', 16, 'ipv4'],
    ['169.254.0.0', 16, 'ipv4'],
    ['0.0.0.0', 8, 'ipv4'],
    ['fc00::', 7, 'ipv6'],
    ['fe80::', 10, 'ipv6'],
  ],
  '::',
)

/**
 * 400 for an address that Cal.com sends no webhook to: no http, or a cloud's metadata. The hosted service refuses private
 * and loopback hosts too; a self-hosted one allows them, since its receivers live beside it.
 */
export function checkWebhookUrl(text: unknown, profile: Profile, loopbackAllowed: boolean): void {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  if (!url) throw badQuery('subscriberUrl', 'subscriberUrl must be a URL address')
  if (!/^https?:$/.test(url.protocol)) throw refused('Only HTTP and HTTPS URLs are allowed')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (metadataHosts.includes(host)) throw refused('Blocked hostname')
  if (profile === 'self-hosted') return
  if (isIn(ours, host)) throw refused('Private IP address')
  // The sandbox plays the hosted service on the machine of its only listener: without this exception nobody could be told.
  if (!loopbackAllowed && (host === 'localhost' || isIn(loopback, host))) throw refused('Private IP address')
}

const refused = (why: string) => badRequest(`Webhook URL is not allowed: ${why}`)

function isIn(list: BlockList, host: string): boolean {
  const version = isIP(host)
  return version !== 0 && list.check(host, version === 4 ? 'ipv4' : 'ipv6')
}

function listOf(nets: [string, number, 'ipv4' | 'ipv6'][], single: string): BlockList {
  const list = new BlockList()
  for (const net of nets) list.addSubnet(...net)
  list.addAddress(single, 'ipv6')
  return list
}
