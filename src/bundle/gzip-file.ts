/**
 * Writes one gzip file, its blocks compressed on several threads.
 *
 * Each block of 1 MiB ends on a whole byte and begins with what came before as its dictionary, so
 * that the blocks in a row are one deflate stream. The bytes depend on content, level and zlib
 * alone.
 *
 * @see RFC 1952
 */
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib'

const BLOCK_BYTES = 1 << 20
const DICTIONARY_BYTES = 1 << 15
const IN_FLIGHT = 4
/** No flags, no time, no level, system unknown. */
export const GZIP_HEADER = Buffer.from('1f8b08000000000000ff', 'hex')

const SAMPLES = 4
const SAMPLE_BYTES = 4_096
/** Samples that shrink by less are of files that were compressed before. */
const WORTH_IT = 0.97

const deflate = promisify(deflateRaw) as (bytes: Uint8Array, options: object) => Promise<Buffer>

export class GzipFile {
  readonly #handle: FileHandle
  readonly #level: number
  /** Filled in turn; a slot is used again when its block and the one after it are written. */
  readonly #slots: Buffer[] = []
  readonly #jobs: Promise<Buffer>[] = []
  #slot = 0
  #filled = 0
  #dictionary: Buffer | undefined
  #crc = 0
  #bytesIn = 0
  #bytesOut = 0

  private constructor(handle: FileHandle, level: number) {
    this.#handle = handle
    this.#level = level
    for (let n = 0; n < IN_FLIGHT + 2; n += 1) this.#slots.push(Buffer.allocUnsafeSlow(BLOCK_BYTES))
  }

  /** @param file must not exist */
  static async create(file: string, level: number): Promise<GzipFile> {
    const gzip = new GzipFile(await open(file, 'wx', 0o644), level)
    await gzip.#out(GZIP_HEADER)
    return gzip
  }

  get bytesIn(): number {
    return this.#bytesIn
  }

  /** Bytes of the file so far. */
  get bytesOut(): number {
    return this.#bytesOut
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const room = this.room()
      const part = bytes.subarray(at, at + room.length)
      room.set(part)
      await this.took(part.length)
      at += part.length
    }
  }

  /** Where the next bytes may be put, one at least; `took` says how many were. */
  room(): Buffer {
    return this.#current().subarray(this.#filled)
  }

  async took(bytes: number): Promise<void> {
    this.#filled += bytes
    if (this.#filled === BLOCK_BYTES) await this.#flush(false)
  }

  /** Ends the file on the disk and closes it. */
  async finish(): Promise<void> {
    await this.#flush(true)
    while (this.#jobs.length > 0) await this.#writeOldest()
    const trailer = Buffer.alloc(8)
    trailer.writeUInt32LE(this.#crc >>> 0, 0)
    trailer.writeUInt32LE(this.#bytesIn % 2 ** 32, 4)
    await this.#out(trailer)
    await this.#handle.sync()
    await this.#handle.close()
  }

  /** Closes after a failure; the file is of no use. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#jobs)
    await this.#handle.close().catch(() => undefined)
  }

  #current(): Buffer {
    const slot = this.#slots[this.#slot]
    if (slot === undefined) throw new Error('no slot')
    return slot
  }

  async #flush(isLast: boolean): Promise<void> {
    const block = this.#current().subarray(0, this.#filled)
    this.#crc = crc32(block, this.#crc)
    this.#bytesIn += block.length
    const job = deflate(block, {
      level: this.#level === 0 || shrinks(block) ? this.#level : 0,
      finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      chunkSize: BLOCK_BYTES + DICTIONARY_BYTES,
      ...(this.#dictionary === undefined ? {} : { dictionary: this.#dictionary }),
    })
    // A failure is met when the block is written; until then nobody waits for it.
    job.catch(() => undefined)
    this.#jobs.push(job)
    this.#dictionary = block.length < DICTIONARY_BYTES ? block : block.subarray(-DICTIONARY_BYTES)
    this.#slot = (this.#slot + 1) % this.#slots.length
    this.#filled = 0
    if (this.#jobs.length > IN_FLIGHT) await this.#writeOldest()
  }

  async #writeOldest(): Promise<void> {
    const oldest = this.#jobs[0]
    if (oldest === undefined) return
    await this.#out(await oldest)
    this.#jobs.shift()
  }

  async #out(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, at)
      at += bytesWritten
    }
    this.#bytesOut += bytes.length
  }
}

function shrinks(block: Buffer): boolean {
  if (block.length < SAMPLES * SAMPLE_BYTES) return true
  const step = Math.floor((block.length - SAMPLE_BYTES) / (SAMPLES - 1))
  for (let n = 0; n < SAMPLES; n += 1) {
    const sample = block.subarray(n * step, n * step + SAMPLE_BYTES)
    if (deflateRawSync(sample, { level: 1 }).length < sample.length * WORTH_IT) return true
  }
  return false
}
