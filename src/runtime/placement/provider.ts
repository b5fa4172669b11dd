/** Somebody who can answer for a service. */

/** From this machine, over the local network, to the rest of the world. */
export const PLACEMENTS = ['local', 'near', 'distant'] as const
export type Placement = (typeof PLACEMENTS)[number]

export interface Provider {
  /** Unique among the providers of a service. */
  readonly name: string
  readonly placement: Placement
  /** Starts it at first use, where it is a program of this machine. Throws when it does not come up. */
  readonly start?: () => Promise<void>
  /** Throws when it would not answer. */
  readonly check: (signal: AbortSignal) => Promise<void>
  /**
   * One call. Throws `placement/away` (see `away`) when nobody answered, so that the next provider
   * may be asked; whatever else it throws is the service's answer.
   */
  readonly call: (
    method: string,
    params: readonly unknown[],
    signal: AbortSignal,
  ) => Promise<unknown>
  readonly stop?: () => Promise<void>
}
