/**
 * ZIP files as EPKs are: what the directory at the end says and what stands before each file must
 * agree, every byte must belong to something, and nothing but plain and deflated files is read. So
 * no two readers can see different files in what is taken here.
 *
 *     local header, name, extra, data, (descriptor)   for each entry, one after the other
 *     directory entry, name, extra                    for each entry
 *     end of directory                                22 bytes, no comment
 *
 * @see APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { ElaError, messageOf } from '../../base/errors.ts'
import { faultOfPath, SeenPaths } from '../path-grammar.ts'
import { EpkError } from './errors.ts'

export interface ZipFile {
  readonly name: string
  /** Unpacked, in bytes. */
  readonly size: number
  /** Unpacks it. Throws `epk/badZip`. */
  read(): Buffer
}

export const zipLimits = {
  entries: 10_000,
  fileBytes: 64 << 20,
  /** Of all files unpacked. */
  totalBytes: 256 << 20,
  ratio: 200,
} as const

const END_BYTES = 22
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const DESCRIPTOR = 0x08074b50
const STORED = 0
const DEFLATED = 8
/** How hard deflate tried, sizes that follow the data, and names in UTF-8. */
const FLAGS = { effort: 0x6, descriptor: 0x8, utf8: 0x800 } as const
const KNOWN_FLAGS = FLAGS.effort | FLAGS.descriptor | FLAGS.utf8
const UNIX = 3
const TYPES_ALLOWED = [0, 0o10, 0o04]
/** Fields that give sizes or names a second meaning: ZIP64, Unicode name and comment. */
const REFUSED_EXTRAS = [0x0001, 0x7075, 0x6375]

interface Entry {
  readonly name: string
  readonly rawName: Buffer
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

/** The files of the archive, folders left out. Throws `epk/badZip`, `epk/badPath`, `epk/tooLarge`. */
export function readZip(bytes: Buffer): readonly ZipFile[] {
  const { entries, directoryAt } = readDirectory(bytes)
  checkSizes(entries)
  checkNames(entries)
  let at = 0
  const files: ZipFile[] = []
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset !== at) throw EpkError.badZip('its parts overlap, or leave a gap')
    const data = dataOf(bytes, entry, directoryAt)
    at = endOf(bytes, entry, data + entry.packed, directoryAt)
    if (entry.name.endsWith('/')) {
      if (entry.size !== 0) throw EpkError.badZip(`the folder \`${entry.name}\` has content`)
      continue
    }
    const packed = bytes.subarray(data, data + entry.packed)
    files.push({ name: entry.name, size: entry.size, read: () => unpack(entry, packed) })
  }
  if (at !== directoryAt) throw EpkError.badZip('something stands between its files and their list')
  return files
}

function readDirectory(bytes: Buffer) {
  const endAt = bytes.length - END_BYTES
  if (endAt < 0 || bytes.readUInt32LE(endAt) !== END) {
    throw EpkError.badZip('it does not end as one')
  }
  const count = bytes.readUInt16LE(endAt + 10)
  const isWhole = bytes.readUInt32LE(endAt + 4) === 0 && bytes.readUInt16LE(endAt + 8) === count
  if (!isWhole) throw EpkError.badZip('it is a part of several')
  if (count > zipLimits.entries) throw EpkError.tooLarge('files', count, zipLimits.entries)
  const directoryAt = bytes.readUInt32LE(endAt + 16)
  if (
    directoryAt + bytes.readUInt32LE(endAt + 12) !== endAt ||
    bytes.readUInt16LE(endAt + 20) > 0
  ) {
    throw EpkError.badZip('the list of its files has another size')
  }
  const entries: Entry[] = []
  let at = directoryAt
  for (let n = 0; n < count; n += 1) {
    const { entry, next } = readEntry(bytes, at, endAt)
    entries.push(entry)
    at = next
  }
  if (at !== endAt) throw EpkError.badZip('the list of its files has another length')
  return { entries, directoryAt }
}

function readEntry(bytes: Buffer, at: number, endAt: number) {
  if (at + ENTRY_BYTES > endAt || bytes.readUInt32LE(at) !== ENTRY) {
    throw EpkError.badZip('the list of its files is damaged')
  }
  const nameAt = at + ENTRY_BYTES
  const extraAt = nameAt + bytes.readUInt16LE(at + 28)
  const next = extraAt + bytes.readUInt16LE(at + 30)
  if (next > endAt || bytes.readUInt16LE(at + 32) > 0 || bytes.readUInt16LE(at + 34) > 0) {
    throw EpkError.badZip('an entry has a comment, or is cut off')
  }
  const rawName = bytes.subarray(nameAt, extraAt)
  const flags = bytes.readUInt16LE(at + 8)
  const method = bytes.readUInt16LE(at + 10)
  const name = nameOf(rawName, flags)
  if ((flags & ~KNOWN_FLAGS) !== 0) throw EpkError.badZip(`\`${name}\` is encrypted or patched`)
  if (method !== STORED && method !== DEFLATED) {
    throw EpkError.badZip(`\`${name}\` is compressed in a way EPKs are not`)
  }
  checkExtra(bytes.subarray(extraAt, next), name)
  const type = bytes.readUInt32LE(at + 38) >>> 28
  if (bytes.readUInt8(at + 5) === UNIX && !TYPES_ALLOWED.includes(type)) {
    throw EpkError.badZip(`\`${name}\` is no file: a link or a device`)
  }
  const [crc, packed, size, offset] = [16, 20, 24, 42].map((field) =>
    bytes.readUInt32LE(at + field),
  )
  const numbers = { crc: crc ?? 0, packed: packed ?? 0, size: size ?? 0, offset: offset ?? 0 }
  return { entry: { name, rawName, flags, method, ...numbers }, next }
}

function nameOf(raw: Buffer, flags: number): string {
  const name = raw.toString('utf8')
  const isAscii = raw.every((byte) => byte < 0x80)
  if (!isAscii && ((flags & FLAGS.utf8) === 0 || !Buffer.from(name).equals(raw))) {
    throw EpkError.badZip('a name is no UTF-8')
  }
  return name
}

function checkExtra(extra: Buffer, name: string): void {
  for (let at = 0; at < extra.length; ) {
    if (at + 4 > extra.length) throw EpkError.badZip(`\`${name}\` has a damaged extra field`)
    const kind = extra.readUInt16LE(at)
    if (REFUSED_EXTRAS.includes(kind))
      throw EpkError.badZip(`\`${name}\` has a second size or name`)
    at += 4 + extra.readUInt16LE(at + 2)
    if (at > extra.length) throw EpkError.badZip(`\`${name}\` has a damaged extra field`)
  }
}

/** Where the data of an entry begins; what stands before it must say what the directory says. */
function dataOf(bytes: Buffer, entry: Entry, limit: number): number {
  const { offset, rawName, flags, method, crc, packed, size, name } = entry
  const nameAt = offset + LOCAL_BYTES
  if (nameAt + rawName.length > limit || bytes.readUInt32LE(offset) !== LOCAL) {
    throw EpkError.badZip(`\`${name}\` is not where its list says`)
  }
  const extraAt = nameAt + bytes.readUInt16LE(offset + 26)
  const at = extraAt + bytes.readUInt16LE(offset + 28)
  const later = (flags & FLAGS.descriptor) !== 0
  const numbers = [14, 18, 22].map((field) => bytes.readUInt32LE(offset + field))
  const agrees =
    bytes.readUInt16LE(offset + 6) === flags &&
    bytes.readUInt16LE(offset + 8) === method &&
    bytes.subarray(nameAt, extraAt).equals(rawName) &&
    (numbers.join() === [crc, packed, size].join() || (later && numbers.join() === '0,0,0'))
  if (!agrees || at + packed > limit) throw EpkError.badZip(`\`${name}\` is listed as another`)
  checkExtra(bytes.subarray(extraAt, at), name)
  return at
}

/** Where the entry ends; the sizes may follow the data, with or without a word before them. */
function endOf(
  bytes: Buffer,
  { flags, crc, packed, size, name }: Entry,
  at: number,
  limit: number,
) {
  if ((flags & FLAGS.descriptor) === 0) return at
  const wanted = Buffer.alloc(16)
  for (const [n, word] of [DESCRIPTOR, crc, packed, size].entries()) {
    wanted.writeUInt32LE(word, n * 4)
  }
  for (const form of [wanted, wanted.subarray(4)]) {
    const end = at + form.length
    if (end <= limit && bytes.subarray(at, end).equals(form)) return end
  }
  throw EpkError.badZip(`the sizes behind \`${name}\` are others`)
}

function checkSizes(entries: readonly Entry[]): void {
  let total = 0
  for (const { name, size, packed } of entries) {
    total += size
    const most = Math.min(zipLimits.fileBytes, Math.max(1 << 20, packed * zipLimits.ratio))
    if (size > most) throw EpkError.tooLarge(`\`${name}\` unpacked`, size, most)
  }
  if (total > zipLimits.totalBytes) {
    throw EpkError.tooLarge('all unpacked', total, zipLimits.totalBytes)
  }
}

function checkNames(entries: readonly Entry[]): void {
  const seen = new SeenPaths()
  const folders = new Set<string>()
  for (const { name } of entries) {
    const isFolder = name.endsWith('/')
    const path = isFolder ? name.slice(0, -1) : name
    const fault = faultOfPath(path)
    if (fault !== undefined) throw EpkError.badPath(name, fault)
    if (isFolder && folders.has(path)) throw EpkError.badPath(name, 'it is there twice')
    if (isFolder) folders.add(path)
    const other = isFolder ? seen.addFolder(path) : seen.add(path)
    if (other !== undefined) throw EpkError.badPath(name, `some computers take it for \`${other}\``)
  }
}

function unpack({ name, method, size, packed: length, crc }: Entry, packed: Buffer): Buffer {
  const content = method === STORED ? packed : inflate(name, packed, size)
  if (content.length !== size || (method === STORED && length !== size)) {
    throw EpkError.badZip(`\`${name}\` has another size`)
  }
  if (crc32(content) !== crc) throw EpkError.badZip(`\`${name}\` has another checksum`)
  return content
}

function inflate(name: string, packed: Buffer, size: number): Buffer {
  try {
    const options = { maxOutputLength: Math.max(size, 1), info: true }
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    if (engine.bytesWritten !== packed.length) {
      throw EpkError.badZip(`something follows the content of \`${name}\``)
    }
    return buffer
  } catch (error) {
    if (error instanceof ElaError) throw error
    throw EpkError.badZip(`\`${name}\` is damaged (${messageOf(error)})`)
  }
}
