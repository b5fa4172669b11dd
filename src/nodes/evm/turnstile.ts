/** Many may pass together, or one alone. Those who want to be alone are not kept waiting for ever. */
export class Turnstile {
  #inside = 0
  #alone = false
  readonly #queue: { readonly alone: boolean; readonly enter: () => void }[] = []

  /** Runs `act` beside others, but not while somebody is alone. */
  async together<T>(act: () => Promise<T>): Promise<T> {
    if (this.#alone || this.#queue.length > 0) await this.#wait(false)
    else this.#inside += 1
    try {
      return await act()
    } finally {
      this.#inside -= 1
      this.#next()
    }
  }

  /** Runs `act` while nobody else is inside. */
  async alone<T>(act: () => Promise<T>): Promise<T> {
    if (this.#alone || this.#inside > 0 || this.#queue.length > 0) await this.#wait(true)
    else this.#alone = true
    try {
      return await act()
    } finally {
      this.#alone = false
      this.#next()
    }
  }

  #wait(alone: boolean): Promise<void> {
    return new Promise((enter) => this.#queue.push({ alone, enter }))
  }

  #next(): void {
    for (;;) {
      const [first] = this.#queue
      if (first === undefined || this.#alone || (first.alone && this.#inside > 0)) return
      this.#queue.shift()
      if (first.alone) this.#alone = true
      else this.#inside += 1
      first.enter()
    }
  }
}
