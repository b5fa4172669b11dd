/** Tells of every decision, counts it, and notices abuse. */
import type { ElaError } from '../../base/errors.ts'
import type { CallNote } from '../capabilities/kind.ts'
import { type AuditEntry, shortText } from './audit.ts'
import type { Route } from './checks.ts'
import { DENIAL_WINDOW_MS, DenialCount, MOST_DENIALS } from './denial-count.ts'

/** What is known of one call while it is decided. */
export interface Pending {
  route: Route | undefined
  verb: string
  /** Of the body. */
  bytes: number
  /** Whether a service was asked; until then whatever stops the call is the gateway's denial. */
  wasHandedOver: boolean
  note: CallNote
}

export interface GatewayStats {
  readonly calls: number
  readonly denied: number
  /** Of bodies. */
  readonly bytes: number
  readonly byCapability: Readonly<
    Record<string, { readonly allowed: number; readonly denied: number }>
  >
}

export interface LedgerOptions {
  readonly instance: string
  /** DID of the app. */
  readonly app: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly audit: (entry: AuditEntry) => void
  readonly onAbuse: (why: string) => void
}

export function pendingCall(verb: string): Pending {
  return { route: undefined, verb, bytes: 0, wasHandedOver: false, note: {} }
}

export class CallLedger {
  readonly #options: LedgerOptions
  readonly #denials = new DenialCount(() => performance.now())
  readonly #tally = new Map<string, { allowed: number; denied: number }>()
  #bytes = 0
  #isAbusive = false

  constructor(options: LedgerOptions) {
    this.#options = options
  }

  /**
   * Writes down how a call ended. What is refused for good reason counts towards abuse; what came
   * too fast, too long or unreadable does not.
   */
  close(pending: Pending, error?: ElaError): void {
    const { instance, app, now, audit } = this.#options
    const { route, verb, bytes, wasHandedOver, note } = pending
    const isRefused = error?.exit === 'refused'
    const isDenied = isRefused || (error !== undefined && !wasHandedOver)
    const service = route === undefined ? '-' : (route.capability ?? 'whoami')
    this.#count(service, isDenied, bytes)
    const { target, ...placed } = note
    audit({
      ...{ t: now(), instance, did: app, service, verb },
      ...(target === undefined ? {} : { target: shortText(target) }),
      decision: isDenied ? 'deny' : 'allow',
      ...(error === undefined ? {} : { reason: error.code }),
      bytes,
      ...placed,
    })
    if (isRefused) this.#noticeAbuse()
  }

  stats(): GatewayStats {
    const tally = [...this.#tally].map(([name, counts]) => [name, { ...counts }] as const)
    const sum = (which: 'allowed' | 'denied') =>
      tally.reduce((total, [, counts]) => total + counts[which], 0)
    return {
      calls: sum('allowed') + sum('denied'),
      denied: sum('denied'),
      bytes: this.#bytes,
      byCapability: Object.fromEntries(tally),
    }
  }

  #count(service: string, isDenied: boolean, bytes: number): void {
    const counted = this.#tally.get(service) ?? { allowed: 0, denied: 0 }
    counted[isDenied ? 'denied' : 'allowed'] += 1
    this.#tally.set(service, counted)
    this.#bytes += bytes
  }

  #noticeAbuse(): void {
    if (!this.#denials.add() || this.#isAbusive) return
    this.#isAbusive = true
    const window = DENIAL_WINDOW_MS / 1_000
    this.#options.onAbuse(`more than ${MOST_DENIALS} denied calls in ${window} s`)
  }
}
