/** Somebody who can answer for a service. */

/** From this machine, over the local network, to the rest of the world. */
export type Placement = 'local' | 'near' | 'distant'

export interface Provider {
  /** Unique among the providers of a service. */
  readonly name: string
  readonly placement: Placement
  /** Starts it at first use, where it is a program of this machine. Throws when it does not come up. */
  readonly start?: () => Promise<void>
  /** Throws when it would not answer. */
  readonly check: (signal: AbortSignal) => Promise<void>
  /**
   * One call. Throws `Away` when nobody answered, so that the next provider may be asked; whatever
   * else it throws is the service's answer.
   */
  readonly call: (
    method: string,
    params: readonly unknown[],
    signal: AbortSignal,
  ) => Promise<unknown>
  readonly stop?: () => Promise<void>
}

/** Nobody answered. */
export class Away extends Error {
  override readonly name = 'Away'
  /** Whether the call may have reached somebody who then did it. */
  readonly wasSent: boolean

  constructor(why: string, wasSent: boolean, cause: unknown) {
    super(why, { cause })
    this.wasSent = wasSent
  }
}

/** Who answers for a service from now on, and why nobody nearer does. */
export interface PlacementEvent {
  readonly event: 'service-placed'
  readonly service: string
  readonly provider: string
  readonly placement: Placement
  readonly passedOver: readonly PassedOver[]
}

export interface PassedOver {
  readonly provider: string
  readonly why: string
}
