/**
 * Content kept in a folder of this machine.
 *
 *     blocks/ab/ab…   one file a block, named by the digest of its bytes
 *     pins/<id>       empty files: what to keep with all below it
 *     id              who this store is to clients that ask
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { equalBytes, toHex } from '../../base/bytes-text.ts'
import { systemCodeOf } from '../../base/errors.ts'
import { type Cid, cidText } from '../../protocol/ipfs/cid.ts'
import { ContentError } from './errors.ts'
import { everyBlock } from './read.ts'
import type { ContentStore, StoredFile } from './store.ts'
import { folderDag } from './stored-files.ts'

export class LocalStore implements ContentStore {
  readonly name = 'the content store of this machine'
  readonly #folder: string
  #written = 0

  /** Makes the folder if it is not there. */
  constructor(folder: string) {
    this.#folder = folder
    for (const part of ['blocks', 'pins']) {
      mkdirSync(path.join(folder, part), { recursive: true, mode: 0o700 })
    }
    for (const name of readdirSync(folder)) {
      if (isLeftover(name)) rmSync(path.join(folder, name), { force: true })
    }
  }

  /** 32 bytes that stay the same; made when first asked for. */
  get identity(): Uint8Array {
    const file = path.join(this.#folder, 'id')
    if (!existsSync(file)) writeFileAtomic(file, toHex(randomBytes(32)), 0o600)
    return new Uint8Array(Buffer.from(readFileSync(file, 'utf8'), 'hex'))
  }

  has(cid: Cid): boolean {
    return existsSync(this.#fileOf(cid))
  }

  /** The bytes must be those of the id; a block that is there is not written again. */
  put(cid: Cid, bytes: Uint8Array): void {
    const file = this.#fileOf(cid)
    if (existsSync(file)) return
    this.#written += 1
    const temporary = path.join(this.#folder, `.${process.pid}.${this.#written}.tmp`)
    // Not flushed to disk: a block that a power cut spoils is noticed when it is read.
    writeFileSync(temporary, bytes, { mode: 0o600 })
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    renameSync(temporary, file)
  }

  async block(cid: Cid): Promise<Uint8Array> {
    const file = this.#fileOf(cid)
    let bytes: Uint8Array
    try {
      bytes = await readFile(file)
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error
      throw ContentError.notHere(cidText(cid), this.name)
    }
    if (!equalBytes(createHash('sha256').update(bytes).digest(), cid.digest)) {
      // Gone, or adding the content again would believe it is there.
      rmSync(file, { force: true })
      throw ContentError.damaged(cidText(cid), this.name)
    }
    return bytes
  }

  async addFolder(files: readonly StoredFile[]): Promise<Cid> {
    const { cid } = await folderDag(files, (block, bytes) => this.put(block, bytes))
    this.#keep(cid)
    return cid
  }

  async pin(cid: Cid): Promise<void> {
    for await (const _ of everyBlock(this, cid));
    this.#keep(cid)
  }

  async unpin(cid: Cid): Promise<void> {
    const file = path.join(this.#folder, 'pins', cidText(cid))
    if (!existsSync(file)) throw ContentError.notPinned(cidText(cid))
    rmSync(file, { force: true })
  }

  /** Ids as text. */
  pins(): readonly string[] {
    return readdirSync(path.join(this.#folder, 'pins')).sort()
  }

  #keep(cid: Cid): void {
    writeFileSync(path.join(this.#folder, 'pins', cidText(cid)), '', { mode: 0o600 })
  }

  #fileOf({ digest }: Cid): string {
    const name = toHex(digest)
    return path.join(this.#folder, 'blocks', name.slice(0, 2), name)
  }
}

/** Whether a file is half a block of a process that is gone. */
function isLeftover(name: string): boolean {
  const pid = Number(/^\.(\d+)\.\d+\.tmp$/.exec(name)?.[1] ?? 0)
  if (pid === 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return systemCodeOf(error) === 'ESRCH'
  }
}
