/**
 * Stores of the DID libraries (version 3): where things are, and the forms of keys in them.
 *
 *     data/.metadata                      type, version, fingerprint of the password, default root
 *     data/roots/<id>/mnemonic            words, encrypted; absent when only the key was imported
 *     data/roots/<id>/private             root key, encrypted
 *     data/roots/<id>/public              xpub of m/44'/0'/0'
 *     data/roots/<id>/index               number of the next DID
 *     data/ids/<i…>/document, .metadata   a DID; which root and number it is of
 *     data/ids/<i…>/privatekeys/#primary  its key, encrypted
 *
 * `id` of a root is MD5 of the 82 bytes of that xpub, checksum included. Keys are the 82 bytes of an
 * xprv, and for a key without a tree the rest of them is zero.
 *
 * @see Elastos.DID.JS.SDK src/filesystemstorage.ts, src/rootidentity.ts, src/crypto/hdkey.ts
 */
import { createHash } from 'node:crypto'
import { base58 } from '@scure/base'
import { derive, type HdKey, hdKey } from './derive.ts'
import { parseXprv, toXprv, toXpub } from './extended-key.ts'

export const STORE_TYPE = 'did:elastos:store'
export const STORE_VERSION = 3
export const PRIMARY = '#primary'

/** The key whose children are the keys of DIDs. */
export function preDerived(root: HdKey): HdKey {
  return derive(root, "m/44'/0'/0'")
}

export function rootIdOf(root: HdKey): string {
  return createHash('md5')
    .update(base58.decode(toXpub(preDerived(root))))
    .digest('hex')
}

export function keyToBytes(key: HdKey): Uint8Array {
  return base58.decode(toXprv(key))
}

/** Throws `identity/badExtendedKey`. */
export function keyFromBytes(bytes: Uint8Array): HdKey {
  return parseXprv(base58.encode(bytes), 'p256')
}

/** A private key that has no tree. */
export function loneKey(privateKey: Uint8Array): HdKey {
  return hdKey({
    curve: 'p256',
    privateKey,
    chainCode: new Uint8Array(32),
    depth: 0,
    index: 0,
    parentFingerprint: new Uint8Array(4),
  })
}
