/**
 * Carrier datagrams of format A (Carrier v2 2.0.x):
 *
 *     sender id   32   its Ed25519 public key
 *     MAC         16   ┐ crypto_box_easy: X25519, XSalsa20-Poly1305
 *     ciphertext   n   ┘ with keys converted from the Ed25519 ones
 *
 * The nonce is the first 24 bytes of `x25519(sender) XOR x25519(receiver)`: the same for every
 * packet between two nodes, in both directions. Two packets therefore share a keystream, and what
 * travels here must be treated as public. The format has it so; nothing secret may rely on it.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/CryptoContext.java, RPCServer.java
 */
import type Sodium from 'libsodium-wrappers'
import { concatBytes } from '../../base/bytes-text.ts'
import { CarrierError } from './errors.ts'
import { ID_BYTES, type Id } from './id.ts'
import { loadSodium } from './sodium.ts'

const NONCE_BYTES = 24
const MAC_BYTES = 16
const SMALLEST_MESSAGE_BYTES = 13
export const SMALLEST_PACKET_BYTES = ID_BYTES + MAC_BYTES + SMALLEST_MESSAGE_BYTES
/** Real nodes have a receive buffer of this size; a longer datagram arrives cut and fails there. */
export const LARGEST_PACKET_BYTES = 5 * 1024
/** Correspondents whose shared key is kept: a key agreement costs 20 times what a packet does. */
const KEPT_SHARED_KEYS = 512

export interface NodeKeys {
  readonly id: Id
  readonly boxPublic: Uint8Array
  readonly boxPrivate: Uint8Array
}

interface Shared {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

export interface OpenedPacket {
  readonly from: Id
  readonly message: Uint8Array
}

/** The Ed25519 key pair of a seed and its X25519 twin. Throws `carrier/badKey` unless 32 bytes. */
export async function nodeKeys(seed: Uint8Array): Promise<NodeKeys> {
  const sodium = await loadSodium()
  if (seed.length !== sodium.crypto_sign_SEEDBYTES) throw CarrierError.badKey('a seed has 32 bytes')
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed)
  return {
    id: publicKey,
    boxPublic: sodium.crypto_sign_ed25519_pk_to_curve25519(publicKey),
    boxPrivate: sodium.crypto_sign_ed25519_sk_to_curve25519(privateKey),
  }
}

/** Seals and opens the packets of one node. */
export class PacketBox {
  readonly #sodium: typeof Sodium
  readonly #keys: NodeKeys
  /** By the correspondent's id, least recently used first. */
  readonly #shared = new Map<string, Shared>()

  private constructor(sodium: typeof Sodium, keys: NodeKeys) {
    this.#sodium = sodium
    this.#keys = keys
  }

  static async of(keys: NodeKeys): Promise<PacketBox> {
    return new PacketBox(await loadSodium(), keys)
  }

  /** Throws `carrier/badKey` when `to` is no usable public key. */
  seal(to: Id, message: Uint8Array): Uint8Array {
    const shared = this.#sharedWith(to)
    this.#keep(to, shared)
    const box = this.#sodium.crypto_box_easy_afternm(message, shared.nonce, shared.key)
    return concatBytes(this.#keys.id, box)
  }

  /** Throws `carrier/badPacket` or `carrier/badKey`. */
  open(packet: Uint8Array): OpenedPacket {
    if (packet.length < SMALLEST_PACKET_BYTES || packet.length > LARGEST_PACKET_BYTES) {
      throw CarrierError.badPacket(`it has ${packet.length} bytes`)
    }
    const from = packet.slice(0, ID_BYTES)
    const shared = this.#sharedWith(from)
    let message: Uint8Array
    try {
      const box = packet.subarray(ID_BYTES)
      message = this.#sodium.crypto_box_open_easy_afternm(box, shared.nonce, shared.key)
    } catch (error) {
      throw CarrierError.badPacket('it was not sealed for this node by its sender', error)
    }
    // Only now: senders that prove nothing must not push the keys of real ones out.
    this.#keep(from, shared)
    return { from, message }
  }

  #sharedWith(id: Id): Shared {
    const known = this.#shared.get(nameOf(id))
    if (known !== undefined) return known
    try {
      const theirs = this.#sodium.crypto_sign_ed25519_pk_to_curve25519(id)
      const key = this.#sodium.crypto_box_beforenm(theirs, this.#keys.boxPrivate)
      return { key, nonce: nonceOf(this.#keys.boxPublic, theirs) }
    } catch {
      throw CarrierError.badKey('the id is not the public key of anybody')
    }
  }

  #keep(id: Id, shared: Shared): void {
    const name = nameOf(id)
    this.#shared.delete(name)
    this.#shared.set(name, shared)
    if (this.#shared.size <= KEPT_SHARED_KEYS) return
    for (const oldest of this.#shared.keys()) {
      this.#shared.delete(oldest)
      return
    }
  }
}

/** The constant nonce of two nodes; the order of the two does not matter. */
export function nonceOf(boxPublicA: Uint8Array, boxPublicB: Uint8Array): Uint8Array {
  return boxPublicA.slice(0, NONCE_BYTES).map((byte, index) => byte ^ (boxPublicB[index] ?? 0))
}

function nameOf(id: Id): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1')
}
