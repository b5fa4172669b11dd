/** Hands every event to all who listen, and remembers the last ones for who comes late. */
import type { DevnetEvent } from './events.ts'

const KEEP_EVENTS = 500

export type OnEvent = (event: DevnetEvent) => void

export class EventHub {
  readonly #listeners = new Set<OnEvent>()
  readonly #recent: DevnetEvent[] = []

  emit(event: DevnetEvent): void {
    // Health comes every second and is out of date a second later.
    if (event.event !== 'node-health') this.#recent.push(event)
    if (this.#recent.length > KEEP_EVENTS) this.#recent.shift()
    for (const listener of this.#listeners) listener(event)
  }

  /** Returns how to stop listening. */
  listen(listener: OnEvent): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  get recent(): readonly DevnetEvent[] {
    return [...this.#recent]
  }
}
