/**
 * A node of Carrier v2 (format A): answers pings and node lookups, keeps a routing table alive, and
 * finds the nodes nearest to any id. Values and peers are answered with "method not supported".
 *
 * @see Elastos.Carrier.Java core/…/kademlia/DHT.java
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { toHex } from '../../base/bytes-text.ts'
import { WANT_NODES4, WANT_TOKEN } from '../../protocol/carrier/bodies.ts'
import { ID_BYTES, type Id } from '../../protocol/carrier/id.ts'
import {
  ERROR_METHOD_UNKNOWN,
  type Message,
  OUR_VERSION,
  type Request,
  type RequestBody,
  type ResponseBody,
} from '../../protocol/carrier/message.ts'
import { addressOf, type NodeInfo } from '../../protocol/carrier/node-info.ts'
import type { NodeKeys } from '../../protocol/carrier/packet.ts'
import { idWithin } from '../../protocol/carrier/prefix.ts'
import type { TableCache } from '../../protocol/carrier/table-cache.ts'
import { type CallResult, Calls } from './calls.ts'
import { type Asked, lookup } from './lookup.ts'
import { isInReach, type Reach } from './reach.ts'
import { isWorthNaming, K, needsPing, RoutingTable, type TableEntry } from './routing-table.ts'
import type { CarrierTimes } from './times.ts'
import { TokenMaker } from './token-maker.ts'
import { type Traffic, Wire } from './wire.ts'

export interface CarrierNodeOptions {
  readonly keys: NodeKeys
  readonly host: string
  readonly port: number
  readonly bootstraps: readonly NodeInfo[]
  /** Nodes known before the last stop. They are asked again, not believed. */
  readonly remembered: readonly NodeInfo[]
  readonly reach: Reach
  readonly times: CarrierTimes
  /** Whether throttle and blacklist hold for an IP address. */
  readonly isLimited: (host: string) => boolean
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** So many known nodes are enough to stop joining. */
const WELL_CONNECTED = 30
/** Strangers that are pinged at the same time before they may enter the table. */
const MOST_CHECKS = 64
const LOOKUP_START = 16
const MOST_LOOKUPS = 16

export class CarrierNode {
  readonly #options: CarrierNodeOptions
  readonly #now: () => number
  readonly #table: RoutingTable
  readonly #tokens: TokenMaker
  readonly #wire: Wire
  readonly #calls: Calls
  /** Nodes that are being asked whether they are there, by id and address. */
  readonly #checking = new Set<string>()
  readonly #closing = new AbortController()
  readonly #duties: NodeJS.Timeout[] = []
  #lookups = 0
  #met: () => void = () => undefined
  /** Fulfilled once another node has answered. */
  readonly joined: Promise<void>

  private constructor(options: CarrierNodeOptions, wire: Wire, calls: Calls) {
    this.#options = options
    this.#wire = wire
    this.#calls = calls
    this.#now = options.now ?? Date.now
    this.#table = new RoutingTable(options.keys.id, this.#now())
    this.#tokens = new TokenMaker(this.#now)
    this.joined = new Promise((resolve) => {
      this.#met = resolve
    })
  }

  /** Binds the socket and begins to join. Throws `carrier/portInUse` and `carrier/cannotListen`. */
  static async start(options: CarrierNodeOptions): Promise<CarrierNode> {
    const { keys, host, port, isLimited, times, now = Date.now } = options
    let node: CarrierNode | undefined
    const onMessage = (message: Message, from: NodeInfo) => {
      if (node !== undefined) node.#receive(message, from)
    }
    const wire = await Wire.open({ keys, host, port, isLimited, now, onMessage })
    const calls = new Calls({ times, wire, now: () => performance.now() })
    node = new CarrierNode(options, wire, calls)
    node.#begin()
    return node
  }

  get id(): Id {
    return this.#options.keys.id
  }

  get port(): number {
    return this.#wire.port
  }

  get traffic(): Traffic {
    return this.#wire.traffic
  }

  /** Every node that answered and is not given up. */
  get known(): readonly Readonly<TableEntry>[] {
    return this.#table.entries()
  }

  /** What is worth keeping for the next start. */
  snapshot(): TableCache {
    return this.#table.snapshot(this.#now())
  }

  /** The up to 8 nodes nearest to `target` that answer, nearest first. */
  async findNodes(target: Id, also: readonly NodeInfo[] = []): Promise<readonly NodeInfo[]> {
    if (this.#lookups >= MOST_LOOKUPS) return this.#table.closest(target, K, isWorthNaming)
    this.#lookups += 1
    try {
      return await lookup({
        target,
        start: [...this.#table.closest(target, LOOKUP_START), ...also],
        ask: (node) => this.#askForNodes(node, target),
        accepts: (node) => this.#accepts(node),
      })
    } finally {
      this.#lookups -= 1
    }
  }

  async stop(): Promise<void> {
    this.#closing.abort()
    for (const duty of this.#duties) clearInterval(duty)
    this.#calls.close()
    await this.#wire.close()
  }

  #begin(): void {
    const { times } = this.#options
    const every = (ms: number, duty: () => void) => this.#duties.push(setInterval(duty, ms))
    every(times.pingEveryMs, () => this.#pingSomebody())
    every(times.sweepEveryMs, () => this.#sweep())
    every(times.selfLookupMs, () => void this.findNodes(this.id))
    every(times.randomLookupMs, () => void this.findNodes(randomBytes(ID_BYTES)))
    void this.#keepJoining()
  }

  /**
   * Asks bootstraps and remembered nodes until one answers, then looks for itself, which makes the
   * neighbours known to it and it to them. Again and again, ever more rarely: of nodes that start
   * together, the first to ask cannot be told of the others yet.
   */
  async #keepJoining(): Promise<void> {
    const { bootstraps, remembered, times } = this.#options
    const { signal } = this.#closing
    let wait = times.joinFirstMs
    while (!signal.aborted) {
      const sizeBefore = this.#table.size
      for (const node of [...bootstraps, ...(sizeBefore === 0 ? remembered : [])]) {
        if (this.#table.find(node.id) !== undefined) continue
        // Who is alone asks again before the last call is given up: nodes that start together
        // lose the first ones.
        if (sizeBefore === 0 && this.#accepts(node)) void this.#ask(node, { method: 'ping' })
        else void this.#check(node)
      }
      if (sizeBefore > 0 && sizeBefore < WELL_CONNECTED) await this.findNodes(this.id)
      const longest = this.#table.size === 0 ? times.joinAloneMs : times.joinEveryMs
      wait = Math.min(wait, longest)
      await sleep(wait, undefined, { signal }).catch(() => undefined)
      wait *= 2
    }
  }

  #accepts({ id, host, port }: NodeInfo): boolean {
    const isSelf =
      toHex(id) === toHex(this.id) || (host === this.#options.host && port === this.port)
    return !isSelf && isInReach(this.#options.reach, host)
  }

  #receive(message: Message, from: NodeInfo): void {
    if (message.type !== 'request') {
      this.#calls.settle(message, from)
      return
    }
    this.#reply(message, from)
    this.#heardOf(from)
  }

  #reply(request: Request, from: NodeInfo): void {
    const { transaction, method } = request
    const envelope = { transaction, version: OUR_VERSION }
    const respond = (body: ResponseBody) =>
      this.#wire.send(from, { type: 'response', ...envelope, ...body })
    switch (request.method) {
      case 'ping':
        respond({ method: 'ping' })
        return
      case 'findNode': {
        const { target, want } = request.body
        const nodes4 = (want & WANT_NODES4) === 0 ? [] : this.#nearestFor(from, target)
        const token = (want & WANT_TOKEN) === 0 ? 0 : this.#tokens.make(from, target)
        respond({ method: 'findNode', body: { nodes4, nodes6: [], token } })
        return
      }
      case 'announcePeer':
      case 'findPeer':
      case 'storeValue':
      case 'findValue': {
        const body = { code: ERROR_METHOD_UNKNOWN, text: 'method not supported' }
        this.#wire.send(from, { type: 'error', ...envelope, method, body })
        return
      }
    }
  }

  #nearestFor(asker: NodeInfo, target: Id): readonly NodeInfo[] {
    const askerId = toHex(asker.id)
    return this.#table
      .closest(target, K + 1, isWorthNaming)
      .filter(({ id }) => toHex(id) !== askerId)
      .slice(0, K)
  }

  /** A request proves that its sender has the key, but not that it is at the address. */
  #heardOf(from: NodeInfo): void {
    const known = this.#table.find(from.id)
    if (known === undefined || known.failures > 0) {
      void this.#check(from)
    } else if (addressOf(known) === addressOf(from)) {
      known.lastSeen = this.#now()
    } else {
      // Either it has moved, which shows when the old address fails, or somebody pretends.
      void this.#check(known)
    }
  }

  /** Pings a node; if it answers, it belongs into the table. */
  async #check(node: NodeInfo): Promise<void> {
    const name = `${toHex(node.id)}@${addressOf(node)}`
    if (this.#checking.has(name) || this.#checking.size >= MOST_CHECKS) return
    if (!this.#accepts(node)) return
    this.#checking.add(name)
    await this.#ask(node, { method: 'ping' })
    this.#checking.delete(name)
  }

  async #askForNodes(node: NodeInfo, target: Id): Promise<Asked> {
    const body = { target, want: WANT_NODES4 }
    const result = await this.#ask(node, { method: 'findNode', body })
    if (result.outcome !== 'answered') return result
    const { response } = result
    return { outcome: 'answered', nodes: 'body' in response ? response.body.nodes4 : [] }
  }

  /** Calls a node and lets the table know what came of it. */
  async #ask(node: NodeInfo, body: RequestBody): Promise<CallResult> {
    const entry = this.#table.find(node.id)
    const isEntry = entry !== undefined && addressOf(entry) === addressOf(node)
    if (isEntry) entry.lastSent = this.#now()
    const result = await this.#calls.call(node, body)
    if (this.#closing.signal.aborted) return result
    if (result.outcome === 'silent') {
      if (isEntry) entry.failures += 1
    } else {
      const { version } = result.outcome === 'answered' ? result.response : result
      this.#table.answered(node, version, this.#now())
      this.#met()
    }
    return result
  }

  /** The one of those whose turn it is that was not heard of for longest. */
  #pingSomebody(): void {
    const now = this.#now()
    const [next] = this.#table
      .entries()
      .filter((entry) => needsPing(entry, now, this.#options.times))
      .sort((a, b) => Math.max(a.lastSeen, a.lastSent) - Math.max(b.lastSeen, b.lastSent))
    if (next !== undefined) void this.#check(next)
  }

  #sweep(): void {
    const now = this.#now()
    this.#table.sweep(now, this.#options.times)
    const due = this.#table.buckets.find(
      ({ refreshed }) => now - refreshed >= this.#options.times.refreshBucketMs,
    )
    if (due === undefined) return
    const target = idWithin(due.prefix, randomBytes(ID_BYTES))
    this.#table.refreshed(target, now)
    void this.findNodes(target)
  }
}
