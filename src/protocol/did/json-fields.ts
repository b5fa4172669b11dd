/**
 * Reads members of JSON objects the way the node's typed decoder does: `null` counts as absent,
 * a member of another type refuses the whole. Throws `did/malformed`, naming the member.
 */
import { isObject, type Json, type JsonObject } from './canonical-json.ts'
import { DidError } from './errors.ts'

export function asObject(value: Json | undefined, where: string): JsonObject {
  if (!isObject(value)) throw DidError.malformed(where, 'an object')
  return value
}

/** A text; '' when absent. */
export function textOf(object: JsonObject, name: string, where: string): string {
  const value = own(object, name)
  if (value === undefined) return ''
  if (typeof value !== 'string') throw DidError.malformed(`${where}${name}`, 'a text')
  return value
}

/** A list; empty when absent. */
export function listOf(object: JsonObject, name: string, where: string): readonly Json[] {
  const value = own(object, name)
  if (value === undefined) return []
  if (!Array.isArray(value)) throw DidError.malformed(`${where}${name}`, 'a list')
  return value
}

export function textsOf(object: JsonObject, name: string, where: string): readonly string[] {
  return listOf(object, name, where).map((value) => {
    if (typeof value !== 'string') throw DidError.malformed(`${where}${name}`, 'a list of texts')
    return value
  })
}

/** The member, `undefined` when absent or `null`. */
export function own(object: JsonObject, name: string): Json | undefined {
  if (!Object.hasOwn(object, name)) return undefined
  return object[name] ?? undefined
}
