import path from 'node:path'
import { openArchive } from '../bundle/byte-source.ts'
import { BundleError } from '../bundle/errors.ts'
import { readHead } from '../bundle/read-bundle.ts'
import { signBundle } from '../bundle/sign-bundle.ts'
import { execSigner, keySigner, type Signer } from '../bundle/signer.ts'
import { keyOfName } from '../identity/did-keys.ts'
import type { Context } from './context.ts'
import { keyPlaceOf } from './did-place.ts'
import { environmentKey } from './environment-key.ts'
import { openNamedKey } from './keys-place.ts'
import type { PasswordFlags } from './secret-input.ts'

export interface SignFlags extends PasswordFlags {
  readonly as?: string
  readonly key?: string
  readonly kid?: string
  readonly signer?: string
  readonly expect?: string
}

export async function runSign(typed: string, flags: SignFlags, context: Context): Promise<void> {
  const file = path.resolve(context.cwd, typed)
  const { bundleId, app } = await headOf(file)
  if (flags.expect !== undefined && flags.expect !== bundleId) {
    throw BundleError.unexpected(flags.expect, bundleId)
  }
  const signer = await signerOf(app, flags, context)
  const { signatures, ...signed } = await signBundle({ file, signer, bundleId })
  const kids = signatures.map(({ kid }) => kid)
  const data = { ...signed, file, signatures }
  context.printer.answer('sign', data, ({ name, version }, paint) =>
    [
      `${paint('bold', `${name} ${version}`)} signed`,
      bundleId,
      ...kids.map((kid) => `  ${kid}`),
    ].join('\n'),
  )
}

async function headOf(file: string) {
  const source = await openArchive(file)
  try {
    const { bundleId, manifest } = await readHead(source)
    return { bundleId, app: manifest.app }
  } finally {
    await source.close()
  }
}

/** Who signs for an app. */
export async function signerOf(app: string, flags: SignFlags, context: Context): Promise<Signer> {
  if (flags.signer !== undefined) {
    return execSigner(flags.signer, flags.kid ?? `${app}#primary`, context.signal)
  }
  const { did, privateKey } = await keyPairOf(app, flags, context)
  const own = `${did}#primary`
  const kid = flags.kid ?? own
  // The id of a default key says whose it is; of further keys only the document does.
  if (kid.endsWith('#primary') && kid !== own) throw BundleError.otherKey(kid, did)
  return keySigner(kid, privateKey)
}

/** The key that was named, or that the environment hands over, or the app's own. */
async function keyPairOf(app: string, flags: SignFlags, context: Context) {
  if (flags.key !== undefined) return (await openNamedKey(flags.key, flags, context)).did()
  const handedOver = flags.as === undefined ? await environmentKey(flags, context) : undefined
  return handedOver?.did() ?? keyOfName(flags.as ?? app, keyPlaceOf(context))
}
