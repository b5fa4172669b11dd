/**
 * What is checked before a service hears of a call, in this order: the instance is alive, the token,
 * the host, path and verb, the length of the body, manifest and grant, the rate. Each throws the
 * error that the DApp gets.
 */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type CapabilityName, isCapability, type Wishes } from '../../bundle/capabilities/index.ts'
import { CallError } from '../capabilities/errors.ts'
import type { Capability } from '../capabilities/kind.ts'

export const GATEWAY_HOST = 'ela.gateway'
export const TOKEN_HEADER = 'x-ela-token'
const ORIGIN = `http://${GATEWAY_HOST}`
const PATH = /^\/v1\/([a-z]{1,32})\/([A-Za-z]{1,32})$/

/** Where a call goes: a method of a capability, or `whoami`, which everybody may ask. */
export type Route =
  | { readonly capability: CapabilityName; readonly method: string; readonly mostBytes: number }
  | { readonly capability: undefined; readonly method: 'whoami'; readonly mostBytes: number }

/** Throws `capability/noToken`. */
export function checkToken({ headers }: IncomingMessage, token: Buffer): void {
  const given = Buffer.from(String(headers[TOKEN_HEADER] ?? ''))
  // Lengths are public; of equal ones the comparison takes the same time wherever they differ.
  if (given.length !== token.length || !timingSafeEqual(given, token)) throw CallError.noToken()
}

/**
 * The path of a request for `ela.gateway`. Engines send the whole URL and no Host; where there is a
 * Host it must be the same. Throws `capability/notTheGateway`.
 */
export function pathOf({ url = '', headers }: IncomingMessage): string {
  if (headers.host !== undefined && headers.host !== GATEWAY_HOST) throw CallError.notTheGateway()
  if (url.startsWith(`${ORIGIN}/`)) return url.slice(ORIGIN.length)
  if (url.startsWith('/') && headers.host === GATEWAY_HOST) return url
  throw CallError.notTheGateway()
}

/**
 * Names are compared as they are: nothing is decoded, folded or trimmed.
 * Throws `capability/unknownPath`, `capability/wrongVerb`.
 */
export function routeOf(
  path: string,
  verb: string | undefined,
  registry: Readonly<Record<string, Capability>>,
): Route {
  const route = path === '/v1/whoami' ? WHOAMI : methodAt(path, registry)
  if (route === undefined) throw CallError.unknownPath()
  if (verb !== 'POST') throw CallError.wrongVerb()
  return route
}

const WHOAMI: Route = { capability: undefined, method: 'whoami', mostBytes: 16 }

function methodAt(path: string, registry: Readonly<Record<string, Capability>>): Route | undefined {
  const [, name = '', method = ''] = PATH.exec(path) ?? []
  if (!isCapability(name) || !Object.hasOwn(registry, name)) return undefined
  const methods = registry[name]?.methods ?? {}
  if (!Object.hasOwn(methods, method)) return undefined
  return { capability: name, method, mostBytes: methods[method]?.mostBytes ?? 0 }
}

/** Bodies that are being read, of all calls of an instance together. */
export class BodyMeter {
  bytes = 0
}

/** What one instance may make us hold at once. */
const MOST_HELD_BYTES = 64 * 1024 ** 2

/**
 * The body. Throws `capability/tooLong` (of a declared length without reading any of it), and
 * `capability/tooFast` when other calls of the instance already fill what it may.
 */
export async function readArguments(
  request: IncomingMessage,
  mostBytes: number,
  meter: BodyMeter,
): Promise<Uint8Array> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (!(declared <= mostBytes)) throw CallError.tooLong(mostBytes)
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length
      meter.bytes += part.length
      if (length > mostBytes) throw CallError.tooLong(mostBytes)
      if (meter.bytes > MOST_HELD_BYTES) throw CallError.tooFast()
      parts.push(part)
    }
    return Buffer.concat(parts, length)
  } finally {
    meter.bytes -= length
  }
}

/** What the user granted, asked anew at every call. */
export interface GrantDoor {
  isGranted(name: CapabilityName): boolean
}

/** Throws `capability/notGranted`. */
export function checkGrant(name: CapabilityName, wishes: Wishes, grants: GrantDoor): void {
  if (wishes[name] === undefined) throw CallError.notGranted(name, 'is not in the manifest')
  if (!grants.isGranted(name)) throw CallError.notGranted(name, 'is not granted by the user')
}
