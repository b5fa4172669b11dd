/**
 * The nodes a node knows: a binary tree of id prefixes, its leaves buckets of 8 nodes and 8 spares.
 * Only the bucket of the own id splits, so that the table knows many near nodes and few far ones.
 *
 * Every node in it has answered us at its address. A node that only wrote to us proves nothing:
 * sender addresses of datagrams can be forged.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/RoutingTable.java, KBucket.java, KBucketEntry.java
 */
import { toHex } from '../../base/bytes-text.ts'
import { compareDistance, type Id } from '../../protocol/carrier/id.ts'
import { addressOf, type NodeInfo } from '../../protocol/carrier/node-info.ts'
import {
  areSiblings,
  isPrefixOf,
  MAX_DEPTH,
  type Prefix,
  parentOf,
  rootPrefix,
  splitPrefix,
} from '../../protocol/carrier/prefix.ts'
import type { TableCache } from '../../protocol/carrier/table-cache.ts'
import type { CarrierTimes } from './times.ts'

/** Nodes in a bucket, in its list of spares, and in an answer. */
export const K = 8
const DROPPED_AFTER_FAILURES = 5
const FAILING_AFTER = 2

/** Times in milliseconds since 1970, 0 for never. */
export interface TableEntry extends NodeInfo {
  readonly created: number
  lastSeen: number
  lastSent: number
  /** Calls without an answer since the last one with. */
  failures: number
  version: number
}

interface Bucket {
  readonly prefix: Prefix
  entries: TableEntry[]
  /** Answered too, but found no place; the newest first. */
  spares: TableEntry[]
  refreshed: number
}

export class RoutingTable {
  readonly #self: Id
  #buckets: Bucket[]
  readonly #byId = new Map<string, TableEntry>()
  readonly #byAddress = new Map<string, TableEntry>()

  constructor(self: Id, now: number) {
    this.#self = self
    this.#buckets = [{ prefix: rootPrefix, entries: [], spares: [], refreshed: now }]
  }

  get size(): number {
    return this.#byId.size
  }

  get buckets(): readonly { readonly prefix: Prefix; readonly refreshed: number }[] {
    return this.#buckets
  }

  entries(): readonly TableEntry[] {
    return [...this.#byId.values()]
  }

  find(id: Id): TableEntry | undefined {
    return this.#byId.get(toHex(id))
  }

  /**
   * Takes note of an answer from `node`. An id that is known at another address keeps that one as
   * long as it answers there; an address that changes its id belongs to the new one.
   */
  answered(node: NodeInfo, version: number, now: number): void {
    const known = this.find(node.id)
    if (known !== undefined && addressOf(known) === addressOf(node)) {
      known.lastSeen = now
      known.failures = 0
      known.version = version
      return
    }
    if (known !== undefined && known.failures === 0) return
    if (known !== undefined) this.#remove(known)
    const displaced = this.#byAddress.get(addressOf(node))
    if (displaced !== undefined) this.#remove(displaced)
    const { id, host, port } = node
    this.#insert({ id, host, port, version, created: now, lastSeen: now, lastSent: 0, failures: 0 })
  }

  /** The `count` nodes nearest to `target`, nearest first. */
  closest(
    target: Id,
    count: number,
    accept: (entry: TableEntry) => boolean = () => true,
  ): readonly TableEntry[] {
    return this.entries()
      .filter(accept)
      .sort((a, b) => compareDistance(target, a.id, b.id))
      .slice(0, count)
  }

  /** The bucket in which `id` would be was looked through. */
  refreshed(id: Id, now: number): void {
    this.#bucketOf(id).refreshed = now
  }

  /** Drops who is gone, gives their places to spares, and joins halves that one bucket can hold. */
  sweep(now: number, { staleMs }: Pick<CarrierTimes, 'staleMs'>): void {
    for (const entry of this.entries()) {
      const isStale = entry.failures > FAILING_AFTER && now - entry.lastSeen > staleMs
      const isGone = entry.failures > DROPPED_AFTER_FAILURES && entry.lastSeen <= entry.lastSent
      if (isStale || isGone) this.#remove(entry)
    }
    for (const bucket of this.#buckets) this.#promote(bucket)
    while (this.#joinOnce()) {}
  }

  /** What is worth keeping over a restart. */
  snapshot(now: number): TableCache {
    const kept = (entry: TableEntry) => ({ ...entry, reachable: true })
    return {
      timestamp: now,
      entries: this.entries().map(kept),
      cache: this.#buckets.flatMap(({ spares }) => spares.map(kept)),
    }
  }

  #bucketOf(id: Id): Bucket {
    const found = this.#buckets.find(({ prefix }) => isPrefixOf(prefix, id))
    if (found === undefined) throw new Error('the buckets do not cover all ids')
    return found
  }

  #insert(entry: TableEntry): void {
    const bucket = this.#bucketOf(entry.id)
    const failing = bucket.entries.find(({ failures }) => failures > FAILING_AFTER)
    if (bucket.entries.length >= K && failing !== undefined) this.#remove(failing)
    if (bucket.entries.length < K) {
      this.#place(bucket, entry)
    } else if (bucket.prefix.depth < MAX_DEPTH && isPrefixOf(bucket.prefix, this.#self)) {
      this.#split(bucket)
      this.#insert(entry)
    } else {
      const others = bucket.spares.filter(({ id }) => toHex(id) !== toHex(entry.id))
      bucket.spares = [entry, ...others].slice(0, K)
    }
  }

  #place(bucket: Bucket, entry: TableEntry): void {
    bucket.entries.push(entry)
    bucket.spares = bucket.spares.filter(({ id }) => toHex(id) !== toHex(entry.id))
    this.#byId.set(toHex(entry.id), entry)
    this.#byAddress.set(addressOf(entry), entry)
  }

  #remove(entry: TableEntry): void {
    const bucket = this.#bucketOf(entry.id)
    bucket.entries = bucket.entries.filter((other) => other !== entry)
    this.#byId.delete(toHex(entry.id))
    this.#byAddress.delete(addressOf(entry))
  }

  #promote(bucket: Bucket): void {
    while (bucket.entries.length < K) {
      const spare = bucket.spares.shift()
      if (spare === undefined) return
      // Since it answered, its id may have moved here and its address may have gone to another id.
      const isTaken = this.find(spare.id) ?? this.#byAddress.get(addressOf(spare))
      if (isTaken === undefined) this.#place(bucket, spare)
    }
  }

  #split(bucket: Bucket): void {
    const halves = splitPrefix(bucket.prefix).map((prefix) => ({
      prefix,
      entries: bucket.entries.filter(({ id }) => isPrefixOf(prefix, id)),
      spares: bucket.spares.filter(({ id }) => isPrefixOf(prefix, id)),
      refreshed: bucket.refreshed,
    }))
    this.#buckets = this.#buckets.flatMap((other) => (other === bucket ? halves : [other]))
  }

  /** Halves of one bucket lie side by side. */
  #joinOnce(): boolean {
    for (const [index, low] of this.#buckets.entries()) {
      const high = this.#buckets[index + 1]
      if (high === undefined || !areSiblings(low.prefix, high.prefix)) continue
      const entries = [...low.entries, ...high.entries]
      if (entries.length > K) continue
      const spares = [...low.spares, ...high.spares].slice(0, K)
      const refreshed = Math.min(low.refreshed, high.refreshed)
      this.#buckets.splice(index, 2, { prefix: parentOf(low.prefix), entries, spares, refreshed })
      return true
    }
    return false
  }
}

/** Whether it is time to ask a node if it is still there. */
export function needsPing(entry: TableEntry, now: number, times: CarrierTimes): boolean {
  if (now - entry.lastSeen < times.quietMs) return false
  if (entry.failures === 0) return true
  const doublings = Math.min(DROPPED_AFTER_FAILURES, entry.failures - 1)
  return now - entry.lastSent >= times.pingBackoffMs * 2 ** doublings
}

/** Whether a node may be named to others. One lost answer happens; three do not. */
export function isWorthNaming({ failures }: TableEntry): boolean {
  return failures <= FAILING_AFTER
}
