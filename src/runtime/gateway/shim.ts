/**
 * The trusted worker beside the DApp's: `env.ELA`. It runs in an isolate of its own, which shares
 * nothing with the DApp's: arguments cross by structured clone, so neither a changed prototype nor a
 * getter of the DApp ever runs in it. It turns calls into requests to the gateway, and it is no
 * check: whoever breaks out of the engine stands before the gateway's.
 */
import type { CapabilityName } from '../../bundle/capabilities/index.ts'
import { capabilities } from '../capabilities/index.ts'
import type { Capability } from '../capabilities/kind.ts'
import { GATEWAY_HOST } from './checks.ts'

/**
 * Source of the worker: a module whose class `Ela` has a property for each of these capabilities,
 * with its methods (named by `rpcNameOf`), and `whoami()`. The worker's outbound service must be the gateway.
 */
export function shimSource(
  names: readonly CapabilityName[],
  registry: Readonly<Record<string, Capability>> = capabilities,
): string {
  const classes = names.map((name) => {
    const methods = Object.entries(registry[name]?.methods ?? {}).map(
      ([method, { mostBytes }]) =>
        `  ${rpcNameOf(method)}(...args) { return call('${name}/${method}', args, ${mostBytes}) }`,
    )
    return `const ${name} = new (class extends RpcTarget {\n${methods.join('\n')}\n})()`
  })
  const properties = names.map((name) => `  get ${name}() { return ${name} }`)
  return [
    PRELUDE,
    ...classes,
    'export class Ela extends WorkerEntrypoint {',
    ...properties,
    "  whoami() { return call('whoami', [], 16) }",
    '}',
    '',
  ].join('\n')
}

/** The engine keeps names such as `fetch` and `connect` for itself, on every class. */
export function rpcNameOf(method: string): string {
  return `call_${method}`
}

/** More calls at once would use up the file descriptors of the engine. */
const MOST_RUNNING = 96
const MOST_WAITING = 512
/** A caller that went away never says so; after this its place is free again. */
const LEASE_MS = 60_000

const PRELUDE = `import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers'

class Places {
  #most
  #held = new Map()
  constructor(most) { this.#most = most }
  get isFull() {
    for (const [place, until] of this.#held) {
      if (until > Date.now()) break
      this.#held.delete(place)
    }
    return this.#held.size >= this.#most
  }
  take() {
    const place = {}
    this.#held.set(place, Date.now() + ${LEASE_MS})
    return () => this.#held.delete(place)
  }
}
const running = new Places(${MOST_RUNNING})
const waiting = new Places(${MOST_WAITING})

async function call(path, args, mostBytes) {
  const body = JSON.stringify(encode(args, { left: mostBytes }, 0))
  const leave = await enter()
  try {
    return await ask(path, body)
  } finally {
    leave()
  }
}

async function enter() {
  if (!running.isFull) return running.take()
  if (waiting.isFull) throw new Error('capability/tooMany: More than ${MOST_RUNNING} calls at once.')
  const leave = waiting.take()
  try {
    for (let ms = 2; running.isFull; ms = Math.min(2 * ms, 100)) await scheduler.wait(ms)
    return running.take()
  } finally {
    leave()
  }
}

async function ask(path, body) {
  let answer
  try {
    const response = await fetch('http://${GATEWAY_HOST}/v1/' + path, {
      method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/json' }, body,
    })
    answer = await response.json()
  } catch {
    throw new Error('capability/away: The runtime does not answer.')
  }
  if (answer.error) throw new Error(answer.error.code + ': ' + answer.error.message)
  return decode(answer.value)
}

function encode(value, budget, depth) {
  spend(budget, 1)
  switch (typeof value) {
    case 'undefined':
      return null
    case 'boolean':
      return value
    case 'string':
      spend(budget, value.length)
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      throw bad('the number ' + value)
    case 'object':
      return value === null ? null : encodeObject(value, budget, depth)
    default:
      throw bad('a ' + typeof value)
  }
}

function encodeObject(value, budget, depth) {
  if (depth > 32) throw bad('an object nested more than 32 deep')
  if (value instanceof ArrayBuffer) return encodeBytes(new Uint8Array(value), budget)
  if (value instanceof Uint8Array) return encodeBytes(value, budget)
  if (Array.isArray(value)) {
    const list = []
    for (let at = 0; at < value.length; at++) list.push(encode(value[at], budget, depth + 1))
    return list
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw bad('a ' + (Object.prototype.toString.call(value).slice(8, -1)))
  }
  const members = []
  for (const [name, inner] of Object.entries(value)) {
    spend(budget, name.length)
    if (inner === undefined) continue
    members.push([name.startsWith('$') ? '$' + name : name, encode(inner, budget, depth + 1)])
  }
  return Object.fromEntries(members)
}

function encodeBytes(bytes, budget) {
  spend(budget, Math.ceil(bytes.length / 3) * 4)
  return { $bytes: bytes.toBase64() }
}

function spend(budget, bytes) {
  budget.left -= bytes
  if (budget.left < 0) throw new TypeError('capability/tooLong: The arguments are too long.')
}

function bad(what) {
  return new TypeError('capability/badArgument: An argument holds ' + what + ': only JSON and bytes can be given.')
}

function decode(value) {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(decode)
  if (typeof value.$bytes === 'string') return Uint8Array.fromBase64(value.$bytes)
  const members = Object.entries(value).map(([name, inner]) => [
    name.startsWith('$$') ? name.slice(1) : name,
    decode(inner),
  ])
  return Object.fromEntries(members)
}
`
