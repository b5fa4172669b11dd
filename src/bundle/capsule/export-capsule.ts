/** A bundle → a capsule: its files and a `capsule.json`, in a folder or a tar.gz. */

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { ArchiveSink } from '../archive-sink.ts'
import { openArchive } from '../byte-source.ts'
import { BundleError } from '../errors.ts'
import type { ListedFile } from '../file-list.ts'
import { asWriting, writeArchive } from '../pack.ts'
import { type FileSink, type OpenedBundle, readFiles, readHead } from '../read-bundle.ts'
import { Staging } from '../staging.ts'
import { CapsuleError } from './errors.ts'
import {
  CAPSULE_FILE,
  type CapsuleWish,
  capsuleText,
  type Generation,
  wholeCapsule,
  wishOf,
} from './manifest.ts'
import { type CapsuleKey, signCapsule } from './sign-capsule.ts'

export interface ExportWish {
  readonly bundle: string
  readonly generation: Generation
  /** Full path: of a folder, or of a file that ends in `.tgz` or `.tar.gz`. Must not exist. */
  readonly target: string
  readonly key: CapsuleKey | undefined
}

export interface ExportedCapsule {
  readonly bundle: OpenedBundle
  readonly capsule: CapsuleWish
  readonly signature: string | undefined
}

/** All digests of the bundle are compared on the way. Throws `capsule/…`, `bundle/…`. */
export async function exportCapsule(wish: ExportWish): Promise<ExportedCapsule> {
  const { target, generation, key } = wish
  if (existsSync(target)) throw BundleError.targetExists(target)
  const source = await openArchive(wish.bundle)
  try {
    const bundle = await readHead(source)
    const capsule = wishOf(bundle.manifest, generation)
    if (bundle.files.some(({ path }) => path.toLowerCase() === CAPSULE_FILE))
      throw CapsuleError.taken()
    let signature: string | undefined
    const fill = async (sink: FileSink): Promise<void> => {
      const entry = new EntryTap(sink, capsule.entrypoint)
      await readFiles(source, bundle, entry)
      const whole = wholeCapsule(capsule, generation)
      signature =
        key === undefined ? undefined : signCapsule(whole, entry.content(), key, generation)
      await put(sink, Buffer.from(capsuleText(whole, signature)))
    }
    if (/\.t(?:ar\.)?gz$/.test(target)) {
      await writeArchive(target, 6, (gzip) => fill(new ArchiveSink(gzip)))
    } else await writeFolder(target, fill)
    return { bundle, capsule, signature }
  } finally {
    await source.close()
  }
}

async function writeFolder(target: string, fill: (sink: FileSink) => Promise<void>): Promise<void> {
  const staging = new Staging(target)
  try {
    await fill(staging)
    staging.commit()
  } catch (error) {
    staging.discard()
    throw asWriting(target, error)
  }
}

async function put(sink: FileSink, content: Buffer): Promise<void> {
  const sha256 = createHash('sha256').update(content).digest('hex')
  await sink.begin({ path: CAPSULE_FILE, mode: '644', size: content.length, sha256 })
  await sink.part(content)
  await sink.end()
}

/** Keeps the content of one file as it passes. */
class EntryTap implements FileSink {
  readonly #sink: FileSink
  readonly #entry: string
  readonly #parts: Buffer[] = []
  #keeps = false

  constructor(sink: FileSink, entry: string) {
    this.#sink = sink
    this.#entry = entry
  }

  content(): Buffer {
    return Buffer.concat(this.#parts)
  }

  begin(file: ListedFile): void | Promise<void> {
    this.#keeps = file.path === this.#entry
    return this.#sink.begin(file)
  }

  part(bytes: Buffer): void | Promise<void> {
    if (this.#keeps) this.#parts.push(Buffer.from(bytes))
    return this.#sink.part(bytes)
  }

  end(): void | Promise<void> {
    return this.#sink.end()
  }
}
