/** What `ela verify` and `ela inspect` say of an EPK. */
import type { Paint } from '../base/printer.ts'
import { type Epk, openEpk } from '../bundle/epk/epk.ts'
import { checkEpkSigner } from '../bundle/epk/epk-trust.ts'
import { EpkError } from '../bundle/epk/errors.ts'
import type { TrustWorld } from '../bundle/trust.ts'
import { sizeText } from './pack-run.ts'

/**
 * An EPK names no app DID: its signature says which key signed, and only somebody who knows whom to
 * expect can make more of it.
 *
 * Throws `epk/…` and a `Refusal`.
 *
 * @param by the DID that must have signed
 */
export async function verifyEpk(file: string, by: string | undefined, world: TrustWorld) {
  const epk = await openEpk(file)
  const { signature } = epk
  if (signature === undefined) throw EpkError.notSigned()
  const { kid, version } = signature
  const trust = by === undefined ? undefined : await checkEpkSigner(signature, by, world)
  return {
    ...summaryOf(epk, file),
    format: `epk/${version}`,
    kid,
    proof: trust?.signatures[0]?.proof ?? 'key',
    checked: [
      'every file is listed with its digest, and no other',
      'the signature is by the key beside it',
      ...(trust === undefined || world.lookup === undefined
        ? []
        : [`${by} is neither expired nor deactivated, and lists the key`]),
    ],
    unchecked: trust?.unchecked ?? [
      `whether ${kid} is who should have signed: an EPK names no app (say who with --by)`,
    ],
  }
}

export function verifyEpkText(data: Awaited<ReturnType<typeof verifyEpk>>, paint: Paint): string {
  const { name, version, files, bytes, kid, unchecked } = data
  return [
    `${paint('green', 'valid')} ${paint('bold', `${name} ${version}`)}, ${files} files, ${sizeText(bytes)}`,
    `signed by ${kid}`,
    ...unchecked.map((what) => `${paint('yellow', 'not checked:')} ${what}`),
  ].join('\n')
}

export async function inspectEpk(file: string) {
  const epk = await openEpk(file)
  return {
    ...summaryOf(epk, file),
    format: epk.signature === undefined ? 'epk' : `epk/${epk.signature.version}`,
    manifest: epk.manifest,
    signatures: epk.signature === undefined ? [] : [{ kid: epk.signature.kid, alg: 'ES256' }],
    list: epk.files.map(({ path, sha256, content }) => ({ path, size: content.length, sha256 })),
  }
}

export function inspectEpkText(data: Awaited<ReturnType<typeof inspectEpk>>, paint: Paint): string {
  const { name, version, id, files, bytes, signatures, list } = data
  const width = Math.max(...list.map(({ size }) => String(size).length))
  return [
    `${paint('bold', name)} ${version}, an EPK of Elastos Trinity`,
    `id         ${id}`,
    ...(signatures.length === 0
      ? [paint('yellow', 'not signed')]
      : signatures.map(({ kid }) => `signed by  ${kid} (unchecked: see \`ela verify\`)`)),
    `${files} files, ${sizeText(bytes)}:`,
    ...list.map(
      ({ size, sha256, path }) =>
        `  ${String(size).padStart(width)} ${paint('dim', sha256.slice(0, 12))} ${path}`,
    ),
  ].join('\n')
}

function summaryOf({ manifest, files, digest }: Epk, file: string) {
  return {
    file,
    id: String(manifest['id']),
    name: String(manifest['name']),
    version: String(manifest['version']),
    digest: `sha256:${digest}`,
    files: files.length,
    bytes: files.reduce((sum, { content }) => sum + content.length, 0),
  }
}
