/** ZIP files made field by field, so that each may be wrong. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipPart {
  readonly name: string | Buffer
  readonly content?: string | Buffer
  /** 0 as it is, 8 deflated; a number no reader knows is written as it is. */
  readonly method?: number
  readonly flags?: number
  readonly crc?: number
  readonly size?: number
  /** What the header before the data says, where it is to say something else. */
  readonly localName?: string
  readonly localSize?: number
  /** Bytes 38 to 41 of the directory entry. */
  readonly attributes?: number
  readonly extra?: Buffer
  /** Sizes behind the data. */
  readonly descriptor?: Buffer
  readonly offset?: number
  readonly comment?: string
  /** Behind the packed data, counted as a part of it. */
  readonly tail?: Buffer
}

export interface ZipEnd {
  readonly before?: Buffer
  readonly between?: Buffer
  readonly after?: Buffer
  readonly comment?: string
  readonly count?: number
}

const u16 = (value: number) => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

export function zip(parts: readonly ZipPart[], end: ZipEnd = {}): Buffer {
  const { before = Buffer.alloc(0), between = Buffer.alloc(0), comment = '' } = end
  const locals: Buffer[] = [before]
  const entries: Buffer[] = []
  let at = before.length
  for (const part of parts) {
    const content = Buffer.from((part.content ?? '') as string)
    const { method = 8, flags = 0, extra = Buffer.alloc(0) } = part
    const packed = Buffer.concat([
      method === 8 ? deflateRawSync(content) : content,
      part.tail ?? Buffer.alloc(0),
    ])
    const name = Buffer.from(part.name as string)
    const localName = Buffer.from(part.localName ?? (part.name as string))
    const [crc, size] = [part.crc ?? crc32(content), part.size ?? content.length]
    const later = part.descriptor !== undefined
    const head = [u16(20), u16(flags), u16(method), u32(0), u32(later ? 0 : crc)]
    const sizes = [u32(later ? 0 : packed.length), u32(later ? 0 : (part.localSize ?? size))]
    const lengths = [u16(localName.length), u16(extra.length)]
    const local = Buffer.concat([
      ...[u32(0x04034b50), ...head, ...sizes, ...lengths],
      ...[localName, extra, packed, part.descriptor ?? Buffer.alloc(0)],
    ])
    const remark = Buffer.from(part.comment ?? '')
    entries.push(
      Buffer.concat([
        ...[u32(0x02014b50), u16(0x0314), u16(20), u16(flags), u16(method), u32(0), u32(crc)],
        ...[u32(packed.length), u32(size), u16(name.length), u16(extra.length)],
        ...[u16(remark.length), u32(0), u32(part.attributes ?? 0o100644 << 16)],
        ...[u32(part.offset ?? at), name, extra, remark],
      ]),
    )
    locals.push(local)
    at += local.length
  }
  const directory = Buffer.concat(entries)
  const count = end.count ?? parts.length
  return Buffer.concat([
    ...[...locals, between, directory, u32(0x06054b50), u32(0), u16(count), u16(count)],
    ...[u32(directory.length), u32(at + between.length), u16(comment.length)],
    ...[Buffer.from(comment), end.after ?? Buffer.alloc(0)],
  ])
}
