/** Reads the arguments of a call. All of these throw `capability/badArgument`. */
import { CallError } from './errors.ts'

/** An object a DApp gave: members are read with `member` only. */
export type GivenObject = Readonly<Record<string, unknown>>

/** Throws `capability/tooManyArguments`. */
export function atMost(args: readonly unknown[], most: number): void {
  if (args.length > most) throw CallError.tooManyArguments(most)
}

export function isGivenObject(value: unknown): value is GivenObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  )
}

/** An own member; inherited ones do not count. */
export function member(value: GivenObject, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

export function asText(value: unknown, name: string, longest: number): string {
  if (typeof value === 'string' && value.length <= longest) return value
  throw CallError.badArgument(name, `a text of up to ${longest} characters`)
}

export function asObject(value: unknown, name: string): GivenObject {
  if (isGivenObject(value)) return value
  throw CallError.badArgument(name, 'an object')
}

export function asWhole(value: unknown, name: string, most: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most) {
    return value
  }
  throw CallError.badArgument(name, `a whole number from 0 to ${most}`)
}

/** Refuses members that would be ignored: a wrong name is a wish that nobody hears. */
export function onlyMembers(value: GivenObject, name: string, known: readonly string[]): void {
  const stranger = Object.keys(value).find((one) => !known.includes(one))
  if (stranger === undefined) return
  throw CallError.badArgument(name, `an object with ${known.join(', ')} and nothing else`)
}
