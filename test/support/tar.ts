/** Archives nobody should take, made field by field. */
import { mkdirSync } from 'node:fs'
import { extract } from 'tar'

export interface Header {
  readonly name: string | Buffer
  readonly size?: number
  readonly mode?: string
  readonly type?: string
  readonly link?: string
  readonly prefix?: string
  /** The twelve bytes of the size field instead of its digits. */
  readonly sizeField?: Buffer
  readonly magic?: string
  readonly mtime?: string
  readonly checksum?: string
}

export function header(fields: Header): Buffer {
  const { name, size = 0, mode = '0000644', type = '0', link = '', prefix = '' } = fields
  const block = Buffer.alloc(512)
  block.set(Buffer.from(name).subarray(0, 100), 0)
  block.write(`${mode}\0`, 100, 'latin1')
  block.write('0000000\0', 108, 'latin1')
  block.write('0000000\0', 116, 'latin1')
  if (fields.sizeField === undefined) {
    block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  } else block.set(fields.sizeField, 124)
  block.write(`${fields.mtime ?? '00000000000'}\0`, 136, 'latin1')
  block.write(type, 156, 'latin1')
  block.write(link, 157, 'utf8')
  block.write(fields.magic ?? 'ustar\x0000', 257, 'latin1')
  block.write('0000000\0', 329, 'latin1')
  block.write('0000000\0', 337, 'latin1')
  block.write(prefix, 345, 'utf8')
  block.write('        ', 148, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(fields.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** A header, its content and the zeros after it. */
export function entry(fields: Header, content: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(content as string)
  const zeros = Buffer.alloc((512 - (bytes.length % 512)) % 512)
  return Buffer.concat([header({ size: bytes.length, ...fields }), bytes, zeros])
}

/** A pax header: `LENGTH KEY=VALUE LF` for each record. */
export function pax(records: Readonly<Record<string, string>>, type = 'x'): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`)
    let length = rest + 1
    while (String(length).length + rest !== length) length += 1
    return `${length} ${key}=${value}\n`
  })
  return entry({ name: 'PaxHeader', type }, lines.join(''))
}

/** All entries of a bundle, its own three included, into a new folder. */
export function unpackWhole(file: string, folder: string): void {
  mkdirSync(folder)
  extract({ file, cwd: folder, sync: true })
}
