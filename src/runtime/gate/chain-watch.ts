/** Asks for a running DApp, at each new block, what the gate asked before it ran. */
import { ElaError, messageOf } from '../../base/errors.ts'
import type { OpenedBundle } from '../../bundle/read-bundle.ts'
import { heightOf, isAway } from './head.ts'
import type { Denial } from './memory.ts'
import { PROOF_COUNTS_MS, type Proof, type ProofWorld, proveOnline } from './proof.ts'

export type Verdict =
  | { readonly verdict: 'holds' }
  /** What it rests on is gone; `what` (a DID or a bundle) must not run here again. */
  | { readonly verdict: 'revoked'; readonly why: string; readonly what: string }
  /** Nobody can tell any more. It may not run on, and may be started again. */
  | { readonly verdict: 'unprovable'; readonly why: string }

/** Nodes that differ by a block contradict each other for a moment. */
const MOST_CONTRADICTIONS = 3

export class ChainWatch {
  readonly #bundle: OpenedBundle
  readonly #world: ProofWorld
  #proof: Proof
  #heights: string | undefined
  #contradictions = 0

  constructor(bundle: OpenedBundle, proof: Proof, world: ProofWorld) {
    this.#bundle = bundle
    this.#proof = proof
    this.#world = world
  }

  get network(): string | undefined {
    return this.#proof.network
  }

  async look(): Promise<Verdict> {
    const { manifest, bundleId } = this.#bundle
    try {
      const denial = this.#denial()
      if (denial !== undefined) return { verdict: 'revoked', ...denial }
      const heights = await this.#readHeights()
      if (heights === this.#heights) return this.#byAge()
      this.#proof = await proveOnline(this.#bundle, this.#world, true)
      this.#heights = heights
      this.#contradictions = 0
      return { verdict: 'holds' }
    } catch (error) {
      if (isAway(error)) return this.#byAge()
      if (!(error instanceof ElaError)) throw error
      const why = messageOf(error).replace(/^The (?:bundle is refused|DApp is not run): /, '')
      if (error.code.startsWith('release/')) return { verdict: 'revoked', why, what: bundleId }
      if (error.code.startsWith('bundle/')) return { verdict: 'revoked', why, what: manifest.app }
      this.#contradictions += 1
      if (this.#contradictions < MOST_CONTRADICTIONS) return { verdict: 'holds' }
      return { verdict: 'unprovable', why }
    }
  }

  /** Another instance was evicted, or somebody wrote it down. */
  #denial(): Pick<Denial, 'what' | 'why'> | undefined {
    const { manifest, bundleId } = this.#bundle
    const { memory } = this.#world
    const [found] = [manifest.app, bundleId].flatMap(
      (what) => memory.denialOf(what, this.#proof.network) ?? [],
    )
    return found && { what: found.what, why: found.why }
  }

  /** Changes when any chain that is asked made a block. */
  async #readHeights(): Promise<string> {
    const { eid, releases } = this.#world
    const asked = eid.map(({ url }) => heightOf(url).catch((error: unknown) => orThrow(error, eid)))
    return (await Promise.all([...asked, releases?.height() ?? ''])).join(' ')
  }

  #byAge(): Verdict {
    const age = this.#world.now() - this.#proof.at
    if (age <= PROOF_COUNTS_MS) return { verdict: 'holds' }
    return { verdict: 'unprovable', why: 'no chain confirmed it within the last 24 hours' }
  }
}

/** One of several nodes may be away; the last one may not. */
function orThrow(error: unknown, all: readonly unknown[]): string {
  if (all.length > 1 && isAway(error)) return 'away'
  throw error
}
