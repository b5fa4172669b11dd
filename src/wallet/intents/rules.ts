/** Who says yes when nobody is asked: rules by action, for CI. */

export type Decision = 'approve' | 'deny'

/** What holds for every action without a rule of its own. */
export const EVERY_ACTION = '*'

export class ApprovalRules {
  readonly #rules = new Map<string, Decision>()

  /** `undefined`: ask. */
  set(action: string, decision: Decision | undefined): void {
    if (decision === undefined) this.#rules.delete(action)
    else this.#rules.set(action, decision)
    // A new rule for all replaces those for single actions.
    if (action !== EVERY_ACTION) return
    for (const name of this.#rules.keys()) if (name !== EVERY_ACTION) this.#rules.delete(name)
  }

  /** `undefined`: somebody must be asked. */
  decisionFor(action: string): Decision | undefined {
    return this.#rules.get(action) ?? this.#rules.get(EVERY_ACTION)
  }

  all(): Readonly<Record<string, Decision>> {
    return Object.fromEntries(this.#rules)
  }
}
