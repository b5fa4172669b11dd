/**
 * Content ids: which bytes, by their SHA-256 digest, and how to read them.
 *
 *     version 0   base58(12 20 digest)                always dag-pb; begins with `Qm`
 *     version 1   `b` base32(01 codec 12 20 digest)   codec 55 raw bytes, 70 dag-pb
 *
 * Other hashes, codecs and spellings exist elsewhere and are refused here by name.
 *
 * @see https://github.com/multiformats/cid
 */
import { createHash } from 'node:crypto'
import { base32nopad, base58 } from '@scure/base'
import { defineErrors } from '../../base/errors.ts'

export type CidCodec = 'raw' | 'dag-pb'

export interface Cid {
  readonly version: 0 | 1
  readonly codec: CidCodec
  /** 32 bytes. */
  readonly digest: Uint8Array
}

export const CidError = defineErrors('protocol', {
  badCid: (text: string, fault: string) => ({
    message: `\`${text.length > 70 ? `${text.slice(0, 70)}…` : text}\` is no content id: ${fault}.`,
    hint: 'A content id begins with `bafy`, `bafk` or `Qm`.',
    exit: 'misused',
  }),
})

const CODES: Readonly<Record<CidCodec, number>> = { raw: 0x55, 'dag-pb': 0x70 }
const SHA256 = 0x12
const DIGEST_BYTES = 32

/** The id of a block. Raw blocks have version 1 always. */
export function cidOf(codec: CidCodec, bytes: Uint8Array, version: 0 | 1 = 1): Cid {
  const digest = new Uint8Array(createHash('sha256').update(bytes).digest())
  return { version: codec === 'raw' ? 1 : version, codec, digest }
}

/** The id of a whole file of at most one chunk, from the digest that a list of files has. */
export function rawCid(digest: Uint8Array): Cid {
  return { version: 1, codec: 'raw', digest }
}

export function cidBytes({ version, codec, digest }: Cid): Uint8Array {
  const hash = [SHA256, DIGEST_BYTES, ...digest]
  return version === 0 ? Uint8Array.from(hash) : Uint8Array.of(1, CODES[codec], ...hash)
}

export function cidText(cid: Cid): string {
  const bytes = cidBytes(cid)
  return cid.version === 0 ? base58.encode(bytes) : `b${base32nopad.encode(bytes).toLowerCase()}`
}

/** Throws `protocol/badCid`. */
export function parseCid(text: string): Cid {
  try {
    if (/^Qm[1-9A-HJ-NP-Za-km-z]{44}$/.test(text)) return cidOfBytes(base58.decode(text))
    if (/^b[a-z2-7]{58}$/.test(text)) {
      return cidOfBytes(base32nopad.decode(text.slice(1).toUpperCase()))
    }
  } catch (error) {
    throw CidError.badCid(text, error instanceof Error ? error.message : String(error))
  }
  throw CidError.badCid(text, 'it is neither 46 characters of base58 nor 59 of base32')
}

/** Throws `protocol/badCid`. */
export function cidOfBytes(bytes: Uint8Array): Cid {
  const bad = (fault: string) => CidError.badCid(Buffer.from(bytes).toString('hex'), fault)
  const isOld = bytes.length === DIGEST_BYTES + 2 && bytes[0] === SHA256
  const [codec] = isOld
    ? (['dag-pb'] as const)
    : (['raw', 'dag-pb'] as const).filter((name) => CODES[name] === bytes[1])
  if (!isOld && bytes[0] !== 1) throw bad('its version is unknown')
  if (codec === undefined) throw bad('its codec is neither raw nor dag-pb')
  const hash = isOld ? bytes : bytes.subarray(2)
  if (hash[0] !== SHA256) throw bad('its hash is not SHA-256')
  if (hash[1] !== DIGEST_BYTES || hash.length !== DIGEST_BYTES + 2) {
    throw bad('its digest is not 32 bytes long')
  }
  return { version: isOld ? 0 : 1, codec, digest: hash.slice(2) }
}
