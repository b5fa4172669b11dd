/**
 * Hashes of structured data that wallets sign (`eth_signTypedData_v3` and `_v4`).
 *
 *     keccak256(19 01 || hash of the domain || hash of the message)
 *     hash of a struct = keccak256(hash of its type's text || one word per member)
 *
 * Version 3 is the same without lists.
 *
 * @see EIP-712
 */
import { concatBytes, fromHex } from '../../base/bytes-text.ts'
import { CodecError } from '../codec.ts'
import { addressBytes } from './address.ts'
import { keccak256 } from './keccak.ts'

export interface TypedField {
  readonly name: string
  readonly type: string
}

export interface TypedData {
  readonly types: Readonly<Record<string, readonly TypedField[]>>
  readonly primaryType: string
  readonly domain: Readonly<Record<string, unknown>>
  readonly message: Readonly<Record<string, unknown>>
}

const MAX_DEPTH = 32
const DOMAIN = 'EIP712Domain'

/** Throws `protocol/malformed`, naming the member. */
export function parseTypedData(value: unknown): TypedData {
  const { types, primaryType, domain, message } = record(value, 'the typed data')
  if (typeof primaryType !== 'string') throw CodecError.malformed('`primaryType` is no text')
  const checked: Record<string, readonly TypedField[]> = Object.create(null)
  for (const [name, fields] of Object.entries(record(types, '`types`'))) {
    if (!Array.isArray(fields)) throw CodecError.malformed(`\`types.${name}\` is no list`)
    checked[name] = fields.map((field: unknown) => {
      const { name: inner, type } = record(field, `\`types.${name}\``)
      if (typeof inner !== 'string' || typeof type !== 'string') {
        throw CodecError.malformed(`a field of \`types.${name}\` has no name or type`)
      }
      return { name: inner, type }
    })
  }
  if (checked[primaryType] === undefined) {
    throw CodecError.malformed(`\`types\` has no \`${primaryType}\``)
  }
  return {
    types: checked,
    primaryType,
    domain: record(domain ?? {}, '`domain`'),
    message: record(message ?? {}, '`message`'),
  }
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw CodecError.malformed(`${what} is no object`)
  }
  return value as Readonly<Record<string, unknown>>
}

/** What is signed. Throws `protocol/malformed`. */
export function typedDataHash(data: TypedData, version: 3 | 4 = 4): Uint8Array {
  const hasher = new Hasher(data.types, version)
  const domain = hasher.struct(DOMAIN, data.domain, 0)
  const head = Uint8Array.of(0x19, 0x01)
  // A request to sign the domain alone has no message.
  if (data.primaryType === DOMAIN) return keccak256(concatBytes(head, domain))
  return keccak256(concatBytes(head, domain, hasher.struct(data.primaryType, data.message, 0)))
}

class Hasher {
  readonly #types: TypedData['types']
  readonly #version: 3 | 4

  constructor(types: TypedData['types'], version: 3 | 4) {
    this.#types = types
    this.#version = version
  }

  struct(type: string, value: Readonly<Record<string, unknown>>, depth: number): Uint8Array {
    if (depth > MAX_DEPTH) throw CodecError.malformed(`\`${type}\` is nested too deep`)
    const words = (this.#types[type] ?? []).map((field) =>
      this.#word(field.type, value[field.name], { path: `${type}.${field.name}`, depth }),
    )
    return keccak256(concatBytes(keccak256(utf8(this.#typeText(type))), ...words))
  }

  /** `Mail(Person from,string text)Person(string name)`: the type, then those it uses, sorted. */
  #typeText(type: string): string {
    const used = new Set<string>()
    const visit = (name: string): void => {
      const base = name.replace(/(\[\d*\])+$/, '')
      if (used.has(base) || this.#types[base] === undefined) return
      used.add(base)
      for (const field of this.#types[base] ?? []) visit(field.type)
    }
    visit(type)
    used.delete(type)
    const text = (name: string) =>
      `${name}(${(this.#types[name] ?? []).map((field) => `${field.type} ${field.name}`).join(',')})`
    return [type, ...[...used].sort()].map(text).join('')
  }

  #word(type: string, value: unknown, at: { path: string; depth: number }): Uint8Array {
    const list = /^(.*)\[(\d*)\]$/.exec(type)
    if (list !== null) return this.#list(list, value, at)
    if (this.#types[type] !== undefined) {
      if (value === undefined || value === null) return new Uint8Array(32)
      return this.struct(type, record(value, `\`${at.path}\``), at.depth + 1)
    }
    return atomWord(type, value, at.path)
  }

  #list(
    [, inner = '', length = '']: RegExpExecArray,
    value: unknown,
    at: { path: string; depth: number },
  ): Uint8Array {
    if (this.#version === 3) throw CodecError.malformed(`\`${at.path}\`: version 3 has no lists`)
    if (!Array.isArray(value)) throw CodecError.malformed(`\`${at.path}\` is no list`)
    if (length !== '' && value.length !== Number(length)) {
      throw CodecError.malformed(`\`${at.path}\` has ${value.length} entries, not ${length}`)
    }
    return keccak256(concatBytes(...value.map((one: unknown) => this.#word(inner, one, at))))
  }
}

function atomWord(type: string, value: unknown, path: string): Uint8Array {
  const wrong = (what: string) => CodecError.malformed(`\`${path}\` is no ${what}`)
  if (type === 'string') {
    if (typeof value !== 'string') throw wrong('text')
    return keccak256(utf8(value))
  }
  if (type === 'bytes') return keccak256(bytesOf(value, path))
  if (type === 'bool') {
    if (typeof value !== 'boolean') throw wrong('`true` or `false`')
    return wordOf(value ? 1n : 0n)
  }
  if (type === 'address') {
    if (typeof value !== 'string') throw wrong('address')
    return concatBytes(new Uint8Array(12), addressBytes(value))
  }
  const bytes = /^bytes(\d+)$/.exec(type)
  if (bytes !== null) return fixedBytes(Number(bytes[1]), value, path)
  const number = /^(u?)int(\d*)$/.exec(type)
  if (number === null) throw CodecError.malformed(`\`${path}\` has the unknown type ${type}`)
  return numberWord(value, { signed: number[1] === '', bits: Number(number[2] || 256), path })
}

function fixedBytes(length: number, value: unknown, path: string): Uint8Array {
  const bytes = bytesOf(value, path)
  if (length < 1 || length > 32 || bytes.length !== length) {
    throw CodecError.malformed(`\`${path}\` has ${bytes.length} bytes, not ${length}`)
  }
  return concatBytes(bytes, new Uint8Array(32 - length))
}

function numberWord(
  value: unknown,
  { signed, bits, path }: { signed: boolean; bits: number; path: string },
): Uint8Array {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  if (typeof text !== 'string' || !/^(-?\d{1,78}|0x[0-9a-fA-F]{1,64})$/.test(text)) {
    throw CodecError.malformed(`\`${path}\` is no whole number`)
  }
  const number = BigInt(text)
  const top = 1n << BigInt(signed ? bits - 1 : bits)
  if (bits > 256 || bits < 8 || number >= top || number < (signed ? -top : 0n)) {
    throw CodecError.malformed(`\`${path}\` is out of the range of ${bits} bits`)
  }
  return wordOf(BigInt.asUintN(256, number))
}

function bytesOf(value: unknown, path: string): Uint8Array {
  if (typeof value !== 'string' || !/^0x([0-9a-fA-F]{2})*$/.test(value)) {
    throw CodecError.malformed(`\`${path}\` is no hexadecimal text with 0x`)
  }
  return fromHex(value)
}

function wordOf(number: bigint): Uint8Array {
  return fromHex(number.toString(16).padStart(64, '0'))
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
