/**
 * The routing table on disk, as real nodes keep it in `dht4.cache`: a CBOR map of `timestamp`,
 * `entries` and `cache`; times in milliseconds since 1970.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/RoutingTable.java, KBucketEntry.java
 */
import { type CborItem, CborMap, decodeCbor, encodeCbor } from './cbor.ts'
import { CarrierError } from './errors.ts'
import { Fields } from './fields.ts'
import { ID_BYTES } from './id.ts'
import { addressBytes, addressText, type NodeInfo, readPort } from './node-info.ts'

export interface CachedNode extends NodeInfo {
  readonly created: number
  readonly lastSeen: number
  readonly lastSent: number
  readonly failures: number
  readonly reachable: boolean
  readonly version: number
}

export interface TableCache {
  readonly timestamp: number
  readonly entries: readonly CachedNode[]
  /** Replacements that wait for a place in a full bucket. */
  readonly cache: readonly CachedNode[]
}

/** 256 buckets of 8, far more than a table ever has. */
const MOST_NODES = 2_048
const VALUES_PER_NODE = 20
const TIME_MAX = Number.MAX_SAFE_INTEGER

export function encodeTableCache({ timestamp, entries, cache }: TableCache): Uint8Array {
  const map = new CborMap([
    ['timestamp', timestamp],
    ['entries', entries.map(nodeItem)],
    ['cache', cache.map(nodeItem)],
  ])
  return encodeCbor(map, 'java')
}

function nodeItem(node: CachedNode): CborItem {
  return new CborMap([
    ['id', node.id],
    ['addr', addressBytes(node.host)],
    ['port', node.port],
    ['created', node.created],
    ['lastSeen', node.lastSeen],
    ['lastSend', node.lastSent],
    ['failedRequests', node.failures],
    ['reachable', node.reachable],
    ['version', node.version],
  ])
}

/** Throws `carrier/badCache`. */
export function decodeTableCache(bytes: Uint8Array): TableCache {
  const refuse = CarrierError.badCache
  const fields = new Fields(
    decodeCbor(bytes, refuse, MOST_NODES * VALUES_PER_NODE),
    'the file',
    refuse,
  )
  const nodes = (key: string) => (fields.has(key) ? fields.list(key, MOST_NODES, readNode) : [])
  return {
    timestamp: fields.int('timestamp', 0, TIME_MAX),
    entries: nodes('entries'),
    cache: nodes('cache'),
  }
}

function readNode(value: unknown): CachedNode {
  const refuse = CarrierError.badCache
  const fields = new Fields(value, 'a node', refuse)
  const address = fields.bytes('addr')
  if (address.length !== 4 && address.length !== 16) throw refuse('`addr` is no IP address')
  return {
    id: fields.bytes('id', ID_BYTES),
    host: addressText(address),
    port: readPort(fields.raw('port'), refuse),
    created: fields.int('created', 0, TIME_MAX),
    lastSeen: fields.int('lastSeen', 0, TIME_MAX),
    lastSent: fields.int('lastSend', 0, TIME_MAX),
    failures: fields.int('failedRequests', 0, 0x7fff_ffff),
    reachable: fields.flag('reachable'),
    version: fields.int('version', -0x8000_0000, 0xffff_ffff),
  }
}
