/**
 * What DApps of other languages and the JavaScript around them say to each other.
 *
 *     request   METHOD SP URL LF { name ":" SP value LF } LF body
 *     answer    status LF { name ":" SP value LF } LF body
 *
 * Calls of the runtime go as JSON, in which bytes are `{"$bytes": base64}`.
 */
export const MOST_BYTES = 32 * 1024 * 1024
const NAME = /^[a-z][A-Za-z]{0,31}$/
const LINE_END = 10
const decoder = new TextDecoder()

/** The head of a request as text, with the empty line that ends it. */
export function headOf(request) {
  const lines = [`${request.method} ${request.url}`]
  for (const [name, value] of request.headers) lines.push(`${name}: ${value}`)
  return `${lines.join('\n')}\n\n`
}

/** Throws when the bytes are no answer. */
export function responseOf(bytes) {
  let at = 0
  const line = () => {
    const end = bytes.indexOf(LINE_END, at)
    if (end < 0) throw new Error('the head of the answer has no end')
    const text = decoder.decode(bytes.subarray(at, end))
    at = end + 1
    return text
  }
  const status = Number(line())
  const headers = new Headers()
  for (let text = line(); text !== ''; text = line()) {
    const colon = text.indexOf(':')
    if (colon < 1) throw new Error(`the answer has \`${text}\` for a header`)
    headers.append(text.slice(0, colon), text.slice(colon + 1).trim())
  }
  const hasBody = status !== 204 && status !== 304
  return new Response(hasBody ? bytes.subarray(at) : null, { status, headers })
}

/** Calls the runtime; the arguments are a list, and what comes back is JSON. */
export async function callRuntime(ela, capability, method, args) {
  if (!NAME.test(capability) || !NAME.test(method) || !Array.isArray(args)) {
    throw new TypeError(`there is no call \`${capability}.${method}\``)
  }
  const value = await ela[capability][method](...args.map(withBytes))
  return JSON.stringify(withoutBytes(value) ?? null)
}

function withBytes(value) {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withBytes)
  if (typeof value.$bytes === 'string') {
    return Uint8Array.from(atob(value.$bytes), (letter) => letter.charCodeAt(0))
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withBytes(inner)]))
}

function withoutBytes(value) {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) {
    return { $bytes: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) }
  }
  if (Array.isArray(value)) return value.map(withoutBytes)
  const members = Object.entries(value).map(([name, inner]) => [name, withoutBytes(inner)])
  return Object.fromEntries(members)
}
