/**
 * EPK: DApps of Elastos Trinity, a ZIP of web files with `manifest.json` and perhaps a signature.
 *
 *     EPK-SIGN/FILELIST.INF    SHA256HEX SP NAME LF for every other file, sorted by code point
 *     EPK-SIGN/FILELIST.SHA    SHA-256 of it, 64 hex digits
 *     EPK-SIGN/FILELIST.SIGN   v1: r || s as 128 hex digits, over the 32 bytes that FILELIST.SHA says
 *                              v2: base64url, over its 64 characters; a NUL may follow
 *     EPK-SIGN/SIGN.PUB        v1: compressed key as 66 hex digits; v2: base58
 *     EPK-SIGN/SIGN.DIDURL     v2 alone: the key's DID URL
 *
 * @see Elastos.Trinity.ToolChains bin/sign_epk, bin/did_sign, bin/verify_epk
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { ElaError } from '../../base/errors.ts'
import { isObject, type Json, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { decodeKey, didOf } from '../../protocol/did/did.ts'
import { verifyBytes } from '../../protocol/did/signature.ts'
import { BundleError } from '../errors.ts'
import { isKeyId } from '../signature-file.ts'
import { EpkError } from './errors.ts'
import { readZip } from './zip.ts'

export const SIGN_FOLDER = 'EPK-SIGN/'
const MANIFEST = 'manifest.json'
const MANIFEST_BYTES = 256 << 10
const FILE_BYTES = 128 << 20
const V1_PARTS = ['FILELIST.INF', 'FILELIST.SHA', 'FILELIST.SIGN', 'SIGN.PUB']

export interface EpkFile {
  readonly path: string
  readonly content: Buffer
  /** Lower-case hex. */
  readonly sha256: string
}

export interface EpkSignature {
  readonly version: 1 | 2
  /** Compressed P-256 point. */
  readonly key: Uint8Array
  /** v2: as it was written; v1: the default key of the DID that the key makes. */
  readonly kid: string
  /** What was signed, and r || s over its SHA-256. */
  readonly message: Buffer
  readonly signature: Buffer
}

export interface Epk {
  readonly manifest: JsonObject
  /** All but the signature's, sorted by name. */
  readonly files: readonly EpkFile[]
  /** SHA-256 of the list of files, lower-case hex. */
  readonly digest: string
  /** It fits the files and the key; whose key it is, is another question. */
  readonly signature: EpkSignature | undefined
}

/** Throws `epk/…`, `bundle/unreadable`. */
export async function openEpk(file: string): Promise<Epk> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file, 'r')
    const { size } = await handle.stat()
    if (size > FILE_BYTES) throw EpkError.tooLarge('the file', size, FILE_BYTES)
    return readEpk(await handle.readFile())
  } catch (error) {
    throw error instanceof ElaError ? error : BundleError.unreadable(file, error)
  } finally {
    await handle?.close()
  }
}

/** Whether a file begins as a ZIP file does, and so is no bundle. Never throws. */
export async function looksLikeEpk(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => undefined)
  try {
    const start = Buffer.alloc(4)
    const read = await handle?.read(start, 0, 4, 0).catch(() => undefined)
    return read?.bytesRead === 4 && start.toString('hex') === '504b0304'
  } finally {
    await handle?.close()
  }
}

export function readEpk(bytes: Buffer): Epk {
  const all = readZip(bytes)
  const files = all
    .filter(({ name }) => !name.startsWith(SIGN_FOLDER))
    .map((one): EpkFile => {
      const content = one.read()
      const sha256 = createHash('sha256').update(content).digest('hex')
      return { path: one.name, content, sha256 }
    })
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  const list = files.map(({ path, sha256 }) => `${sha256} ${path}\n`).join('')
  const digest = createHash('sha256').update(list).digest('hex')
  const parts = new Map(
    all
      .filter(({ name }) => name.startsWith(SIGN_FOLDER))
      .map((one) => [one.name.slice(SIGN_FOLDER.length), one.read()]),
  )
  return { manifest: manifestIn(files), files, digest, signature: signatureIn(parts, list, digest) }
}

function manifestIn(files: readonly EpkFile[]): JsonObject {
  const file = files.find(({ path }) => path === MANIFEST)
  if (file === undefined) throw EpkError.badManifest('there is none')
  if (file.content.length > MANIFEST_BYTES) {
    throw EpkError.tooLarge(MANIFEST, file.content.length, MANIFEST_BYTES)
  }
  let value: Json
  try {
    // Editors of the time put a byte order mark before it.
    value = JSON.parse(file.content.toString('utf8').replace(/^\uFEFF/, '')) as Json
  } catch {
    throw EpkError.badManifest('it is no JSON')
  }
  if (!isObject(value)) throw EpkError.badManifest('it is no object')
  for (const name of ['id', 'version', 'name', 'start_url']) {
    const text = value[name]
    if (typeof text !== 'string' || text === '')
      throw EpkError.badManifest(`\`${name}\` is missing`)
  }
  return value
}

function signatureIn(
  parts: ReadonlyMap<string, Buffer>,
  list: string,
  digest: string,
): EpkSignature | undefined {
  if (parts.size === 0) return undefined
  const known = parts.has('SIGN.DIDURL') ? [...V1_PARTS, 'SIGN.DIDURL'] : V1_PARTS
  const missing = known.find((name) => !parts.has(name))
  if (missing !== undefined) throw EpkError.badSignature(`\`${missing}\` is missing`)
  const stranger = [...parts.keys()].find((name) => !known.includes(name))
  if (stranger !== undefined) throw EpkError.badSignature(`\`${stranger}\` does not belong there`)
  const text = (name: string) => parts.get(name)?.toString('latin1') ?? ''
  if (parts.get('FILELIST.INF')?.equals(Buffer.from(list)) !== true) {
    throw EpkError.badSignature('its list names other files, or other content')
  }
  if (text('FILELIST.SHA') !== digest) throw EpkError.badSignature('its list has another digest')
  const isFirst = !parts.has('SIGN.DIDURL')
  const signed = isFirst ? firstForm(text, digest) : secondForm(text, digest)
  if (!verifyBytes(signed.message, signed.signature, signed.key)) {
    throw EpkError.badSignature('it is not by this key over these files')
  }
  return signed
}

function firstForm(text: (name: string) => string, digest: string): EpkSignature {
  const [sign, key] = [text('FILELIST.SIGN'), text('SIGN.PUB')]
  if (!/^[0-9a-fA-F]{128}$/.test(sign) || !/^0[23][0-9a-fA-F]{64}$/.test(key)) {
    throw EpkError.badSignature('it is not written in hex digits')
  }
  const bytes = Buffer.from(key, 'hex')
  return {
    version: 1,
    key: bytes,
    kid: `${didOf(bytes)}#primary`,
    message: Buffer.from(digest, 'hex'),
    signature: Buffer.from(sign, 'hex'),
  }
}

function secondForm(text: (name: string) => string, digest: string): EpkSignature {
  const sign = text('FILELIST.SIGN').replace(/\0$/, '')
  const kid = text('SIGN.DIDURL').replace(/\0$/, '')
  const key = decodeKey(text('SIGN.PUB').replace(/\0$/, ''))
  const signature = Buffer.from(sign, 'base64url')
  if (signature.toString('base64url') !== sign.replace(/=+$/, '')) {
    throw EpkError.badSignature('it is no base64url')
  }
  if (key === undefined) throw EpkError.badSignature('its key is no key')
  if (!isKeyId(kid)) throw EpkError.badSignature(`\`${kid.slice(0, 80)}\` is no key of a DID`)
  return { version: 2, key, kid, message: Buffer.from(digest), signature }
}
