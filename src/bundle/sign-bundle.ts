/** Puts a signature into a bundle. Its id and its files stay what they were. */
import { ArchiveSink } from './archive-sink.ts'
import { openArchive } from './byte-source.ts'
import { BundleError } from './errors.ts'
import { writeArchive, writeHead } from './pack.ts'
import { readFiles, readHead } from './read-bundle.ts'
import { type BundleSignature, encodeSignatures, messageFor } from './signature-file.ts'
import type { Signer } from './signer.ts'

export interface SignWish {
  readonly file: string
  readonly signer: Signer
  /** The bundle id that is meant; another is not signed. */
  readonly bundleId: string
  /** 0 to 9. */
  readonly level?: number
}

export interface Signed {
  readonly bundleId: string
  readonly name: string
  readonly version: string
  readonly signatures: readonly BundleSignature[]
}

/**
 * Replaces the file by one with the signature in it. All of the bundle is checked on the way, but
 * for the signatures of others.
 *
 * Throws a `Refusal` and what the signer throws; the file is then as it was.
 */
export async function signBundle({ file, signer, bundleId, level = 6 }: SignWish): Promise<Signed> {
  const source = await openArchive(file)
  try {
    const bundle = await readHead(source)
    const { manifest, manifestBytes, listBytes: list } = bundle
    if (bundle.bundleId !== bundleId) throw BundleError.unexpected(bundleId, bundle.bundleId)
    const made = await signer.sign(messageFor(manifestBytes))
    const others = bundle.signatures.filter(({ kid }) => kid !== made.kid)
    const signatures = [...others, made]
    await writeArchive(file, level, async (gzip) => {
      const encoded = encodeSignatures(bundleId, signatures)
      await writeHead(gzip, { manifest: manifestBytes, signatures: encoded, list })
      await readFiles(source, bundle, new ArchiveSink(gzip))
    })
    const { name, version } = manifest
    return { bundleId, name, version, signatures }
  } finally {
    await source.close()
  }
}
