/**
 * The tokens a node hands out with lookup answers and wants back with a store or an announcement:
 * proof that the asker receives at the address it writes from.
 *
 * SHA-256 over asker id, asker address, port, target, time stamp and a secret of this process; four
 * bytes of it, beginning at `first byte & 31` and wrapping around, are the token.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/TokenManager.java
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Id } from '../../protocol/carrier/id.ts'
import { addressBytes, type NodeInfo } from '../../protocol/carrier/node-info.ts'

const LIFE_MS = 5 * 60_000
const SECRET_BYTES = 32

export class TokenMaker {
  readonly #secret = randomBytes(SECRET_BYTES)
  readonly #now: () => number
  #stamp: number
  #previous: number

  constructor(now: () => number) {
    this.#now = now
    this.#stamp = now()
    this.#previous = this.#stamp
  }

  /** Never 0, which on the wire means that there is no token. */
  make(asker: NodeInfo, target: Id): number {
    this.#rotate()
    return this.#token(asker, target, this.#stamp)
  }

  /** Tokens of this period and of the one before are good. */
  isGood(token: number, asker: NodeInfo, target: Id): boolean {
    this.#rotate()
    return [this.#stamp, this.#previous].some(
      (stamp) => this.#token(asker, target, stamp) === token,
    )
  }

  #rotate(): void {
    const now = this.#now()
    const age = now - this.#stamp
    if (age < LIFE_MS) return
    this.#previous = age < 2 * LIFE_MS ? this.#stamp : now
    this.#stamp = now
  }

  #token({ id, host, port }: NodeInfo, target: Id, stamp: number): number {
    const numbers = Buffer.alloc(10)
    numbers.writeUInt16BE(port, 0)
    numbers.writeBigUInt64BE(BigInt(Math.floor(stamp)), 2)
    const digest = createHash('sha256')
      .update(id)
      .update(addressBytes(host))
      .update(numbers.subarray(0, 2))
      .update(target)
      .update(numbers.subarray(2))
      .update(this.#secret)
      .digest()
    const first = (digest[0] ?? 0) & 31
    const byte = (index: number) => digest[(first + index) & 31] ?? 0
    const token = (byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)
    return token === 0 ? 1 : token
  }
}
