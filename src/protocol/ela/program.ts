/** Programs as the chain reads them; making them is in `sign.ts`, which loads more. */
import { hash160 } from './hash.ts'
import type { Program } from './transaction.ts'

/** 40, then the signature. */
const PUSHED_BYTES = 65

/** The signatures in a parameter, `undefined` when it is not a row of pushed signatures. */
export function parseSignatures(parameter: Uint8Array): readonly Uint8Array[] | undefined {
  if (parameter.length % PUSHED_BYTES !== 0) return undefined
  const signatures: Uint8Array[] = []
  for (let at = 0; at < parameter.length; at += PUSHED_BYTES) {
    signatures.push(parameter.slice(at + 1, at + PUSHED_BYTES))
  }
  return signatures
}

/**
 * Programs in the order the chain compares them with the owners of the inputs: by the hash of the
 * code, read from its last byte.
 *
 * @see Elastos.ELA blockchain/validation.go SortPrograms
 */
export function sortedPrograms(programs: readonly Program[]): readonly Program[] {
  const keyed = programs.map((program) => ({ program, key: hash160(program.code).reverse() }))
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ program }) => program)
}
