/**
 * The keys of devnet nodes. They follow from the node's name, so that every node and every DApp
 * knows the bootstrap node's id before it runs. Anybody can make them: they prove nothing, and no
 * node with such a key may listen anywhere but on loopback.
 */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'

/** What an Ed25519 private key in PKCS #8 begins with, and a public key in SubjectPublicKeyInfo. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_HEAD_BYTES = 12

/** 32 bytes. */
export function devnetSeed(instance: string): Uint8Array {
  return createHash('sha256').update(`ela devnet, Carrier node ${instance}`).digest()
}

/** The id of the node with the seed of this name, found without loading libsodium. */
export function devnetId(instance: string): Uint8Array {
  const key = Buffer.concat([PKCS8_HEAD, devnetSeed(instance)])
  const secret = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' })
  return new Uint8Array(spki.subarray(SPKI_HEAD_BYTES))
}
