/** What `carrier_status` answers. */
import type { Traffic } from './wire.ts'

export interface KnownNode {
  /** Base58. */
  readonly id: string
  readonly address: string
  /** Milliseconds since 1970. */
  readonly lastSeen: number
  /** Whether it answered the last call. */
  readonly reachable: boolean
}

export interface CarrierStatus {
  /** Base58. */
  readonly id: string
  readonly known: readonly KnownNode[]
  /** Seconds. */
  readonly uptime: number
  readonly traffic: Traffic
}

/** The part of an answer that others rely on, `undefined` when it is something else. */
export function parseStatus(value: unknown): Omit<CarrierStatus, 'traffic'> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id, known, uptime } = value as Readonly<Record<string, unknown>>
  if (typeof id !== 'string' || typeof uptime !== 'number' || !Array.isArray(known))
    return undefined
  const nodes = known.map(parseKnown)
  if (!nodes.every((node) => node !== undefined)) return undefined
  return { id, uptime, known: nodes }
}

function parseKnown(value: unknown): KnownNode | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id, address, lastSeen, reachable } = value as Readonly<Record<string, unknown>>
  const isWhole =
    typeof id === 'string' &&
    typeof address === 'string' &&
    typeof lastSeen === 'number' &&
    typeof reachable === 'boolean'
  return isWhole ? { id, address, lastSeen, reachable } : undefined
}
