/**
 * Signatures of capsules: Ed25519 over SHA-256 of the manifest and SHA-256 of the entry file.
 *
 * They cover no other file, and a generation that adds a field makes all earlier signatures
 * invalid. Who wants more certainty publishes the bundle.
 *
 * @see Elacity/elastos-runtime elastos/crates/elastos-runtime/src/signature/verifier.rs
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { JsonObject } from '../../protocol/did/canonical-json.ts'
import { CapsuleError } from './errors.ts'
import { canonicalCapsule, type Generation } from './manifest.ts'

/** ASN.1 of "an Ed25519 seed, or key, of 32 bytes follows" (RFC 8410). */
const SEED_HEAD = '302e020100300506032b657004220420'
const KEY_HEAD = '302a300506032b6570032100'

export interface CapsuleKey {
  readonly privateKey: KeyObject
  /** 32 bytes, lower-case hex. */
  readonly publicKey: string
}

/** From 64 hex digits of a seed, or PEM. Throws `capsule/badKey`. */
export function capsuleKey(text: string, file: string): CapsuleKey {
  const trimmed = text.trim()
  try {
    const key = /^[0-9a-fA-F]{64}$/.test(trimmed)
      ? {
          key: Buffer.from(SEED_HEAD + trimmed, 'hex'),
          format: 'der' as const,
          type: 'pkcs8' as const,
        }
      : { key: trimmed, format: 'pem' as const }
    const privateKey = createPrivateKey(key)
    if (privateKey.asymmetricKeyType !== 'ed25519') throw CapsuleError.badKey(file)
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
    return { privateKey, publicKey: spki.subarray(KEY_HEAD.length / 2).toString('hex') }
  } catch {
    // The words of OpenSSL may hold a part of the key.
    throw CapsuleError.badKey(file)
  }
}

/** Standard base64, as `signature` of the manifest holds it. */
export function signCapsule(
  capsule: JsonObject,
  entry: Uint8Array,
  { privateKey }: CapsuleKey,
  generation: Generation,
): string {
  return sign(null, messageOf(capsule, entry, generation), privateKey).toString('base64')
}

/**
 * The key that signed it. Throws `capsule/notTrusted`, `capsule/badManifest`,
 * `capsule/wrongSignature`.
 *
 * @param capsule every field filled in
 * @param trusted keys of 32 bytes in hex; none trusts nobody, where the runtime trusts everybody
 */
export function verifyCapsule(
  capsule: JsonObject,
  entry: Uint8Array,
  trusted: readonly string[],
  generation: Generation,
): string {
  if (trusted.length === 0) throw CapsuleError.notTrusted()
  const { signature } = capsule
  const bytes = Buffer.from(typeof signature === 'string' ? signature : '', 'base64')
  if (bytes.length !== 64 || bytes.toString('base64') !== signature) {
    throw CapsuleError.badManifest('`signature` is not 64 bytes of base64')
  }
  const message = messageOf(capsule, entry, generation)
  const found = trusted.find((key) => verify(null, message, publicKeyOf(key), bytes))
  if (found === undefined) throw CapsuleError.wrongSignature()
  return found
}

/** How the runtime shows a signer: the first 16 hex digits of SHA-256 of the key. */
export function shortSigner(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest('hex').slice(0, 16)
}

function messageOf(capsule: JsonObject, entry: Uint8Array, generation: Generation): Buffer {
  const hash = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest()
  return Buffer.concat([hash(canonicalCapsule(capsule, generation)), hash(entry)])
}

function publicKeyOf(hex: string): KeyObject {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw CapsuleError.badKey(hex)
  return createPublicKey({ key: Buffer.from(KEY_HEAD + hex, 'hex'), format: 'der', type: 'spki' })
}
