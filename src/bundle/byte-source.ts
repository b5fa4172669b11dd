/** Bytes that come in pieces, taken in the sizes somebody wants. */
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { systemCodeOf } from '../base/errors.ts'
import { BundleError } from './errors.ts'
import { limits, unpackedLimit } from './limits.ts'
import { Refusal } from './refusal.ts'

const HEADER_BYTES = 10
const TRAILER_BYTES = 8
const CHUNK_BYTES = 1 << 18
/** No flags, no time, no hint of the level; system Unix or unknown. */
const HEADER = /^1f8b0800000000000(?:003|0ff)$/

export class ByteSource {
  readonly #pieces: AsyncIterator<Buffer>
  #piece: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** Exactly `size` bytes. Throws `bundle/cutOff`, naming `where`. */
  async take(size: number, where: string): Promise<Buffer> {
    if (this.#piece.length - this.#at >= size) {
      this.#at += size
      return this.#piece.subarray(this.#at - size, this.#at)
    }
    const whole = Buffer.allocUnsafe(size)
    let filled = 0
    await this.each(size, where, (part) => {
      whole.set(part, filled)
      filled += part.length
    })
    return whole
  }

  /** Hands `size` bytes to `sink` part by part. A part is only good until `sink` is done. */
  async each(
    size: number,
    where: string,
    sink: (part: Buffer) => void | Promise<void>,
  ): Promise<void> {
    for (let left = size; left > 0; ) {
      if (this.#at === this.#piece.length && !(await this.#next())) throw Refusal.cutOff(where)
      const part = this.#piece.subarray(this.#at, this.#at + left)
      this.#at += part.length
      left -= part.length
      const waiting = sink(part)
      if (waiting !== undefined) await waiting
    }
  }

  /** Throws `bundle/bytesAfterEnd` when there is more. */
  async end(): Promise<void> {
    if (this.#at < this.#piece.length || (await this.#next())) throw Refusal.bytesAfterEnd()
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#pieces.return?.()
  }

  async #next(): Promise<boolean> {
    for (;;) {
      const { value, done } = await this.#pieces.next()
      if (done === true) return false
      if (value.length === 0) continue
      this.#piece = value
      this.#at = 0
      return true
    }
  }
}

/** The content of memory, as if it came from a file. */
export function sourceOf(bytes: Buffer): ByteSource {
  return new ByteSource(
    (async function* () {
      yield bytes
    })(),
  )
}

/**
 * The archive inside a gzip file of one member that ends where the file does.
 *
 * The source throws `bundle/notGzip`, `bundle/tooLarge` and `bundle/bytesAfterEnd`.
 * Throws `bundle/unreadable`.
 */
export async function openArchive(file: string): Promise<ByteSource> {
  let handle: FileHandle
  try {
    handle = await open(file, 'r')
  } catch (error) {
    throw BundleError.unreadable(file, error)
  }
  return new ByteSource(unpacked(file, handle))
}

async function* unpacked(file: string, handle: FileHandle): AsyncGenerator<Buffer> {
  const engine = createInflateRaw({ chunkSize: CHUNK_BYTES })
  try {
    const { size, header, crc, length } = await ends(file, handle)
    if (!HEADER.test(header)) throw Refusal.notGzip('its first bytes are others')
    const packed = size - HEADER_BYTES - TRAILER_BYTES
    const limit = unpackedLimit(size)
    const range = { start: HEADER_BYTES, end: size - TRAILER_BYTES - 1, autoClose: false }
    const stream = createReadStream(file, { fd: handle, highWaterMark: CHUNK_BYTES, ...range })
    // What fails is met by reading from the engine.
    pipeline(stream, engine, () => undefined)
    let sum = 0
    let total = 0
    for await (const piece of engine as AsyncIterable<Buffer>) {
      sum = crc32(piece, sum)
      total += piece.length
      if (total > limit) throw Refusal.tooLarge('its content', total, limit)
      yield piece
    }
    if (engine.bytesWritten !== packed) throw Refusal.bytesAfterEnd()
    if (sum !== crc || total % 2 ** 32 !== length) throw Refusal.notGzip('its checksum is wrong')
  } catch (error) {
    if (systemCodeOf(error)?.startsWith('Z_') === true) throw Refusal.notGzip('it is damaged')
    throw error
  } finally {
    engine.destroy()
    await handle.close().catch(() => undefined)
  }
}

async function ends(file: string, handle: FileHandle) {
  const stat = await handle.stat()
  if (!stat.isFile()) throw BundleError.unreadable(file, new Error('it is no file'))
  const { size } = stat
  if (size < HEADER_BYTES + TRAILER_BYTES + 1) throw Refusal.notGzip('it is too short')
  if (size > limits.compressedBytes) {
    throw Refusal.tooLarge('the file', size, limits.compressedBytes)
  }
  const header = Buffer.alloc(HEADER_BYTES)
  const trailer = Buffer.alloc(TRAILER_BYTES)
  await handle.read(header, 0, HEADER_BYTES, 0)
  await handle.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES)
  return {
    size,
    header: header.toString('hex'),
    crc: trailer.readUInt32LE(0),
    length: trailer.readUInt32LE(4),
  }
}
