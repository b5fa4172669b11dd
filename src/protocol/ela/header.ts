/**
 * A block header: the first 84 bytes are hashed, then comes the proof of work, then a byte 1.
 *
 *     version u32, previous 32, Merkle root 32, time u32, bits u32, nonce u32, height u32
 *     AuxPow
 *     01
 *
 * @see Elastos.ELA core/types/common/header.go
 */
import { type Codec, CodecError, encode } from '../codec.ts'
import { type AuxPow, auxPowCodec } from './auxpow.ts'
import { hash32, struct, u32 } from './fields.ts'
import { sha256d } from './hash.ts'

/** What the hash of a block covers. */
export interface HashedHeader {
  readonly version: number
  /** Internal order. */
  readonly previous: Uint8Array
  /** Internal order. */
  readonly merkleRoot: Uint8Array
  /** Seconds since 1970. */
  readonly time: number
  readonly bits: number
  readonly nonce: number
  readonly height: number
}

export interface Header extends HashedHeader {
  readonly auxPow: AuxPow
}

const END_MARK = 1

export const hashedHeaderCodec = struct<HashedHeader>({
  version: u32,
  previous: hash32,
  merkleRoot: hash32,
  time: u32,
  bits: u32,
  nonce: u32,
  height: u32,
})

export const headerCodec: Codec<Header> = {
  write(to, header) {
    hashedHeaderCodec.write(to, header)
    auxPowCodec.write(to, header.auxPow)
    to.u8(END_MARK)
  },
  read(from) {
    const header = { ...hashedHeaderCodec.read(from), auxPow: auxPowCodec.read(from) }
    const mark = from.u8()
    if (mark !== END_MARK) {
      throw CodecError.malformed(`A block header ends with the byte ${mark} instead of 1`)
    }
    return header
  },
}

const hashes = new WeakMap<HashedHeader, Uint8Array>()

/** In internal order. Remembered for each header object, which must not be changed. */
export function headerHash(header: HashedHeader): Uint8Array {
  let hash = hashes.get(header)
  if (hash === undefined) {
    hash = sha256d(encode(hashedHeaderCodec, header))
    hashes.set(header, hash)
  }
  return hash
}
