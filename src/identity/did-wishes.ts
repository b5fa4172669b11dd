/** What people write about documents: the last day, services. */
import { decodeKey } from '../protocol/did/did.ts'
import { parseTime } from '../protocol/did/time.ts'
import type { Service } from './did-document.ts'
import { DidUseError } from './did-errors.ts'

/** Seconds since 1970 of `2031-12-31` (its end) or of a whole time. Throws `did/badExpires`. */
export function parseExpires(text: string): number {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const seconds = parseTime(isDay ? `${text}T23:59:59Z` : text)
  if (seconds === undefined || seconds * 1000 <= Date.now()) throw DidUseError.badExpires(text)
  return seconds
}

/** Seconds since 1970 of any whole time or the start of a day. Throws `did/badInstant`. */
export function parseInstant(text: string): number {
  const seconds = parseTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
  if (seconds === undefined) throw DidUseError.badInstant(text)
  return seconds
}

/** `id,type,address`; the address may hold commas. Throws `did/badService`. */
export function parseService(text: string): Service {
  const [, fragment, type, endpoint] = /^#?([\w.-]+),([^,\s]+),(\S+)$/.exec(text) ?? []
  if (fragment === undefined || type === undefined || endpoint === undefined) {
    throw DidUseError.badService(text)
  }
  return { fragment, type, endpoint }
}

/** `2` or `2:3` of so many controllers; all of them when left out. Throws `did/badMultisig`. */
export function parseMultisig(text: string | undefined, controllers: number): string {
  if (controllers === 1 && text === undefined) return ''
  const [, m, n = String(controllers)] =
    /^(\d{1,4})(?::(\d{1,4}))?$/.exec(text ?? `${controllers}`) ?? []
  const fits = Number(n) === controllers && Number(m) >= 1 && Number(m) <= controllers
  if (!fits || controllers === 1) throw DidUseError.badMultisig(text ?? '', controllers)
  return `${Number(m)}:${controllers}`
}

/** A compressed key in base58. Throws `did/badKey`. */
export function parsePublicKey(text: string): Uint8Array {
  const key = decodeKey(text)
  if (key === undefined) throw DidUseError.badKey(text)
  return key
}
