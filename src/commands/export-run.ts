import path from 'node:path'
import { exportCapsule } from '../bundle/capsule/export-capsule.ts'
import type { Generation } from '../bundle/capsule/manifest.ts'
import { capsuleKey, shortSigner } from '../bundle/capsule/sign-capsule.ts'
import type { Context } from './context.ts'
import { readInput } from './json-input.ts'

export interface ExportFlags {
  readonly capsule: Generation
  readonly to?: string
  readonly keyFile?: string
}

/** Throws `capsule/…`, `bundle/…`, `file/…`; then nothing was written. */
export async function runExport(
  typed: string,
  { capsule: generation, to, keyFile }: ExportFlags,
  context: Context,
): Promise<void> {
  const file = path.resolve(context.cwd, typed)
  const target = path.resolve(context.cwd, to ?? file.replace(/(?:\.dapp)?\.tgz$/, '.capsule'))
  const key =
    keyFile === undefined ? undefined : capsuleKey(await readInput(keyFile, context), keyFile)
  const { bundle, capsule, signature } = await exportCapsule({
    bundle: file,
    generation,
    target,
    key,
  })
  const asks = Object.keys(bundle.manifest.value['capabilities'] ?? {})
  const data = {
    ...{ bundleId: bundle.bundleId, generation, target, files: bundle.files.length + 1 },
    ...{ name: capsule.name, version: capsule.version, type: capsule.type },
    signature: signature ?? '',
    publicKey: key?.publicKey ?? '',
    lost: asks.map((name) => `the capability \`${name}\`: capsules ask for it at run time`),
  }
  context.printer.answer('export', data, ({ files, publicKey, lost }, paint) =>
    [
      `${paint('bold', `${capsule.name} ${capsule.version}`)}, a capsule of generation ${generation}, ${files} files`,
      target,
      publicKey === ''
        ? paint('yellow', 'not signed')
        : `signed by ${publicKey} (shown as ${shortSigner(publicKey)})`,
      ...lost.map((what) => `${paint('yellow', 'not carried over:')} ${what}`),
    ].join('\n'),
  )
}
