/**
 * Parameters as the field reads them: integers may be numeric strings, booleans must be booleans, and
 * a value of another kind counts as absent.
 *
 * @see Elastos.ELA servers/params.go
 */
export class Params {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  string(name: string): string | undefined {
    const value = this.#get(name)
    return typeof value === 'string' ? value : undefined
  }

  bool(name: string): boolean | undefined {
    const value = this.#get(name)
    return typeof value === 'boolean' ? value : undefined
  }

  /** A whole number, cut off towards zero. */
  int(name: string): number | undefined {
    const value = this.#get(name)
    if (typeof value === 'number') return Math.trunc(value)
    if (typeof value !== 'string' || !/^[+-]?\d{1,15}$/.test(value)) return undefined
    return Number(value)
  }

  /** A number from 0 to 2^32 - 1. */
  uint(name: string): number | undefined {
    const value = this.int(name)
    return value === undefined || value < 0 || value > 0xffff_ffff ? undefined : value
  }

  strings(name: string): readonly string[] | undefined {
    const value = this.#get(name)
    if (!Array.isArray(value)) return undefined
    return value.every((item) => typeof item === 'string') ? value : undefined
  }

  /** JSON, or a list written as JSON text. */
  list(name: string): readonly unknown[] | undefined {
    const value = this.#get(name)
    if (Array.isArray(value)) return value
    if (typeof value !== 'string') return undefined
    try {
      const parsed: unknown = JSON.parse(value)
      return Array.isArray(parsed) ? parsed : undefined
    } catch {
      return undefined
    }
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
  }
}
