/** Several places that may have content, asked one after another; wrong bytes count as none. */
import { createHash } from 'node:crypto'
import { equalBytes } from '../../base/bytes-text.ts'
import { messageOf } from '../../base/errors.ts'
import { type Cid, cidText } from '../../protocol/ipfs/cid.ts'
import { ContentError } from './errors.ts'
import type { BlockSource } from './store.ts'

export class AnySource implements BlockSource {
  readonly name: string
  readonly #sources: readonly BlockSource[]
  /** Has answered last: what has one block of a tree most likely has the next. */
  #best: BlockSource | undefined

  constructor(sources: readonly BlockSource[]) {
    this.#sources = sources
    this.name = sources.map(({ name }) => name).join(', ')
  }

  /** Throws `content/nowhere` with what each of them said. */
  async block(cid: Cid): Promise<Uint8Array> {
    const best = this.#best
    const order = best === undefined ? this.#sources : [best, ...this.#sources]
    const failures: string[] = []
    for (const source of new Set(order)) {
      try {
        const bytes = await source.block(cid)
        const digest = createHash('sha256').update(bytes).digest()
        if (!equalBytes(digest, cid.digest)) throw ContentError.damaged(cidText(cid), source.name)
        this.#best = source
        return bytes
      } catch (error) {
        failures.push(messageOf(error))
      }
    }
    throw ContentError.nowhere(cidText(cid), failures)
  }
}
