/** What one release of an app may do that another may not. */
import type { Manifest } from '../bundle/manifest.ts'
import { isObject, type Json, type JsonObject } from '../protocol/did/canonical-json.ts'

/** What a manifest asks for; nothing when it does not say. */
export function capabilitiesOf({ value }: Pick<Manifest, 'value'>): JsonObject {
  const { capabilities } = value
  return isObject(capabilities) ? capabilities : {}
}

/** A text for people; asking in other words is not asking for more. */
const REASON = 'reason'

/**
 * What `after` asks for beyond `before`, one line each, such as `net.hosts https://a.example` or
 * `storage.bytes 1000 → 2000`. Whatever is not understood counts as more.
 */
export function addedCapabilities(before: JsonObject, after: JsonObject): readonly string[] {
  const had = partsOf(before)
  return [...partsOf(after)].flatMap(([name, amount]) => {
    const old = had.get(name)
    if (old === undefined) return [amount === 0 ? name : `${name} ${amount}`]
    return amount > old ? [`${name} ${old} → ${amount}`] : []
  })
}

/** Every single thing that is asked for, with its amount where it has one. */
function partsOf(capabilities: JsonObject): ReadonlyMap<string, number> {
  const parts = new Map<string, number>()
  const visit = (value: Json, name: string): void => {
    if (value === false) return
    if (typeof value === 'number') parts.set(name, value)
    else if (Array.isArray(value)) for (const one of value) visitListed(one, name)
    else if (isObject(value)) {
      // Asking for `carrier: {}` is asking for carrier.
      if (name !== '') parts.set(name, 0)
      for (const [key, inner] of Object.entries(value)) {
        if (key !== REASON) visit(inner, name === '' ? key : `${name}.${key}`)
      }
    } else parts.set(typeof value === 'string' ? `${name} ${value}` : name, 0)
  }
  const visitListed = (one: Json, name: string): void => {
    parts.set(`${name} ${typeof one === 'string' ? one : JSON.stringify(one)}`, 0)
  }
  visit(capabilities, '')
  return parts
}
