/**
 * Which IP addresses lie on the public internet. Everything else (this machine, its network, its
 * provider's network, many at once, none) is no place that a DApp may be led to by a name.
 *
 * @see IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6890, 6598, 6052
 */
import { BlockList, isIP } from 'node:net'

const special = new BlockList()
for (const [address, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(address, bits, 'ipv4')
}
for (const [address, bits] of [
  // Teredo, ORCHID and others, documentation, 6to4 (an IPv4 address inside), documentation.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(address, bits, 'ipv6')
}
const unicast = new BlockList()
unicast.addSubnet('2000::', 3, 'ipv6')

/** IPv4 inside IPv6: mapped, and by NAT64's well-known prefix. Canonical text. */
const EMBEDDED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/
const NAT64 = /^64:ff9b::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})?$/

export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4')
    case 6:
      return isPublicV6(address)
    default:
      return false
  }
}

function isPublicV6(address: string): boolean {
  // A zone names an interface of this machine.
  if (address.includes('%')) return false
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const found = EMBEDDED.exec(text) ?? NAT64.exec(text)
  if (found === null) return unicast.check(text, 'ipv6') && !special.check(text, 'ipv6')
  const [high, low] = [found[1] ?? '0', found[2] ?? '0'].map((group) => Number.parseInt(group, 16))
  const parts = [high, low].flatMap((group = 0) => [group >> 8, group & 0xff])
  return isPublicAddress(parts.join('.'))
}
