/** Whether staged files are still the ones that were verified. */
import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import type { StagedFile } from './gate/stage.ts'

const CHUNK_BYTES = 1 << 18
/** Read anew in one go although nothing seems to have changed. */
const WHOLE_BYTES_A_LOOK = 8 << 20
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)

/**
 * Looks at all files each time. One that seems touched is read whole; the others are read in turn,
 * some megabytes a look, because times of files can be set back.
 */
export class Measure {
  readonly #files: readonly StagedFile[]
  readonly #states = new Map<string, string>()
  #next = 0

  constructor(files: readonly StagedFile[]) {
    this.#files = files
  }

  /** The path of a file that is another than it was, or gone; `undefined` when all is as it was. */
  async findChanged(): Promise<string | undefined> {
    for (const one of this.#files) {
      const state = await stateOf(one.file)
      const known = this.#states.get(one.file)
      if (state === undefined) return one.path
      if (known === state) continue
      // The first look takes the state, and reads what it is the state of.
      if (!(await isAsListed(one))) return one.path
      this.#states.set(one.file, state)
    }
    return this.#readSome()
  }

  async #readSome(): Promise<string | undefined> {
    for (
      let read = 0, count = 0;
      count < this.#files.length && read < WHOLE_BYTES_A_LOOK;
      count += 1
    ) {
      const one = this.#files[this.#next % this.#files.length]
      if (one === undefined) return undefined
      this.#next += 1
      read += one.size
      if (!(await isAsListed(one))) return one.path
    }
    return undefined
  }
}

async function stateOf(file: string): Promise<string | undefined> {
  const stats: BigIntStats | undefined = await lstat(file, { bigint: true }).catch(() => undefined)
  if (stats === undefined || !stats.isFile()) return undefined
  return `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.mode}`
}

async function isAsListed({ file, size, sha256 }: StagedFile): Promise<boolean> {
  const handle = await open(file, READ).catch(() => undefined)
  if (handle === undefined) return false
  try {
    const sum = createHash('sha256')
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size + 1))
    let length = 0
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, null)
      if (bytesRead === 0) break
      length += bytesRead
      if (length > size) return false
      sum.update(chunk.subarray(0, bytesRead))
    }
    return length === size && sum.digest('hex') === sha256
  } catch {
    return false
  } finally {
    await handle.close()
  }
}
