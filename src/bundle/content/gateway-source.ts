/** A gateway of IPFS, asked for blocks as they are, which are checked here. */
import { messageOf } from '../../base/errors.ts'
import { type Cid, cidText } from '../../protocol/ipfs/cid.ts'
import { bodyUpTo } from './body.ts'
import { ContentError } from './errors.ts'
import type { BlockSource } from './store.ts'

const TIMEOUT_MS = 30_000
const MAX_BLOCK_BYTES = 4 * 1024 * 1024

/** @see https://specs.ipfs.tech/http-gateways/trustless-gateway/ */
export class GatewaySource implements BlockSource {
  readonly name: string
  readonly #url: string

  /** @param url without `/ipfs` */
  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '')
    this.name = `the gateway ${this.#url}`
  }

  async block(cid: Cid): Promise<Uint8Array> {
    const id = cidText(cid)
    let response: Response
    try {
      response = await fetch(`${this.#url}/ipfs/${id}?format=raw`, {
        headers: { accept: 'application/vnd.ipld.raw' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      throw ContentError.unreachable(this.name, messageOf(cause), error)
    }
    if (response.ok) return bodyUpTo(response, MAX_BLOCK_BYTES, id)
    await response.body?.cancel()
    if (response.status === 404) throw ContentError.notHere(id, this.name)
    throw ContentError.refused(this.name, `status ${response.status}`)
  }
}
