/**
 * Finds the nodes nearest to a target: asks the nearest known ones for nearer ones, ten at a time,
 * until nobody nearer turns up.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/tasks/LookupTask.java, ClosestCandidates.java,
 *   ClosestSet.java
 */
import { toHex } from '../../base/bytes-text.ts'
import { compareDistance, type Id } from '../../protocol/carrier/id.ts'
import { addressOf, type NodeInfo } from '../../protocol/carrier/node-info.ts'
import { K } from './routing-table.ts'

const AT_ONCE = 10
const MOST_CANDIDATES = 24
/** Answers that change nothing at the far end of the nearest, after which they are taken as final. */
const STABLE_AFTER = 8
const TRIES = 3

/** What asking one node came to. */
export type Asked =
  | { readonly outcome: 'answered'; readonly nodes: readonly NodeInfo[] }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'silent' }

export interface LookupOptions {
  readonly target: Id
  /** Nodes to begin with. */
  readonly start: readonly NodeInfo[]
  readonly ask: (node: NodeInfo) => Promise<Asked>
  /** Whether a node that was named may be asked: not ourselves, and at an address that counts. */
  readonly accepts: (node: NodeInfo) => boolean
}

/** The up to 8 nearest nodes that answered, nearest first. */
export async function lookup(options: LookupOptions): Promise<readonly NodeInfo[]> {
  const state = new LookupState(options.target, options.accepts)
  state.add(options.start)
  const running = new Set<Promise<void>>()
  for (;;) {
    while (running.size < AT_ONCE && !state.isDone) {
      const node = state.next()
      if (node === undefined) break
      const asking = options.ask(node).then((asked) => state.note(node, asked))
      const tracked: Promise<void> = asking.finally(() => running.delete(tracked))
      running.add(tracked)
    }
    if (running.size === 0) return state.nearest
    await Promise.race(running)
  }
}

class LookupState {
  readonly #target: Id
  readonly #accepts: (node: NodeInfo) => boolean
  /** Nearest first; who is being asked is in `#asking` instead. */
  #candidates: NodeInfo[] = []
  #closest: NodeInfo[] = []
  readonly #seen = new Set<string>()
  readonly #tries = new Map<string, number>()
  #unchanged = 0

  constructor(target: Id, accepts: (node: NodeInfo) => boolean) {
    this.#target = target
    this.#accepts = accepts
  }

  get nearest(): readonly NodeInfo[] {
    return this.#closest
  }

  /** The nearest are known when many answers changed nothing and no candidate is nearer. */
  get isDone(): boolean {
    const [best] = this.#candidates
    if (best === undefined) return true
    const tail = this.#closest[K - 1]
    if (tail === undefined || this.#unchanged <= STABLE_AFTER) return false
    return compareDistance(this.#target, tail.id, best.id) < 0
  }

  /** Each id and each socket address is asked once: several nodes share the IP of a devnet. */
  add(nodes: readonly NodeInfo[]): void {
    for (const node of nodes) {
      const names = [toHex(node.id), addressOf(node)]
      if (names.some((name) => this.#seen.has(name)) || !this.#accepts(node)) continue
      for (const name of names) this.#seen.add(name)
      this.#candidates.push(node)
    }
    this.#candidates.sort((a, b) => compareDistance(this.#target, a.id, b.id))
    this.#candidates.length = Math.min(this.#candidates.length, MOST_CANDIDATES)
  }

  next(): NodeInfo | undefined {
    return this.#candidates.shift()
  }

  note(node: NodeInfo, asked: Asked): void {
    switch (asked.outcome) {
      case 'answered':
        this.#keep(node)
        this.add(asked.nodes)
        return
      case 'silent': {
        const tries = (this.#tries.get(toHex(node.id)) ?? 0) + 1
        this.#tries.set(toHex(node.id), tries)
        if (tries < TRIES) this.#candidates.push(node)
        return
      }
      case 'refused':
        return
    }
  }

  #keep(node: NodeInfo): void {
    const tail = this.#closest[K - 1]
    const all = [...this.#closest, node]
    all.sort((a, b) => compareDistance(this.#target, a.id, b.id))
    this.#closest = all.slice(0, K)
    this.#unchanged = this.#closest[K - 1] === tail ? this.#unchanged + 1 : 0
  }
}
