/** What a DApp may ask for. Everything is denied that its manifest does not name. */
import { isObject, type Json } from '../protocol/did/canonical-json.ts'

const KNOWN = [
  ...['net', 'carrier', 'did', 'wallet', 'chain'],
  ...['storage', 'assets', 'device', 'env', 'exec'],
]

/** What is wrong with the `capabilities` of a manifest, in words. */
export function faultOfCapabilities(value: Json): string | undefined {
  if (!isObject(value)) return 'is no object'
  const stranger = Object.keys(value).find((name) => !KNOWN.includes(name))
  if (stranger !== undefined) return `names \`${stranger}\`, which there is not`
  const { exec = false, env = [] } = value
  if (exec !== false) return 'asks for `exec`, which no DApp gets'
  const isNames = Array.isArray(env) && env.every((name) => typeof name === 'string')
  return isNames || isObject(env) ? undefined : '`env` is no list of names'
}
