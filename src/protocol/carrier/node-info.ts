/**
 * Where a node is: its id and its UDP address.
 *
 * In lookup responses an array `[id, address, port]` with 4 or 16 bytes of address.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/messages/LookupResponse.java
 */
import { SocketAddress } from 'node:net'
import type { CborItem } from './cbor.ts'
import { type Refuse, tuple } from './fields.ts'
import { ID_BYTES, type Id, idText } from './id.ts'

export interface NodeInfo {
  readonly id: Id
  /** An IPv4 or IPv6 address as text. */
  readonly host: string
  readonly port: number
}

export function nodeInfoItem({ id, host, port }: NodeInfo): CborItem {
  return [id, addressBytes(host), port]
}

export function readNodeInfo(value: unknown, family: 4 | 6, refuse: Refuse): NodeInfo {
  const [id, address, port] = tuple(value, 3, 'a node', refuse)
  if (!(id instanceof Uint8Array) || id.length !== ID_BYTES) {
    throw refuse('the id of a node does not have 32 bytes')
  }
  if (!(address instanceof Uint8Array) || address.length !== (family === 4 ? 4 : 16)) {
    throw refuse(`the address of a node is no IPv${family} address`)
  }
  return { id, host: addressText(address), port: readPort(port, refuse) }
}

export function readPort(value: unknown, refuse: Refuse): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 0xffff) {
    throw refuse('a port is not a number from 1 to 65535')
  }
  return value
}

/** `host:port`, which names a socket address as a key and in print. */
export function addressOf({ host, port }: Pick<NodeInfo, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** What a bootstrap node is called in `CARRIER_BOOTSTRAP`: `<id>@host:port`. */
export function nodeText(node: NodeInfo): string {
  return `${idText(node.id)}@${addressOf(node)}`
}

/** 4 or 16 bytes of an address. */
export function addressBytes(host: string): Uint8Array {
  if (!host.includes(':')) return Uint8Array.from(host.split('.'), Number)
  // `SocketAddress` writes IPv6 in its one canonical, shortened form.
  const [before = '', after] = new SocketAddress({ address: host, family: 'ipv6' }).address
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => quadGroups(parts))
    .split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const left = groups(before)
  const right = groups(after ?? '')
  const zeros = after === undefined ? 0 : 8 - left.length - right.length
  const all = [...left, ...Array<string>(zeros).fill('0'), ...right]
  return new Uint8Array(
    all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]),
  )
}

function quadGroups(parts: readonly string[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number)
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const groups = Array.from({ length: 8 }, (_none, index) => view.getUint16(index * 2).toString(16))
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address
}
