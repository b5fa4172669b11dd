/**
 * The queries by which DApps choose credentials: a small part of JSONPath, which is all that the
 * connectivity library writes and its manual shows.
 *
 *     $[?(@.type.indexOf('NameCredential') >= 0)]
 *     $[?(@.id == "email" || @.id.match(/#email$/))]
 *     $[?(@.type.indexOf("Diploma") >= 0 && @.credentialSubject.grade == "A")]
 *
 * Nothing is evaluated as a program: another form is refused by name. A `match` is compared as text,
 * with `^` and `$` at its ends meaning what they do in a pattern.
 *
 * @see elastos-connectivity-sdk-js src/did/model/credentialdisclosurerequest.ts
 */
import { isObject, type Json } from '../../protocol/did/canonical-json.ts'
import { IntentError } from './errors.ts'

export type Condition = (credential: Json) => boolean

const MAX_LENGTH = 2000
const PATH = String.raw`(@(?:\.[A-Za-z_$][\w$]*(?![\w$(]))+)`
const TEXT = `('[^']*'|"[^"]*")`
const INDEX_OF = String.raw`\.indexOf\(\s*${TEXT}\s*\)\s*(>=|>|!==?|===?)\s*(-?\d+)`
const MATCH = String.raw`\.match\(\/((?:[^/\\]|\\.)*)\/\)`
const EQUALS = String.raw`\s*(===?|!==?)\s*('[^']*'|"[^"]*"|-?\d+|true|false)`
const COMPARISON = new RegExp(`\\s*${PATH}(?:${INDEX_OF}|${MATCH}|${EQUALS})?`, 'y')

/** Throws `intent/badQuery`. */
export function parseQuery(query: string): Condition {
  if (query.length > MAX_LENGTH) throw IntentError.badQuery(query, 'its length')
  const [, inside] = /^\s*\$\[\?\(([\s\S]*)\)\]\s*$/.exec(query) ?? []
  if (inside === undefined) throw IntentError.badQuery(query, query)
  return new Reader(query, inside).read()
}

/** Reads `or := and (|| and)*`, `and := one (&& one)*`, `one := ( or ) | comparison`. */
class Reader {
  readonly #query: string
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(query: string, text: string) {
    this.#query = query
    this.#text = text
  }

  read(): Condition {
    const whole = this.#or()
    if (this.#text.slice(this.#at).trim() !== '') throw this.#fault()
    return whole
  }

  #or(): Condition {
    let left = this.#and()
    while (this.#take('||')) {
      const [first, second] = [left, this.#and()]
      left = (credential) => first(credential) || second(credential)
    }
    return left
  }

  #and(): Condition {
    let left = this.#one()
    while (this.#take('&&')) {
      const [first, second] = [left, this.#one()]
      left = (credential) => first(credential) && second(credential)
    }
    return left
  }

  #one(): Condition {
    if (this.#take('(')) {
      this.#depth += 1
      if (this.#depth > 20) throw this.#fault()
      const inner = this.#or()
      this.#depth -= 1
      if (!this.#take(')')) throw this.#fault()
      return inner
    }
    COMPARISON.lastIndex = this.#at
    const found = COMPARISON.exec(this.#text)
    if (found === null) throw this.#fault()
    this.#at = COMPARISON.lastIndex
    return comparison(found) ?? this.#throwFault()
  }

  #take(sign: string): boolean {
    const rest = this.#text.slice(this.#at).trimStart()
    if (!rest.startsWith(sign)) return false
    this.#at = this.#text.length - rest.length + sign.length
    return true
  }

  #fault(): Error {
    return IntentError.badQuery(this.#query, this.#text.slice(this.#at))
  }

  #throwFault(): never {
    throw this.#fault()
  }
}

function comparison(found: RegExpExecArray): Condition | undefined {
  const [, path = '', wanted, sign = '', number = '', pattern, equals, literal = ''] = found
  const names = path.split('.').slice(1)
  if (wanted !== undefined) {
    return (credential) => {
      const value = valueAt(credential, names)
      const at =
        typeof value === 'string' || Array.isArray(value) ? value.indexOf(unquoted(wanted)) : -2
      return at > -2 && compare(at, sign, Number(number))
    }
  }
  if (pattern !== undefined) return matching(names, pattern)
  if (equals !== undefined) {
    const right = literalOf(literal)
    return (credential) => (valueAt(credential, names) === right) === equals.startsWith('=')
  }
  return (credential) => Boolean(valueAt(credential, names))
}

function matching(names: readonly string[], pattern: string): Condition | undefined {
  const [, start, plain = '', end] = /^(\^?)((?:[\w\s#:@,/-]|\\.)*)(\$?)$/.exec(pattern) ?? []
  if (start === undefined) return undefined
  const text = plain.replace(/\\(.)/g, '$1')
  return (credential) => {
    const value = valueAt(credential, names)
    if (typeof value !== 'string') return false
    if (start !== '' && end !== '') return value === text
    if (start !== '') return value.startsWith(text)
    return end !== '' ? value.endsWith(text) : value.includes(text)
  }
}

function valueAt(value: Json, names: readonly string[]): Json | undefined {
  let at: Json | undefined = value
  for (const name of names) {
    at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined
  }
  return at
}

function compare(left: number, sign: string, right: number): boolean {
  if (sign === '>=') return left >= right
  if (sign === '>') return left > right
  return (left === right) === sign.startsWith('=')
}

function unquoted(text: string): string {
  return text.slice(1, -1)
}

function literalOf(text: string): Json {
  if (text.startsWith("'") || text.startsWith('"')) return unquoted(text)
  return text === 'true' || text === 'false' ? text === 'true' : Number(text)
}
