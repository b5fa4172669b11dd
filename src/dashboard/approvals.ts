/** What the wallet beside a devnet asks its user, and was answered. */

/** An intent of a DApp that waits for a yes or no. */
export interface Approval {
  /** Counted from 1. */
  readonly id: string
  readonly action: string
  /** What a yes does. */
  readonly does: string
  readonly account: string
  /** The app, by its published name or its DID. */
  readonly app?: string
  readonly answersTo?: string
  readonly warnings: readonly string[]
}

export type ApprovalEvent =
  | { readonly event: 'intent-waiting'; readonly intent: Approval }
  | {
      readonly event: 'intent-answered'
      readonly id: string
      readonly action: string
      readonly status: 'done' | 'denied' | 'failed'
      /** Why it failed or was denied. */
      readonly code?: string
    }

/** What the user decided. */
export interface Decided {
  readonly intent: 'decide'
  readonly id: string
  readonly decision: 'approve' | 'deny'
}

/** The line that tells an event. */
export function approvalLine(event: ApprovalEvent): string {
  if (event.event === 'intent-answered') {
    const { id, action, status, code } = event
    return `intent ${id}: ${action} ${status}${code === undefined ? '' : ` (${code})`}`
  }
  const { id, app = 'A DApp', account, does, warnings } = event.intent
  return [`intent ${id}: ${app} asks ${account} to ${does}`, ...warnings].join('; warning: ')
}
