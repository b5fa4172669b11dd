/**
 * Keys and values in a folder, one file each, named by the SHA-256 of the key: no key can name a
 * place. A file is the old whole or the new whole, also after `kill -9` or a power cut.
 *
 *     2 bytes   length of the key, big-endian
 *     …         the key in UTF-8
 *     …         the value
 */
import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { systemCodeOf } from '../../base/errors.ts'

const FILE = /^[0-9a-f]{64}$/
const DRAFT = /^\.[0-9a-f]{16}\.tmp$/
/** A draft this old belongs to a process that died while writing. */
const ABANDONED_MS = 60_000
const LENGTH_BYTES = 2
const OPEN_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** What lies in the folder: file name → what it holds. */
type Index = Map<string, { readonly key: string; readonly bytes: number }>

export class StoredValues {
  readonly #folder: string
  #index: Index = new Map()
  /** Of the folder when the index was last right; another process changes it. */
  #seenAt: bigint | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** `undefined` when there is none. */
  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      const bytes = await readFile(this.#fileOf(key), { flag: constants.O_RDONLY | NO_LINKS })
      return parse(bytes)?.key === key ? bytes.subarray(LENGTH_BYTES + byteLength(key)) : undefined
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** `false`, and nothing changed, when all together would be more than `limits`. */
  async put(
    key: string,
    value: Uint8Array,
    limits: { readonly bytes: number; readonly keys: number },
  ): Promise<boolean> {
    await this.#refresh()
    const name = nameOf(key)
    const bytes = byteLength(key) + value.length
    const old = this.#index.get(name)
    const total = this.#total() - (old?.bytes ?? 0) + bytes
    const count = this.#index.size + (old === undefined ? 1 : 0)
    if (total > limits.bytes || count > limits.keys) return false
    await this.#write(key, value)
    this.#index.set(name, { key, bytes })
    this.#seenAt = await this.#changedAt()
    return true
  }

  async delete(key: string): Promise<boolean> {
    await this.#refresh()
    const wasThere = this.#index.delete(nameOf(key))
    await rm(this.#fileOf(key), { force: true })
    this.#seenAt = await this.#changedAt()
    return wasThere
  }

  /** In the order of their code units. */
  async keys(): Promise<readonly string[]> {
    this.#seenAt = undefined
    await this.#refresh()
    return [...this.#index.values()].map(({ key }) => key).sort()
  }

  /** Of keys and values. */
  async bytes(): Promise<number> {
    this.#seenAt = undefined
    await this.#refresh()
    return this.#total()
  }

  #total(): number {
    let total = 0
    for (const { bytes } of this.#index.values()) total += bytes
    return total
  }

  #fileOf(key: string): string {
    return path.join(this.#folder, nameOf(key))
  }

  async #write(key: string, value: Uint8Array): Promise<void> {
    const draft = path.join(this.#folder, `.${randomBytes(8).toString('hex')}.tmp`)
    const head = Buffer.alloc(LENGTH_BYTES)
    head.writeUInt16BE(byteLength(key))
    try {
      const handle = await open(draft, OPEN_NEW, 0o600)
      try {
        await handle.writeFile(Buffer.concat([head, Buffer.from(key), value]))
        await handle.datasync()
      } finally {
        await handle.close()
      }
      await rename(draft, this.#fileOf(key))
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  /**
   * Reads the folder again when somebody else wrote into it. Another process that writes in the same
   * tick of the file system's clock is noticed later; the quota can be passed by as much meanwhile.
   */
  async #refresh(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const changedAt = await this.#changedAt()
    if (changedAt === this.#seenAt) return
    const known = this.#index
    const index: Index = new Map()
    for (const name of await readdir(this.#folder)) {
      const file = path.join(this.#folder, name)
      if (DRAFT.test(name)) await removeAbandoned(file)
      const entry = FILE.test(name) ? await entryOf(file, known.get(name)) : undefined
      if (entry !== undefined) index.set(name, entry)
    }
    this.#index = index
    this.#seenAt = changedAt
  }

  async #changedAt(): Promise<bigint> {
    return (await stat(this.#folder, { bigint: true })).mtimeNs
  }
}

/** Windows has no such flag. */
const NO_LINKS = constants.O_NOFOLLOW ?? 0

function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/** @param known what the file held before: its key is still the same, its size may not be */
async function entryOf(
  file: string,
  known: { readonly key: string } | undefined,
): Promise<{ key: string; bytes: number } | undefined> {
  let handle: Awaited<ReturnType<typeof open>>
  try {
    handle = await open(file, constants.O_RDONLY | NO_LINKS)
  } catch (error) {
    // Deleted meanwhile by another process.
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    const { size } = await handle.stat()
    if (known !== undefined) return { key: known.key, bytes: size - LENGTH_BYTES }
    const head = Buffer.alloc(LENGTH_BYTES + 0xffff)
    const { bytesRead } = await handle.read(head, 0, Math.min(head.length, size), 0)
    const parsed = parse(head.subarray(0, bytesRead))
    return parsed === undefined ? undefined : { key: parsed.key, bytes: size - LENGTH_BYTES }
  } finally {
    await handle.close()
  }
}

/** `undefined` for what this file's writer never wrote. */
function parse(bytes: Buffer): { readonly key: string } | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined
  const end = LENGTH_BYTES + bytes.readUInt16BE(0)
  if (bytes.length < end) return undefined
  return { key: bytes.subarray(LENGTH_BYTES, end).toString('utf8') }
}

async function removeAbandoned(draft: string): Promise<void> {
  const stats = await stat(draft).catch(() => undefined)
  if (stats !== undefined && Date.now() - stats.mtimeMs >= ABANDONED_MS) {
    await rm(draft, { force: true })
  }
}
