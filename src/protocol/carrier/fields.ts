/** Reads the fields of a decoded CBOR map one by one, each with its type and limits. */
import type { ElaError } from '../../base/errors.ts'

export type Refuse = (why: string, cause?: unknown) => ElaError

/** Every reader throws what `refuse` makes when the field is missing or not what it should be. */
export class Fields {
  readonly #map: ReadonlyMap<unknown, unknown>
  readonly #refuse: Refuse
  readonly #where: string

  constructor(value: unknown, where: string, refuse: Refuse) {
    if (!(value instanceof Map)) throw refuse(`${where} is not a map`)
    this.#map = value
    this.#refuse = refuse
    this.#where = where
  }

  has(key: string): boolean {
    return this.#map.has(key)
  }

  raw(key: string): unknown {
    return this.#map.get(key)
  }

  int(key: string, from: number, to: number): number {
    const value = this.#map.get(key)
    if (typeof value !== 'number' || !Number.isInteger(value) || value < from || value > to) {
      throw this.#wrong(key, `a whole number from ${from} to ${to}`)
    }
    return value
  }

  bytes(key: string, length?: number): Uint8Array {
    const value = this.#map.get(key)
    if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
      throw this.#wrong(key, length === undefined ? 'bytes' : `${length} bytes`)
    }
    return value
  }

  text(key: string): string {
    const value = this.#map.get(key)
    if (typeof value !== 'string') throw this.#wrong(key, 'text')
    return value
  }

  flag(key: string): boolean {
    const value = this.#map.get(key)
    if (typeof value !== 'boolean') throw this.#wrong(key, 'true or false')
    return value
  }

  /** Each entry of an array of at most `most`. */
  list<T>(key: string, most: number, read: (entry: unknown) => T): readonly T[] {
    const value = this.#map.get(key)
    if (!Array.isArray(value) || value.length > most) {
      throw this.#wrong(key, `a list of at most ${most}`)
    }
    return value.map(read)
  }

  #wrong(key: string, wanted: string): ElaError {
    return this.#refuse(`\`${key}\` of ${this.#where} is not ${wanted}`)
  }
}

/** An array of exactly these many values. */
export function tuple(
  value: unknown,
  length: number,
  what: string,
  refuse: Refuse,
): readonly unknown[] {
  if (!Array.isArray(value) || value.length !== length) {
    throw refuse(`${what} is not a list of ${length}`)
  }
  return value
}
