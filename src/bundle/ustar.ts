/**
 * The header of one file in a tar archive, byte for byte what GNU tar writes with
 * `--format=ustar --numeric-owner --owner=0 --group=0 --mtime=@0`.
 *
 *     name[100] mode[8] uid[8] gid[8] size[12] mtime[12] chksum[8] typeflag linkname[100]
 *     magic[6] version[2] uname[32] gname[32] devmajor[8] devminor[8] prefix[155] zeros[12]
 *
 * Numbers are octal digits and a NUL; the checksum is six digits, NUL, space.
 *
 * @see POSIX.1-2017 pax, "ustar Interchange Format"
 */

export const BLOCK = 512
/** Two empty blocks. */
export const END = Buffer.alloc(2 * BLOCK)

const NAME_BYTES = 100
const PREFIX_BYTES = 155
const PREFIX_AT = 345

const CHECKSUM_AT = 148
const FIXED = Buffer.alloc(BLOCK)
FIXED.write('0000000\0', 108, 'latin1')
FIXED.write('0000000\0', 116, 'latin1')
FIXED.write('00000000000\0', 136, 'latin1')
FIXED.write('        ', CHECKSUM_AT, 'latin1')
FIXED.write('0', 156, 'latin1')
FIXED.write('ustar\x0000', 257, 'latin1')
FIXED.write('0000000\0', 329, 'latin1')
FIXED.write('0000000\0', 337, 'latin1')

export type FileMode = '644' | '755'

export interface TarEntry {
  /** As `faultOfPath` allows it. */
  readonly path: string
  readonly mode: FileMode
  /** Bytes; below 8 GiB. */
  readonly size: number
}

export function headerOf({ path, mode, size }: TarEntry): Buffer {
  const split = splitPath(path)
  if (split === undefined) throw new Error(`${path} fits no header`)
  const header = Buffer.from(FIXED)
  header.set(split.name, 0)
  header.set(split.prefix, PREFIX_AT)
  header.write(`0000${mode}\0`, 100, 'latin1')
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM_AT, 'latin1')
  return header
}

/** The size field, the only one that is ever read: 11 octal digits and a NUL. */
export function sizeIn(header: Buffer): number | undefined {
  const text = header.toString('latin1', 124, 136)
  return /^[0-7]{11}\0$/.test(text) ? Number.parseInt(text, 8) : undefined
}

/** Zeros that fill the last block. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

interface Split {
  readonly prefix: Buffer
  readonly name: Buffer
}

/**
 * How a path is divided between `prefix` and `name`: at the last `/` at or before byte 155.
 * `undefined` when it fits in no way.
 */
export function splitPath(path: string): Split | undefined {
  const bytes = Buffer.from(path)
  if (bytes.length <= NAME_BYTES) return { prefix: Buffer.alloc(0), name: bytes }
  const at = bytes.lastIndexOf(0x2f, PREFIX_BYTES)
  if (at <= 0) return undefined
  const name = bytes.subarray(at + 1)
  if (name.length < 1 || name.length > NAME_BYTES) return undefined
  return { prefix: bytes.subarray(0, at), name }
}
