/** A file as blocks: pieces of one size, under nodes with so many links, under nodes … */
import { CodecError } from '../codec.ts'
import { type Cid, cidOf } from './cid.ts'
import { encodeDagPb } from './dag-pb.ts'
import { encodeUnixfs } from './unixfs.ts'

/** How files become blocks: the same content gets one id in each profile. */
export interface DagProfile {
  readonly version: 0 | 1
  /** Whether pieces are plain bytes, or wrapped in a node as in the old days. */
  readonly rawLeaves: boolean
  readonly chunkBytes: number
  /** Most links of one node. */
  readonly width: number
}

/** What we publish with. @see IPIP-499, `unixfs-v1-2025` */
export const MODERN: DagProfile = {
  version: 1,
  rawLeaves: true,
  chunkBytes: 1024 * 1024,
  width: 1024,
}

/** What Kubo does when it is told nothing. @see IPIP-499, `unixfs-v0-2015` */
export const CLASSIC: DagProfile = {
  version: 0,
  rawLeaves: false,
  chunkBytes: 256 * 1024,
  width: 174,
}

/** The top of some blocks. */
export interface DagRoot {
  readonly cid: Cid
  /** Bytes of the file; 0 for directories. */
  readonly fileSize: number
  /** Bytes of all blocks. */
  readonly dagSize: number
}

/** Takes each block as it is made; the bytes are its own to keep until it returns. */
export type TakeBlock = (cid: Cid, bytes: Uint8Array) => void

/** Feed it a file in parts of any length with `push`, then call `end`. */
export class FileDag {
  readonly #profile: DagProfile
  readonly #take: TakeBlock
  readonly #leaves: DagRoot[] = []
  #waiting: Uint8Array[] = []
  #waitingBytes = 0

  constructor(profile: DagProfile, take: TakeBlock) {
    const { chunkBytes, width } = profile
    if (!Number.isInteger(chunkBytes) || chunkBytes < 1) {
      throw CodecError.outOfRange('a chunk', chunkBytes)
    }
    if (!Number.isInteger(width) || width < 2) throw CodecError.outOfRange('a width', width)
    this.#profile = profile
    this.#take = take
  }

  /** The part must not be changed before `end`. */
  push(part: Uint8Array): void {
    const { chunkBytes } = this.#profile
    for (let at = 0; at < part.length; ) {
      const piece = part.subarray(at, at + chunkBytes - this.#waitingBytes)
      at += piece.length
      this.#waiting.push(piece)
      this.#waitingBytes += piece.length
      if (this.#waitingBytes === chunkBytes) this.#leaf()
    }
  }

  end(): DagRoot {
    if (this.#waitingBytes > 0 || this.#leaves.length === 0) this.#leaf()
    const { width } = this.#profile
    let level: readonly DagRoot[] = this.#leaves
    while (level.length > 1) {
      const parents: DagRoot[] = []
      for (let at = 0; at < level.length; at += width) {
        parents.push(this.#parent(level.slice(at, at + width)))
      }
      level = parents
    }
    const [root] = level
    if (root === undefined) throw CodecError.malformed('A file has no blocks')
    return root
  }

  #leaf(): void {
    const [only] = this.#waiting
    const bytes =
      only !== undefined && this.#waiting.length === 1 ? only : Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    this.#leaves.push(this.#profile.rawLeaves ? this.#rawLeaf(bytes) : this.#node([], bytes))
  }

  #rawLeaf(bytes: Uint8Array): DagRoot {
    const cid = cidOf('raw', bytes)
    this.#take(cid, bytes)
    return { cid, fileSize: bytes.length, dagSize: bytes.length }
  }

  #parent(children: readonly DagRoot[]): DagRoot {
    return this.#node(children, new Uint8Array())
  }

  #node(children: readonly DagRoot[], bytes: Uint8Array): DagRoot {
    const pieces = children.map(({ fileSize }) => fileSize)
    const fileSize = pieces.reduce((sum, piece) => sum + piece, bytes.length)
    const block = encodeDagPb({
      links: children.map(({ cid, dagSize }) => ({ cid, name: '', size: dagSize })),
      data: encodeUnixfs({ kind: 'file', bytes, fileSize, pieces }),
    })
    const cid = cidOf('dag-pb', block, this.#profile.version)
    this.#take(cid, block)
    const below = children.reduce((sum, { dagSize }) => sum + dagSize, 0)
    return { cid, fileSize, dagSize: block.length + below }
  }
}
