/** Holds state and view, and says at most five times a second that they changed. */
import { type DashboardEvent, initialState, reduce, type State } from './state.ts'
import { type Effect, followed, initialView, type Key, press, type View } from './view.ts'

export interface Snapshot {
  readonly state: State
  readonly view: View
}

// A frame costs about 1 % of a core per frame and second; five are smooth enough for numbers.
const FRAME_MS = 200
/** How long the answer to a key stays before the key list comes back. */
const SAID_MS = 3_000
/** Events by which a question comes or goes. */
const QUESTIONS: ReadonlySet<DashboardEvent['event']> = new Set([
  'intent-waiting',
  'intent-answered',
  'dapp-asks',
  'dapp-answered',
])

export class DashboardStore {
  #snapshot: Snapshot = { state: initialState, view: initialView }
  #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #saidTimer: NodeJS.Timeout | undefined
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly snapshot = (): Snapshot => this.#snapshot

  /** Takes an event in; the picture follows within `FRAME_MS`. */
  show(event: DashboardEvent): void {
    const state = reduce(this.#snapshot.state, event, this.#now())
    const { view } = this.#snapshot
    this.#snapshot = { state, view: QUESTIONS.has(event.event) ? followed(view, state) : view }
    this.#timer ??= setTimeout(() => this.#tell(), FRAME_MS)
  }

  /** Takes a key in; the picture follows at once. */
  press(key: Key): Effect | undefined {
    const { view, effect } = press(this.#snapshot.view, key, this.#snapshot.state)
    this.#snapshot = { ...this.#snapshot, view }
    this.#tell()
    clearTimeout(this.#saidTimer)
    if (view.said !== '') this.#saidTimer = setTimeout(() => this.#unsay(), SAID_MS)
    return effect
  }

  close(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#saidTimer)
    this.#listeners.clear()
  }

  #unsay(): void {
    const { view } = this.#snapshot
    this.#snapshot = { ...this.#snapshot, view: { ...view, said: '' } }
    this.#tell()
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // useSyncExternalStore compares by identity; a frame must be a new object.
    this.#snapshot = { ...this.#snapshot }
    for (const listener of this.#listeners) listener()
  }
}
