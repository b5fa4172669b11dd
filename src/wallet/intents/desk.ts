/**
 * Where intents wait until somebody says yes or no. A command line, a file of rules or a pane of a
 * dashboard can be that somebody.
 */

import { ElaError } from '../../base/errors.ts'
import {
  type Asked,
  denyIntent,
  type IntentAnswer,
  type IntentSummary,
  performIntent,
  readIntent,
} from './answer.ts'
import { IntentError } from './errors.ts'
import type { Hand } from './hand.ts'
import { postCallback, type Reply } from './reply.ts'
import { ApprovalRules, type Decision, EVERY_ACTION } from './rules.ts'

export interface WaitingIntent extends IntentSummary {
  /** Counted from 1. */
  readonly id: string
  /** ISO 8601. */
  readonly since: string
}

export type IntentEvent =
  | { readonly event: 'intent-waiting'; readonly intent: WaitingIntent }
  | {
      readonly event: 'intent-answered'
      readonly id: string
      readonly action: string
      readonly status: IntentAnswer['status']
      readonly code?: string
    }

export interface DeskOptions {
  /** Whoever answers for an account; the desk's own account when none is named. */
  readonly handOf: (account?: string) => Hand
  readonly rules?: ApprovalRules
  /** How long an intent waits for a decision. */
  readonly patienceMs: number
}

interface Waiter {
  readonly asked: WaitingIntent
  readonly decide: (decision: Decision | 'nobody') => void
}

/** As in the runtime Essentials comes from. */
const MAX_WAITING = 20

export class IntentDesk {
  readonly rules: ApprovalRules
  readonly #options: DeskOptions
  readonly #waiting = new Map<string, Waiter>()
  readonly #listeners = new Set<(event: IntentEvent) => void>()
  #lastId = 0
  /** Intents are done one after the other, so that two payments never take one number. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: DeskOptions) {
    this.#options = options
    this.rules = options.rules ?? new ApprovalRules()
  }

  waiting(): readonly WaitingIntent[] {
    return [...this.#waiting.values()].map(({ asked }) => asked)
  }

  /** Calls `listener` for what happens from now on. Returns how to end that. */
  subscribe(listener: (event: IntentEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * Answers an intent, after a rule or somebody decided; posts the answer when it is to be posted.
   *
   * Throws for what is no good intent (see `readIntent`), and `intent/tooManyWaiting`.
   *
   * @param gone aborted when whoever asked went away: the intent is withdrawn
   */
  async submit(
    url: string,
    { account, gone }: { readonly account?: string; readonly gone?: AbortSignal } = {},
  ): Promise<IntentAnswer> {
    const hand = this.#options.handOf(account)
    const asked = await readIntent(url, hand)
    this.#lastId += 1
    const id = String(this.#lastId)
    const decision =
      this.rules.decisionFor(asked.action.name) ?? (await this.#wait(id, asked, gone))
    const answer = await this.#answer(asked, decision, hand)
    this.#tell({
      event: 'intent-answered',
      id,
      action: answer.action,
      status: answer.status,
      ...(answer.error === undefined ? {} : { code: answer.error.code }),
    })
    return answer
  }

  /** Throws `intent/unknownId`. */
  decide(id: string, decision: Decision): void {
    const waiter = this.#waiting.get(id)
    if (waiter === undefined) throw IntentError.unknownId(id)
    waiter.decide(decision)
  }

  /**
   * Decides all that wait, or those of one action, and by a rule all that will come.
   * Returns how many waited.
   */
  decideAll(decision: Decision, action: string = EVERY_ACTION, { once = false } = {}): number {
    if (!once) this.rules.set(action, decision)
    const meant = [...this.#waiting.values()].filter(
      ({ asked }) => action === EVERY_ACTION || asked.action === action,
    )
    for (const { decide } of meant) decide(decision)
    return meant.length
  }

  /** Answers all that wait as nobody, for the end of the program. */
  close(): void {
    for (const { decide } of [...this.#waiting.values()]) decide('nobody')
  }

  #wait(
    id: string,
    { summary }: Asked,
    gone: AbortSignal | undefined,
  ): Promise<Decision | 'nobody'> {
    if (this.#waiting.size >= MAX_WAITING) throw IntentError.tooManyWaiting(MAX_WAITING)
    const asked = { ...summary, id, since: new Date().toISOString() }
    return new Promise((resolve) => {
      const decide = (decision: Decision | 'nobody') => {
        clearTimeout(timer)
        gone?.removeEventListener('abort', leave)
        this.#waiting.delete(id)
        resolve(decision)
      }
      const leave = () => decide('nobody')
      const timer = setTimeout(leave, this.#options.patienceMs)
      this.#waiting.set(id, { asked, decide })
      if (gone?.aborted === true) leave()
      else gone?.addEventListener('abort', leave, { once: true })
      this.#tell({ event: 'intent-waiting', intent: asked })
    })
  }

  #answer(asked: Asked, decision: Decision | 'nobody', hand: Hand): Promise<IntentAnswer> {
    const answered = this.#queue.then(async () => {
      if (decision === 'approve') return performIntent(asked, hand)
      if (decision === 'deny') return denyIntent(asked)
      return denyIntent(
        asked,
        IntentError.nobodyApproves(
          asked.action.name,
          `ela wallet approve --action ${asked.action.name}`,
        ),
      )
    })
    this.#queue = answered.catch(() => undefined)
    return answered.then(deliver)
  }

  #tell(event: IntentEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

/** Posts an answer that is to be posted; when that fails, the answer says so. */
export async function deliver(answer: IntentAnswer): Promise<IntentAnswer> {
  const reply: Reply = answer.reply
  if (reply.way !== 'callback') return answer
  try {
    await postCallback(reply)
    return answer
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    return { ...answer, status: 'failed', error }
  }
}
