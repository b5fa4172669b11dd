/** Denials of one instance. A DApp that keeps trying what it may not is ended. */

/** More than so many within the window are abuse. */
export const MOST_DENIALS = 50
export const DENIAL_WINDOW_MS = 10_000

export class DenialCount {
  readonly #now: () => number
  /** When the last ones were, oldest first; never more than what is needed to tell. */
  #times: number[] = []

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Counts one, and tells whether that is abuse. */
  add(): boolean {
    const now = this.#now()
    this.#times = this.#times.filter((time) => now - time < DENIAL_WINDOW_MS)
    this.#times.push(now)
    if (this.#times.length <= MOST_DENIALS) return false
    this.#times.shift()
    return true
  }
}
