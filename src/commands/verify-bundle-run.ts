import path from 'node:path'
import { looksLikeEpk } from '../bundle/epk/epk.ts'
import { BundleError } from '../bundle/errors.ts'
import { type CheckedSignature, checkSigners, type TrustWorld } from '../bundle/trust.ts'
import { verifyFile } from '../bundle/verify.ts'
import { lookupOn } from '../identity/chain-lookup.ts'
import type { Lookup } from '../identity/did-documents.ts'
import { parseInstant } from '../identity/did-wishes.ts'
import { lookupAmong } from '../identity/verify-lookup.ts'
import { documentOfText } from '../identity/verify-text.ts'
import type { Context } from './context.ts'
import { eidRpcOf } from './did-place.ts'
import { readInput } from './json-input.ts'
import { sizeText } from './pack-run.ts'
import { RegistryCheck, type RegistryFlags } from './verify-registry.ts'

export interface VerifyBundleFlags extends RegistryFlags {
  readonly with?: readonly string[]
  readonly expect?: string
  readonly by?: string
  readonly provenance?: string | true
  readonly to?: string
  readonly at?: string
}

const PROVES: Readonly<Record<CheckedSignature['proof'], string>> = {
  listed: 'the document of its DID lists this key, and it signed exactly this bundle',
  'was-listed':
    'the document listed this key when the registry took this release; it was taken back since',
  'default-key': 'whoever holds the key that its DID is made from signed exactly this bundle',
  unknown: 'nothing yet: without the document nobody can tell whose key it is',
}

/** What nobody should read into it. */
const DOES_NOT_PROVE: Readonly<Record<CheckedSignature['proof'], string>> = {
  listed: 'when it was signed, or that what it does is harmless',
  'was-listed': 'that its owner would sign it again today, or that what it does is harmless',
  'default-key': 'that the DID is on the chain, neither expired nor deactivated, or enough alone',
  unknown: 'anything at all',
}

/** All that happened before these are answered. */
const CHECKED = [
  'the archive has no byte that its manifest does not ask for',
  'every file has its digest, size and mode',
  'no path can leave the folder or collide with another',
]

export async function runVerifyBundle(
  typed: string,
  flags: VerifyBundleFlags,
  context: Context,
): Promise<void> {
  const file = path.resolve(context.cwd, typed)
  if (await looksLikeEpk(file)) return runVerifyEpk(file, flags, context)
  if (flags.by !== undefined) throw BundleError.onlyForEpk()
  const target = flags.to === undefined ? undefined : path.resolve(context.cwd, flags.to)
  const registry = await RegistryCheck.open(flags, context)
  const world = { ...(await worldOf(flags, context)), anchored: registry.anchored }
  const provenance = await provenanceOf(file, world, { flags, context })
  const expect = provenance?.bundleId ?? flags.expect
  const { admit } = registry
  const { bundle, trust } = await verifyFile(file, { world, target, expect, admit })
  const { name, version, seq, app, publisher, files } = bundle.manifest
  const online = world.lookup !== undefined
  const documents = (flags.with ?? []).length > 0
  const unchecked = [
    ...trust.unchecked,
    ...(documents ? [`whether ${app} was changed or deactivated since the document was made`] : []),
    ...registry.unchecked(seq),
  ]
  const data = {
    bundleId: bundle.bundleId,
    ...{ file, name, version, seq, app, publisher },
    files: files.count,
    bytes: files.bytes,
    offline: flags.offline === true,
    signatures: trust.signatures.map((one) => ({
      ...one,
      proves: PROVES[one.proof],
      doesNotProve: DOES_NOT_PROVE[one.proof],
    })),
    threshold: trust.threshold,
    registry: registry.told,
    checked: [
      ...CHECKED,
      ...(online
        ? [`${app} is neither expired nor deactivated, and wants no more signatures`]
        : []),
      ...(registry.told === null
        ? []
        : ['the registry neither revoked it nor set a floor above it']),
    ],
    unchecked,
    ...(target === undefined ? {} : { folder: target }),
    ...(provenance === undefined ? {} : { provenance }),
  }
  const size = `${files.count} files, ${sizeText(files.bytes)}`
  context.printer.answer('verify', data, (_, paint) =>
    [
      `${paint('green', 'valid')} ${paint('bold', `${name} ${version}`)}, ${size}`,
      bundle.bundleId,
      `app ${app}`,
      ...data.signatures.map(({ kid, proves, doesNotProve }) =>
        [`signed by ${kid}`, `  ${proves}`, `  it does not prove ${doesNotProve}`].join('\n'),
      ),
      ...unchecked.map((what) => `${paint('yellow', 'not checked:')} ${what}`),
      ...(provenance === undefined
        ? []
        : [`built by ${provenance.builder}\n  from ${provenance.source} ${provenance.commit}`]),
      ...(target === undefined ? [] : [`unpacked to ${target}`]),
    ].join('\n'),
  )
}

/** Checked before anything is unpacked. Throws a `Refusal` and `bundle/unexpected`. */
async function provenanceOf(
  file: string,
  world: TrustWorld,
  { flags, context }: { readonly flags: VerifyBundleFlags; readonly context: Context },
) {
  const { provenance: typed } = flags
  if (typed === undefined) return undefined
  const { checkSubject, parseProvenance, tellProvenance } = await import('../bundle/provenance.ts')
  const { digestOf, provenanceFileOf } = await import('./attest-run.ts')
  const { bundle } = await verifyFile(file, { world, expect: flags.expect })
  const { bundleId, manifest } = bundle
  const place = typed === true ? provenanceFileOf(file) : typed
  const provenance = parseProvenance(Buffer.from(await readInput(place, context)))
  checkSubject(provenance, { sha256: await digestOf(file), bundleId })
  const { app, publisher } = manifest
  const { signatures, message } = provenance
  const trust = await checkSigners({ app, publisher, signatures, message }, world)
  return { bundleId, ...tellProvenance(provenance), file: place, signatures: trust.signatures }
}

async function runVerifyEpk(
  file: string,
  flags: VerifyBundleFlags,
  context: Context,
): Promise<void> {
  const { to, expect, by, offline } = flags
  if (to !== undefined || expect !== undefined) throw BundleError.notForEpk()
  const world = await worldOf(by === undefined ? { ...flags, offline: true } : flags, context)
  const { verifyEpk, verifyEpkText } = await import('./epk-run.ts')
  const data = { ...(await verifyEpk(file, by, world)), offline: offline === true }
  context.printer.answer('verify epk', data, verifyEpkText)
}

async function worldOf(flags: VerifyBundleFlags, context: Context): Promise<TrustWorld> {
  const time = flags.at === undefined ? Math.floor(Date.now() / 1000) : parseInstant(flags.at)
  return { lookup: await lookupOf(flags, context), time }
}

async function lookupOf(
  { offline, rpc, with: files = [] }: VerifyBundleFlags,
  context: Context,
): Promise<Lookup | undefined> {
  if (files.length > 0) {
    const texts = await Promise.all(files.map((file) => readInput(file, context)))
    return lookupAmong(texts.map(documentOfText))
  }
  if (offline === true) return undefined
  const url = rpc ?? eidRpcOf(context)
  if (url === undefined) throw BundleError.noChain()
  return lookupOn(url)
}
