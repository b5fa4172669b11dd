/** Reads parameters of intents. Throws `intent/badParameter`, naming the parameter. */
import { isObject, type Json, type JsonObject } from '../../protocol/did/canonical-json.ts'
import { IntentError } from './errors.ts'

/** A text that is not empty. */
export function textParam(params: JsonObject, name: string): string {
  const value = own(params, name)
  if (typeof value !== 'string' || value === '') throw IntentError.badParameter(name, 'a text')
  return value
}

export function optionalText(params: JsonObject, name: string): string | undefined {
  const value = own(params, name)
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') throw IntentError.badParameter(name, 'a text')
  return value
}

export function objectParam(params: JsonObject, name: string): JsonObject {
  const value = own(params, name)
  if (!isObject(value) || Object.keys(value).length === 0) {
    throw IntentError.badParameter(name, 'an object with members')
  }
  return value
}

/** A list that is not empty. */
export function listParam(params: JsonObject, name: string): readonly Json[] {
  const value = own(params, name)
  if (!Array.isArray(value) || value.length === 0) {
    throw IntentError.badParameter(name, 'a list with entries')
  }
  return value as readonly Json[]
}

export function textsParam(params: JsonObject, name: string): readonly string[] {
  return listParam(params, name).map((value) => {
    if (typeof value !== 'string') throw IntentError.badParameter(name, 'a list of texts')
    return value
  })
}

/** The member, `undefined` when absent or `null`. */
export function own(params: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(params, name) ? (params[name] ?? undefined) : undefined
}
