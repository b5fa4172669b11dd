/**
 * Finds who answers for a service: local, then near, then distant. One broker serves all instances
 * that call the service, so that a local one is started once.
 */
import { ElaError, messageOf } from '../../base/errors.ts'
import { CallError } from '../capabilities/errors.ts'
import { Away, type PassedOver, type PlacementEvent, type Provider } from './provider.ts'

export interface BrokerOptions {
  readonly service: string
  /** Nearest first. */
  readonly providers: readonly Provider[]
  readonly onPlacement?: ((event: PlacementEvent) => void) | undefined
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

export interface Brokered {
  readonly value: unknown
  readonly provider: Provider
}

const CHECK_WITHIN_MS = 2_000
/** One that answered so lately is not asked again whether it would. */
const HEALTHY_FOR_MS = 10_000
/** One that did not answer is left alone so long, unless there is nobody else. */
const REST_MS = 5_000

interface State {
  started: Promise<void> | undefined
  healthyUntil: number
  restsUntil: number
}

export class Broker {
  readonly #options: BrokerOptions
  readonly #states = new Map<Provider, State>()
  readonly #now: () => number
  #chosen: Provider | undefined

  constructor(options: BrokerOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /**
   * Calls the nearest that answers. A call that may not be repeated goes to a second one only when
   * it did not reach the first. Throws `capability/noProvider`, and what the service answered.
   */
  async call(
    method: string,
    params: readonly unknown[],
    { signal, isRepeatable }: { signal: AbortSignal; isRepeatable: boolean },
  ): Promise<Brokered> {
    const passedOver: PassedOver[] = []
    for (const provider of this.#inOrder()) {
      const state = this.#stateOf(provider)
      try {
        await this.#makeReady(provider, state, signal)
        const value = await provider.call(method, params, signal)
        state.healthyUntil = this.#now() + HEALTHY_FOR_MS
        this.#choose(provider, passedOver)
        return { value, provider }
      } catch (error) {
        if (!(error instanceof Away)) {
          this.#choose(provider, passedOver)
          throw error
        }
        if (signal.aborted) throw error
        state.healthyUntil = 0
        state.restsUntil = this.#now() + REST_MS
        passedOver.push({ provider: provider.name, why: error.message })
        if (error.wasSent && !isRepeatable) break
      }
    }
    throw CallError.noProvider(this.#options.service, passedOver)
  }

  async stop(): Promise<void> {
    const started = [...this.#states].filter(([, { started }]) => started !== undefined)
    this.#states.clear()
    await Promise.all(
      started.map(async ([provider, state]) => {
        await state.started?.catch(() => undefined)
        await provider.stop?.()
      }),
    )
  }

  /** Those that rest come last: they are better than nobody. */
  #inOrder(): readonly Provider[] {
    const rests = (one: Provider) => this.#stateOf(one).restsUntil > this.#now()
    const { providers } = this.#options
    return [...providers.filter((one) => !rests(one)), ...providers.filter(rests)]
  }

  #stateOf(provider: Provider): State {
    const known = this.#states.get(provider)
    if (known !== undefined) return known
    const state: State = { started: undefined, healthyUntil: 0, restsUntil: 0 }
    this.#states.set(provider, state)
    return state
  }

  /** Throws `Away`. */
  async #makeReady(provider: Provider, state: State, signal: AbortSignal): Promise<void> {
    if (state.healthyUntil > this.#now()) return
    try {
      state.started ??= provider.start?.()
      await state.started
      await provider.check(AbortSignal.any([signal, AbortSignal.timeout(CHECK_WITHIN_MS)]))
    } catch (error) {
      // The next use tries to start it anew: it may have ended meanwhile.
      state.started = undefined
      throw new Away(reasonOf(error), false, error)
    }
  }

  #choose(provider: Provider, passedOver: readonly PassedOver[]): void {
    if (this.#chosen === provider) return
    this.#chosen = provider
    const { service, onPlacement } = this.#options
    const { name, placement } = provider
    onPlacement?.({ event: 'service-placed', service, provider: name, placement, passedOver })
  }
}

function reasonOf(error: unknown): string {
  return error instanceof ElaError ? `${error.code}: ${error.message}` : messageOf(error)
}
