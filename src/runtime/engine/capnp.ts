/**
 * Values as Cap'n Proto text, the form in which the engine takes its configuration.
 *
 * Names of files and what manifests say end up in it, so strings are written so that no byte of them
 * can end the literal: printable ASCII but `"` and `\` as it is, every other byte of the UTF-8 form
 * as `\xHH`. A string that is not well-formed UTF-16 is refused, because it has no UTF-8 form.
 *
 * @see capnproto c++/src/capnp/compiler/lexer.c++ and grammar of https://capnproto.org/language.html
 */
import assert from 'node:assert/strict'
import { RuntimeError } from '../errors.ts'

export type CapnpValue =
  | string
  | number
  | boolean
  | CapnpWord
  | CapnpEmbed
  | readonly CapnpValue[]
  | { readonly [field: string]: CapnpValue | undefined }

/** A word of the schema: a member of an enumeration, `void`. */
export class CapnpWord {
  readonly word: string
  constructor(word: string) {
    assert.match(word, /^[a-z][A-Za-z0-9]*$/)
    this.word = word
  }
}

/** The content of a file. An absolute path is looked up in the import folders of the engine. */
export class CapnpEmbed {
  readonly path: string
  constructor(path: string) {
    this.path = path
  }
}

/** Writes one value; fields that are `undefined` are left out. Throws `runtime/notText`. */
export function capnpText(value: CapnpValue): string {
  if (typeof value === 'string') return literal(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    assert.ok(Number.isSafeInteger(value))
    return String(value)
  }
  if (value instanceof CapnpWord) return value.word
  if (value instanceof CapnpEmbed) return `embed ${literal(value.path)}`
  if (isList(value)) return `[${value.map(capnpText).join(', ')}]`
  return struct(value)
}

function isList(value: CapnpValue): value is readonly CapnpValue[] {
  return Array.isArray(value)
}

function struct(fields: { readonly [field: string]: CapnpValue | undefined }): string {
  const written = Object.entries(fields).flatMap(([name, value]) => {
    // Field names are ours; one that came from outside would be text without quotes.
    assert.match(name, /^[a-z][A-Za-z0-9]*$/)
    return value === undefined ? [] : [`${name} = ${capnpText(value)}`]
  })
  return `(${written.join(', ')})`
}

function literal(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw RuntimeError.notText()
  let written = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
    written += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return `"${written}"`
}
