/**
 * Grants of `ela dev`: kept in a file of the session, and gone with it. What a project asks for at
 * first is granted, because its author wrote it down; what an edit asks for more is shown as a
 * difference, and asked where somebody can answer.
 */
import type { CapabilityName } from '../bundle/capabilities/index.ts'
import type { GrantAnswer, OnRuntimeEvent } from './events.ts'
import { askOf, GrantDesk, type GrantWorld } from './grant-desk.ts'
import type { GrantHolder } from './grants/grant.ts'
import type { GrantQuestion } from './grants/questions.ts'

interface Waiting {
  readonly capability: CapabilityName
  readonly desk: GrantDesk
}

export class DevGrants {
  readonly #world: GrantWorld
  readonly #canAsk: boolean
  readonly #onEvent: OnRuntimeEvent
  readonly #waiting = new Map<string, Waiting>()
  #asked = 0
  #isFirst = true

  /** @param canAsk whether somebody can answer `dapp-asks` */
  constructor(world: GrantWorld, canAsk: boolean, onEvent: OnRuntimeEvent) {
    this.#world = world
    this.#canAsk = canAsk
    this.#onEvent = onEvent
  }

  /** The grants of the version that starts now. Throws `bundle/badCapability`. */
  async open(holder: GrantHolder): Promise<GrantDesk> {
    const desk = new GrantDesk(holder, this.#world)
    // Questions of an older version are those of this one, or are no more.
    for (const id of this.#waiting.keys()) this.#settled(id, 'never')
    for (const question of desk.questions()) {
      if (this.#isFirst) await desk.decide(question.capability, 'always')
      else await this.#ask(question, desk, holder)
    }
    this.#isFirst = false
    return desk
  }

  /** Answers a question; one that nobody asked is passed over. */
  async answer(id: string, answer: GrantAnswer): Promise<void> {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    const { capability, desk } = waiting
    // The session is all the time there is: whatever is granted is granted until it ends.
    await desk.decide(capability, answer === 'never' ? 'never' : 'always')
    this.#settled(id, answer)
    this.#onEvent({ event: 'dapp-granted', granted: desk.granted, denied: desk.denied })
  }

  async #ask(question: GrantQuestion, desk: GrantDesk, { identity }: GrantHolder): Promise<void> {
    this.#asked += 1
    const id = `${this.#asked}`
    const { capability } = question
    this.#waiting.set(id, { capability, desk })
    const { name, app } = identity
    this.#onEvent({ event: 'dapp-asks', id, name, app, ask: askOf(question) })
    if (!this.#canAsk) await this.answer(id, 'once')
  }

  #settled(id: string, answer: GrantAnswer): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    this.#onEvent({ event: 'dapp-answered', id, capability: waiting.capability, answer })
  }
}
