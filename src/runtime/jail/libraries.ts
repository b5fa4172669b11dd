/** The shared libraries of a program, by asking the loader that the program itself names. */
import { execFile } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { promisify } from 'node:util'
import { RuntimeError } from '../errors.ts'

const run = promisify(execFile)
const LIST_WITHIN_MS = 5_000

const PT_INTERP = 3

/**
 * Full paths of the loader and of every library, as the loader names them; none for a static program.
 * Throws `runtime/notAProgram` and `runtime/librariesMissing`.
 */
export async function librariesOf(program: string): Promise<readonly string[]> {
  const loader = loaderOf(program)
  if (loader === undefined) return []
  const { stdout } = await run(loader, ['--list', program], {
    env: {},
    timeout: LIST_WITHIN_MS,
  }).catch((cause: unknown) => {
    throw RuntimeError.librariesMissing(program, cause)
  })
  return [...new Set([loader, ...parseList(stdout)])]
}

/** Reads the answer of `ld.so --list`: `name => path (address)`, or `path (address)` alone. */
export function parseList(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [, file] = /(?:^|\s)(\/\S+) \(0x[0-9a-f]+\)$/.exec(line) ?? []
    return file === undefined ? [] : [file]
  })
}

/**
 * The loader of a 64-bit little-endian ELF program.
 *
 * @see man 5 elf: e_phoff at 32, e_phentsize at 54, e_phnum at 56; p_type, p_offset, p_filesz
 */
function loaderOf(program: string): string | undefined {
  const file = openSync(program, 'r')
  try {
    const head = bytesAt(file, 0, 64)
    const isElf64 = head.readUInt32BE(0) === 0x7f454c46 && head.readUInt16BE(4) === 0x0201
    if (!isElf64) throw RuntimeError.notAProgram(program)
    const table = Number(head.readBigUInt64LE(32))
    const [size, count] = [head.readUInt16LE(54), head.readUInt16LE(56)]
    for (let index = 0; index < count; index += 1) {
      const entry = bytesAt(file, table + index * size, 56)
      if (entry.readUInt32LE(0) !== PT_INTERP) continue
      const name = bytesAt(
        file,
        Number(entry.readBigUInt64LE(8)),
        Number(entry.readBigUInt64LE(32)),
      )
      return name.toString('latin1').replace(/\0+$/, '')
    }
    return undefined
  } finally {
    closeSync(file)
  }
}

function bytesAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(Math.min(length, 4096))
  readSync(file, bytes, 0, bytes.length, at)
  return bytes
}
