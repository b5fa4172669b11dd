/** Values of JSON-RPC answers, which come in as `unknown`. */

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A quantity such as `0x1f` as a number; `fallback` when it is none. */
export function quantity(value: unknown, fallback = 0): number {
  return typeof value === 'string' && /^0x[0-9a-f]+$/i.test(value) ? Number(value) : fallback
}

export function toQuantity(value: number | bigint): string {
  return `0x${value.toString(16)}`
}
