/**
 * What the data of a dag-pb block says: a file, or a piece of one, or a directory.
 *
 *     1 kind (1 directory, 2 file)   2 bytes   3 size of the file   4 size of each piece (repeated)
 *
 * @see https://specs.ipfs.tech/unixfs
 */
import { CodecError } from '../codec.ts'
import { ProtobufWriter, readFields } from './protobuf.ts'

export interface Unixfs {
  readonly kind: 'directory' | 'file'
  /** In old-style leaves; empty elsewhere. */
  readonly bytes: Uint8Array
  readonly fileSize: number
  /** Bytes of the file behind each link. */
  readonly pieces: readonly number[]
}

const DIRECTORY = 1
const FILE = 2
const KINDS = ['raw', 'directory', 'file', 'metadata', 'symlink', 'sharded directory']

export function encodeUnixfs({ kind, bytes, fileSize, pieces }: Unixfs): Uint8Array {
  const to = new ProtobufWriter()
  to.uint(1, kind === 'directory' ? DIRECTORY : FILE)
  if (kind === 'directory') return to.finish()
  if (bytes.length > 0) to.bytes(2, bytes)
  to.uint(3, fileSize)
  for (const piece of pieces) to.uint(4, piece)
  return to.finish()
}

/** Throws `protocol/malformed`, which names the kinds we do not read. */
export function decodeUnixfs(from: Uint8Array): Unixfs {
  let kind: number | undefined
  let bytes: Uint8Array = new Uint8Array()
  let fileSize: number | undefined
  const pieces: number[] = []
  for (const field of readFields(from)) {
    if ('bytes' in field) {
      if (field.number === 2) bytes = field.bytes
    } else if (field.number === 1) kind = field.value
    else if (field.number === 3) fileSize = field.value
    else if (field.number === 4) pieces.push(field.value)
  }
  // Old writers made leaves of kind `raw`; they read like a file.
  if (kind === undefined || kind > FILE) {
    throw CodecError.malformed(`A block is a ${KINDS[kind ?? -1] ?? 'thing without kind'}`)
  }
  return {
    kind: kind === DIRECTORY ? 'directory' : 'file',
    bytes,
    fileSize: fileSize ?? bytes.length,
    pieces,
  }
}
