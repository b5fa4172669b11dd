/** The names of customized DIDs that not everybody may take, as the config has them. */
import { EvmError } from '../evm/errors.ts'

/** Name in lower case → the DID that may have it; `null` for nobody. */
export type ReservedNames = Readonly<Record<string, string | null>>

/**
 * The option `reservedNames`: a list of names, or an object of names and the DIDs they were given to
 * (`null` for nobody). Throws `evm/badOption`.
 */
export function reservedNamesOption(value: unknown): ReservedNames {
  if (value === undefined) return {}
  const entries = Array.isArray(value)
    ? value.map((name: unknown) => [name, null] as const)
    : Object.entries(typeof value === 'object' && value !== null ? value : { '': 0 })
  const checked = entries.map(([name, owner]: readonly [unknown, unknown]) => {
    if (typeof name !== 'string' || !/^[a-zA-Z0-9]+$/.test(name) || !isOwner(owner)) {
      const why = 'is no list of names, and no object of names and DIDs'
      throw EvmError.badOption('eid', 'reservedNames', why)
    }
    return [name.toLowerCase(), owner] as const
  })
  return Object.fromEntries(checked)
}

function isOwner(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && /^did:elastos:i\w+$/.test(value))
}
