/**
 * JSON text as it is signed: no white space, members of free objects sorted by bytes.
 *
 * Two programs write this text, and they differ: DID libraries write plain JSON, the node (Go's
 * encoder) additionally escapes & < > U+2028 U+2029 and writes \b and \f as \u0008 and \u000c.
 * Text without those characters is the same in both, and only such text can be published.
 *
 * @see Elastos.ELA.SideChain.EID core/vm/did/mashal.go; Elastos.DID.JS.SDK src/json.ts
 */
import { DidError } from './errors.ts'

export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

/** Deeper values are refused: they are no document, and writing them recurses. */
const MAX_DEPTH = 64

/** Parses JSON text with a limit on nesting. Throws `did/notJson` or `did/tooDeep`. */
export function parseJson(text: string, what: string): Json {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch (error) {
    throw DidError.notJson(what, error)
  }
  checkDepth(value, what, 0)
  return value
}

function checkDepth(value: Json, what: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth >= MAX_DEPTH) throw DidError.tooDeep(what, MAX_DEPTH)
  for (const inner of Object.values(value)) checkDepth(inner, what, depth + 1)
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Plain JSON text with sorted members; members named in `first` come first, in that order. */
export function canonicalJson(value: Json, first: readonly string[] = []): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const names = Object.keys(value)
    .filter((name) => !first.includes(name))
    .sort(compareBytes)
  const members = [...first.filter((name) => Object.hasOwn(value, name)), ...names].map((name) =>
    member(name, canonicalJson(value[name] ?? null)),
  )
  return `{${members.join(',')}}`
}

/** `"name":text` */
export function member(name: string, text: string): string {
  return `${JSON.stringify(name)}:${text}`
}

/** Order of UTF-8 bytes, which JavaScript's own order is not outside the basic plane. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** The same JSON as the node's encoder writes it. Strings are the only place these can be in. */
export function asGoWritesIt(text: string): string {
  return text.replace(/[&<>\u2028\u2029]|\\[bf\\]|\\ud[89a-f]../g, (found) => {
    if (found === '\\\\') return found
    // Half of a surrogate pair: Go has no such character.
    if (found.startsWith('\\ud')) return '\ufffd'
    const code = found === '\\b' ? 8 : found === '\\f' ? 12 : found.charCodeAt(0)
    return `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/**
 * Refuses values of which node and libraries write different texts, so that a signature made here
 * is good in both. Throws `did/unsafeCharacter`, `did/unsafeNumber` or `did/unsafeKey`, naming the
 * member.
 */
export function refuseUnsafe(value: Json, where: string): void {
  if (typeof value === 'string') refuseUnsafeText(value, where)
  if (Object.is(value, -0)) throw DidError.unsafeCharacter(where, 'a negative zero')
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw DidError.unsafeNumber(where, String(value))
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseUnsafe(item as Json, `${where}[${index}]`)
  } else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      const path = `${where}.${name}`
      refuseUnsafeText(name, path)
      // JavaScript puts such names first whatever the order they were written in.
      if (/^(0|[1-9]\d*)$/.test(name)) throw DidError.unsafeKey(path, 'is a number')
      if (/[\u{10000}-\u{10ffff}]/u.test(name)) {
        throw DidError.unsafeKey(path, 'has characters outside the basic plane')
      }
      refuseUnsafe(inner, path)
    }
  }
}

function refuseUnsafeText(text: string, where: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  const found = /[&<>\u2028\u2029\u0008\u000c]|\p{Surrogate}/u.exec(text)
  if (found !== null) throw DidError.unsafeCharacter(where, nameOf(found[0]))
  if (text.normalize('NFC') !== text) {
    throw DidError.unsafeCharacter(where, 'text that is not in Unicode form NFC')
  }
}

function nameOf(character: string): string {
  const code = character.charCodeAt(0)
  if (code > 0x20 && code < 0x7f) return `\`${character}\``
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
