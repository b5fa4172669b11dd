/**
 * Blocks that link to others: links first, then data.
 *
 *     node   2 link (repeated)   1 data
 *     link   1 content id   2 name   3 size of all that is behind it, this block included
 *
 * @see https://ipld.io/specs/codecs/dag-pb/spec
 */
import { CodecError } from '../codec.ts'
import { type Cid, cidBytes, cidOfBytes } from './cid.ts'
import { type Field, ProtobufWriter, readFields } from './protobuf.ts'

export interface DagLink {
  readonly cid: Cid
  /** Empty in files. */
  readonly name: string
  /** Bytes of the blocks behind the link. */
  readonly size: number
}

export interface DagPbNode {
  readonly links: readonly DagLink[]
  readonly data: Uint8Array
}

/** @param links in the order they shall have: directories sort theirs by name */
export function encodeDagPb({ links, data }: DagPbNode): Uint8Array {
  const node = new ProtobufWriter()
  for (const { cid, name, size } of links) {
    const link = new ProtobufWriter()
    link.bytes(1, cidBytes(cid))
    link.bytes(2, new TextEncoder().encode(name))
    link.uint(3, size)
    node.bytes(2, link.finish())
  }
  node.bytes(1, data)
  return node.finish()
}

/** Throws `protocol/…` for anything but links with content ids we know, and data. */
export function decodeDagPb(bytes: Uint8Array): DagPbNode {
  const links: DagLink[] = []
  let data: Uint8Array | undefined
  for (const field of readFields(bytes)) {
    if (field.number === 2) links.push(linkOf(bytesOf(field)))
    else if (field.number === 1 && data === undefined) data = bytesOf(field)
    else throw CodecError.malformed(`A node has no field ${field.number} there`)
  }
  return { links, data: data ?? new Uint8Array() }
}

function linkOf(bytes: Uint8Array): DagLink {
  let cid: Cid | undefined
  let name = ''
  let size = 0
  let last = 0
  for (const field of readFields(bytes)) {
    if (field.number <= last) throw CodecError.malformed('The fields of a link are out of order')
    last = field.number
    if (field.number === 1) cid = cidOfBytes(bytesOf(field))
    else if (field.number === 2) name = textOf(bytesOf(field))
    else if (field.number === 3 && 'value' in field) size = field.value
    else throw CodecError.malformed(`A link has no field ${field.number}`)
  }
  if (cid === undefined) throw CodecError.malformed('A link has no content id')
  return { cid, name, size }
}

function bytesOf(field: Field): Uint8Array {
  if (!('bytes' in field)) throw CodecError.malformed(`Field ${field.number} is no bytes`)
  return field.bytes
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw CodecError.malformed('A name is not UTF-8 text')
  }
}
