/**
 * Limits packets by IP address: 16 at once, 4 a second in the long run. What comes above that is
 * dropped without a word; what goes out above it waits.
 *
 * @see Elastos.Carrier.Java core/…/kademlia/Throttle.java
 */
const BURST = 16
const PER_SECOND = 4
/** Forged sender addresses are free, so the table of counters must have an end. */
const MOST_ADDRESSES = 4_096

export class Throttle {
  readonly #counts = new Map<string, number>()
  readonly #now: () => number
  #decayed: number

  constructor(now: () => number) {
    this.#now = now
    this.#decayed = now()
  }

  get size(): number {
    return this.#counts.size
  }

  /** Counts a packet from `host`; whether it is one too many. */
  isTooMany(host: string): boolean {
    return this.#add(host, BURST) >= BURST
  }

  /** Counts a packet to `host`; how many milliseconds it should wait. */
  delayMs(host: string): number {
    const above = this.#add(host, Number.MAX_SAFE_INTEGER) - BURST + 1
    return (Math.max(above, 0) * 1_000) / PER_SECOND
  }

  /** Who was called may answer. */
  clear(host: string): void {
    this.#counts.delete(host)
  }

  #add(host: string, limit: number): number {
    this.#decay()
    const known = this.#counts.get(host)
    if (known === undefined && this.#counts.size >= MOST_ADDRESSES) return BURST
    const count = Math.min((known ?? 0) + 1, limit)
    this.#counts.set(host, count)
    return count
  }

  #decay(): void {
    const seconds = Math.floor((this.#now() - this.#decayed) / 1_000)
    if (seconds < 1) return
    this.#decayed += seconds * 1_000
    for (const [host, count] of this.#counts) {
      const left = count - seconds * PER_SECOND
      if (left > 0) this.#counts.set(host, left)
      else this.#counts.delete(host)
    }
  }
}
