/**
 * Values as they cross between an instance and its gateway: JSON, and bytes in it.
 *
 *     Uint8Array          {"$bytes": base64}
 *     member `$name`      `$$name`, so that no object of a DApp is taken for bytes
 *
 * The shim worker writes the same on its side (see `shim.ts`).
 */
import { CallError } from '../capabilities/errors.ts'

const DEEPEST = 32

/** The arguments in a body. Throws `capability/badBody`. */
export function decodeArguments(body: Uint8Array): readonly unknown[] {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    value = JSON.parse(text)
  } catch {
    throw CallError.badBody('it is no JSON in UTF-8')
  }
  if (!Array.isArray(value)) throw CallError.badBody('it is no list')
  return value.map((one: unknown) => decodeValue(one, 0))
}

function decodeValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEEPEST) throw CallError.badBody(`it is nested more than ${DEEPEST} deep`)
  if (Array.isArray(value)) return value.map((one: unknown) => decodeValue(one, depth + 1))
  const members = Object.entries(value)
  const [first] = members
  if (members.length === 1 && first?.[0] === '$bytes') return decodeBytes(first[1])
  // No prototype: a member called `__proto__` is a member, and nothing is inherited.
  const decoded: Record<string, unknown> = Object.create(null)
  for (const [name, inner] of members) decoded[decodeName(name)] = decodeValue(inner, depth + 1)
  return decoded
}

function decodeName(name: string): string {
  if (!name.startsWith('$')) return name
  if (name.startsWith('$$')) return name.slice(1)
  throw CallError.badBody(`a member is called ${JSON.stringify(name.slice(0, 40))}`)
}

function decodeBytes(text: unknown): Uint8Array {
  if (typeof text === 'string') {
    const bytes = Buffer.from(text, 'base64')
    // Node forgives other alphabets, gaps and missing ends: one value would have many spellings.
    if (bytes.toString('base64') === text) return new Uint8Array(bytes)
  }
  throw CallError.badBody('its bytes are not in base64')
}

/** JSON text of what a service answered. Bytes may be in it, `undefined` is `null`. */
export function encodeValue(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(encodeValue)
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([name, inner]) => [name.startsWith('$') ? `$${name}` : name, encodeValue(inner)])
  return Object.fromEntries(members)
}
