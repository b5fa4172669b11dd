/**
 * Which addresses count as nodes. Real nodes answer whoever asks, but keep only nodes of addresses
 * that count in their routing tables.
 *
 *     production    global addresses only
 *     development   private networks too, but not loopback
 *     devnet        loopback and private networks, nothing public
 *
 * @see Elastos.Carrier.Java api/…/utils/AddressUtils.java
 */
import { BlockList, isIPv4 } from 'node:net'

export type Reach = 'production' | 'development' | 'devnet'

const loopback = blocks(['127.0.0.0', 8])
const siteLocal = blocks(['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16])
/** Never a node: this network, link-local, documentation, benchmarks, multicast, reserved. */
const nowhere = blocks(
  ['0.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
)

/** Whether a node may live at an IPv4 address. */
export function isInReach(reach: Reach, host: string): boolean {
  if (!isIPv4(host) || nowhere.check(host)) return false
  if (loopback.check(host)) return reach === 'devnet'
  if (siteLocal.check(host)) return reach !== 'production'
  return reach !== 'devnet'
}

function blocks(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, bits] of subnets) list.addSubnet(network, bits)
  return list
}
