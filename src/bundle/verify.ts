/** A bundle file → certainty, and if wanted a folder with its files. */
import { type ByteSource, openArchive } from './byte-source.ts'
import { BundleError } from './errors.ts'
import { asWriting } from './pack.ts'
import { type OpenedBundle, readFiles, readHead } from './read-bundle.ts'
import { Staging } from './staging.ts'
import { checkTrust, type Trust, type TrustWorld } from './trust.ts'

export interface VerifyWish {
  readonly world: TrustWorld
  /**
   * Full path of a folder that does not exist yet, or what chooses it once the bundle was admitted;
   * without it nothing is written.
   */
  readonly target?: string | ((bundle: OpenedBundle) => Promise<string | undefined>) | undefined
  /** Puts `ela.json`, `ela.sig.json` and `ela.files` there too. */
  readonly withHead?: boolean
  /** The bundle id that must come out. */
  readonly expect?: string | undefined
  /** Throws when the bundle is genuine but not wanted; asked before anything is written. */
  readonly admit?: (verified: Verified) => Promise<void>
}

export interface Verified {
  readonly bundle: OpenedBundle
  readonly trust: Trust
}

/**
 * Checks all of a bundle. With a target its files appear there, all at once, after everything was
 * checked; nothing is written before the signatures are believed.
 *
 * Throws a `Refusal`, `bundle/unexpected`, `bundle/targetExists` and what looking up DIDs does.
 */
export async function verifyFile(file: string, wish: VerifyWish): Promise<Verified> {
  const source = await openArchive(file)
  try {
    return await verifySource(source, wish)
  } finally {
    await source.close()
  }
}

export async function verifySource(source: ByteSource, wish: VerifyWish): Promise<Verified> {
  const bundle = await readHead(source)
  if (wish.expect !== undefined && wish.expect !== bundle.bundleId) {
    throw BundleError.unexpected(wish.expect, bundle.bundleId)
  }
  const trust = await checkTrust(bundle, wish.world)
  await wish.admit?.({ bundle, trust })
  const target = typeof wish.target === 'function' ? await wish.target(bundle) : wish.target
  const staging = target === undefined ? undefined : new Staging(target)
  try {
    if (wish.withHead === true) staging?.addHead(bundle)
    await readFiles(source, bundle, staging)
    staging?.commit()
  } catch (error) {
    staging?.discard()
    throw target === undefined ? error : asWriting(target, error)
  }
  return { bundle, trust }
}
