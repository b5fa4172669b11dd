/** What every place that keeps content can do. */
import type { Cid } from '../../protocol/ipfs/cid.ts'

/** Gives blocks; whoever asks checks the bytes against the id, or the source has done so. */
export interface BlockSource {
  /** For people: which place this is. */
  readonly name: string
  /** Throws `content/notHere`, `content/damaged`, `content/unreachable`. */
  block(cid: Cid): Promise<Uint8Array>
}

export interface StoredFile {
  /** Names with `/` between them. */
  readonly path: string
  /** Its bytes in parts, from the beginning each time. */
  open(): AsyncIterable<Uint8Array>
}

export interface ContentStore extends BlockSource {
  /**
   * Keeps a folder of files and pins it. The id is that of the modern profile everywhere.
   * Throws `content/otherId`, `content/refused`, `content/unreachable`, `protocol/…`.
   */
  addFolder(files: readonly StoredFile[]): Promise<Cid>
  /** Throws `content/notHere` when a part is missing. */
  pin(cid: Cid): Promise<void>
  /** Throws `content/notPinned`. */
  unpin(cid: Cid): Promise<void>
}
