/** How much may flow: `perSecond` in the long run, `burst` at once. */
export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  readonly #now: () => number
  #filled: number
  #at: number

  /** @param now milliseconds of a clock that never goes back */
  constructor(perSecond: number, burst: number, now: () => number) {
    this.#perMs = perSecond / 1_000
    this.#burst = burst
    this.#now = now
    this.#filled = burst
    this.#at = now()
  }

  /** Takes `amount`, or nothing and answers `false`. */
  take(amount: number): boolean {
    const now = this.#now()
    this.#filled = Math.min(this.#burst, this.#filled + (now - this.#at) * this.#perMs)
    this.#at = now
    if (amount > this.#filled) return false
    this.#filled -= amount
    return true
  }
}
