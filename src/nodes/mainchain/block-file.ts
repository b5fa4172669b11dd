/**
 * The file that holds every block this node ever accepted, in the order of their coming.
 *
 *     head      "ELABLK01"  genesis hash (32, internal order)
 *     record    "EBLK"  length u32  check (8)  block (length bytes)
 *
 * `check` is the front of SHA-256 over length and block. Records are only ever appended. A process
 * that dies while it writes leaves a record that ends too early; that tail was never answered for
 * and is cut off at the next start. Anything else that does not read back is damage, and is said.
 *
 * A file that is shorter than it was known to be is damage too: see `../known-length.ts`.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { equalBytes } from '../../base/bytes-text.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { knownLength, rememberLength } from '../known-length.ts'
import { MainchainError } from './errors.ts'

const FILE_MARK = Buffer.from('ELABLK01')
const HEAD_BYTES = FILE_MARK.length + 32
const RECORD_MARK = Buffer.from('EBLK')
const RECORD_HEAD_BYTES = 16
/** Larger than any block: body and header limits together are 3 MB. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024
const CHUNK_BYTES = 4 * 1024 * 1024
/** A power cut may take the blocks of this long with it; the death of the process takes none. */
const FLUSH_AFTER_MS = 1_000

export interface StoredBlock {
  readonly offset: number
  readonly bytes: Uint8Array
}

export class BlockFile {
  readonly path: string
  readonly #handle: number
  #length = HEAD_BYTES
  #flushTimer: NodeJS.Timeout | undefined
  #closed = false

  /**
   * Opens or makes the file; `load` must follow.
   * Throws `mainchain/corrupted`, `mainchain/shortened`, `mainchain/otherChain` and
   * `mainchain/notWritable`.
   */
  constructor(file: string, genesisHash: Uint8Array) {
    this.path = file
    try {
      mkdirSync(path.dirname(file), { recursive: true })
      this.#handle = openSync(file, 'a+')
    } catch (error) {
      throw MainchainError.notWritable(file, error)
    }
    try {
      const size = fstatSync(this.#handle).size
      const known = knownLength(file)
      if (size < known) throw MainchainError.shortened(file, size, known)
      if (!hasHead(file, this.#handle, size, genesisHash)) {
        writeHead(file, this.#handle, genesisHash)
      }
    } catch (error) {
      closeSync(this.#handle)
      throw error
    }
  }

  /**
   * Hands every whole block to `visit`, oldest first. Throws `mainchain/corrupted`, and what `visit`
   * throws.
   *
   * @returns how many bytes of a half-written block were cut off the end
   */
  load(visit: (block: StoredBlock) => void): number {
    const { size } = fstatSync(this.#handle)
    this.#length = scan(this.path, this.#handle, size, visit)
    if (this.#length < size) ftruncateSync(this.#handle, this.#length)
    return size - this.#length
  }

  /** Appends a block and returns where it is. It survives the death of this process at once. */
  append(block: Uint8Array): number {
    const offset = this.#length
    const record = Buffer.concat([recordHead(block), block])
    try {
      for (let at = 0; at < record.length; ) at += writeSync(this.#handle, record, at)
    } catch (error) {
      // Half a record must not stay in front of the next one.
      ftruncateSync(this.#handle, offset)
      throw MainchainError.notWritable(this.path, error)
    }
    this.#length += record.length
    this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_AFTER_MS).unref()
    return offset
  }

  /** Throws `mainchain/corrupted` when the block does not read back as it was written. */
  read(offset: number): Uint8Array {
    const head = readAt(this.#handle, offset, RECORD_HEAD_BYTES)
    const block = readAt(this.#handle, offset + RECORD_HEAD_BYTES, lengthIn(head))
    if (!isWhole(head, block)) {
      throw MainchainError.corrupted(this.path, offset, 'a block changed while the node ran')
    }
    return block
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#flushTimer)
    try {
      this.#flushToDisk()
    } finally {
      closeSync(this.#handle)
    }
  }

  #flush(): void {
    this.#flushTimer = undefined
    if (!this.#closed) this.#flushToDisk()
  }

  #flushToDisk(): void {
    fdatasyncSync(this.#handle)
    rememberLength(this.path, this.#length)
  }
}

/** `false` for a new file, and for one whose head was only half written. */
function hasHead(file: string, handle: number, size: number, genesisHash: Uint8Array): boolean {
  const head = readAt(handle, 0, Math.min(size, HEAD_BYTES))
  const mark = head.subarray(0, FILE_MARK.length)
  if (!equalBytes(mark, FILE_MARK.subarray(0, mark.length))) {
    throw MainchainError.corrupted(file, 0, 'it does not begin like a block file')
  }
  if (size < HEAD_BYTES) return false
  const found = head.subarray(FILE_MARK.length)
  if (equalBytes(found, genesisHash)) return true
  throw MainchainError.otherChain(file, displayHash(found), displayHash(genesisHash))
}

function writeHead(file: string, handle: number, genesisHash: Uint8Array): void {
  try {
    ftruncateSync(handle, 0)
    writeSync(handle, Buffer.concat([FILE_MARK, genesisHash]))
  } catch (error) {
    throw MainchainError.notWritable(file, error)
  }
}

/** Visits the records and returns where the last whole one ends. */
function scan(
  file: string,
  handle: number,
  size: number,
  visit: (block: StoredBlock) => void,
): number {
  const window = new Window(handle, size)
  let at = HEAD_BYTES
  while (at < size) {
    const head = window.at(at, RECORD_HEAD_BYTES)
    const block = head === undefined ? undefined : blockBehind(window, at, head)
    if (head === undefined || block === undefined || !isWhole(head, block)) {
      assertTornTail(file, handle, { at, size })
      return at
    }
    visit({ offset: at, bytes: new Uint8Array(block) })
    at += RECORD_HEAD_BYTES + block.length
  }
  return at
}

function blockBehind(window: Window, at: number, head: Buffer): Buffer | undefined {
  const length = lengthIn(head)
  if (!head.subarray(0, 4).equals(RECORD_MARK) || length > MAX_RECORD_BYTES) return undefined
  return window.at(at + RECORD_HEAD_BYTES, length)
}

/**
 * Tells a half-written last record from damage. A half-written record is a beginning of a record
 * (or zeros, where the disk grew the file but lost the bytes) that nothing whole follows.
 */
function assertTornTail(
  file: string,
  handle: number,
  { at, size }: { readonly at: number; readonly size: number },
): void {
  if (size - at > MAX_RECORD_BYTES + RECORD_HEAD_BYTES) {
    throw MainchainError.corrupted(file, at, 'a block does not match its checksum')
  }
  const tail = readAt(handle, at, size - at)
  if (tail.every((byte) => byte === 0)) return
  const mark = tail.subarray(0, 4)
  const startsRight = mark.equals(RECORD_MARK.subarray(0, mark.length))
  const endsEarly =
    tail.length < RECORD_HEAD_BYTES || lengthIn(tail) > tail.length - RECORD_HEAD_BYTES
  if (!startsRight || !endsEarly || hasWrongLength(tail) || followedByWhole(tail)) {
    throw MainchainError.corrupted(file, at, 'a block does not match its checksum')
  }
}

/** Whether all of the last block is there and only its length was changed. */
function hasWrongLength(tail: Buffer): boolean {
  if (tail.length < RECORD_HEAD_BYTES) return false
  const block = tail.subarray(RECORD_HEAD_BYTES)
  const head = Buffer.from(tail.subarray(0, RECORD_HEAD_BYTES))
  head.writeUInt32LE(block.length, 4)
  return isWhole(head, block)
}

function followedByWhole(tail: Buffer): boolean {
  for (let at = tail.indexOf(RECORD_MARK, 1); at >= 0; at = tail.indexOf(RECORD_MARK, at + 1)) {
    const head = tail.subarray(at, at + RECORD_HEAD_BYTES)
    if (head.length < RECORD_HEAD_BYTES) return false
    const block = tail.subarray(at + RECORD_HEAD_BYTES, at + RECORD_HEAD_BYTES + lengthIn(head))
    if (isWhole(head, block)) return true
  }
  return false
}

function recordHead(block: Uint8Array): Buffer {
  const head = Buffer.alloc(RECORD_HEAD_BYTES)
  RECORD_MARK.copy(head)
  head.writeUInt32LE(block.length, 4)
  checkOf(head, block).copy(head, 8)
  return head
}

function isWhole(head: Buffer, block: Uint8Array): boolean {
  return (
    block.length === lengthIn(head) &&
    head.subarray(0, 4).equals(RECORD_MARK) &&
    head.subarray(8, RECORD_HEAD_BYTES).equals(checkOf(head, block))
  )
}

function checkOf(head: Buffer, block: Uint8Array): Buffer {
  return createHash('sha256').update(head.subarray(4, 8)).update(block).digest().subarray(0, 8)
}

function lengthIn(head: Buffer): number {
  return head.readUInt32LE(4)
}

/** May return fewer bytes than wanted, at the end of the file. */
function readAt(handle: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let read = 0
  while (read < length) {
    const got = readSync(handle, bytes, read, length - read, offset + read)
    if (got === 0) break
    read += got
  }
  return bytes.subarray(0, read)
}

/** Reads a file front to back in large pieces. */
class Window {
  readonly #handle: number
  readonly #size: number
  #start = 0
  #bytes: Buffer = Buffer.alloc(0)

  constructor(handle: number, size: number) {
    this.#handle = handle
    this.#size = size
  }

  /** `undefined` when the file ends before that. */
  at(offset: number, length: number): Buffer | undefined {
    if (offset + length > this.#size) return undefined
    if (offset + length > this.#start + this.#bytes.length) {
      this.#bytes = readAt(this.#handle, offset, Math.max(length, CHUNK_BYTES))
      this.#start = offset
    }
    const from = offset - this.#start
    return this.#bytes.subarray(from, from + length)
  }
}
