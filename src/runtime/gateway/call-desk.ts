/** Answers the calls of one instance: checks, then the service. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ElaError } from '../../base/errors.ts'
import type { CapabilityName } from '../../bundle/capabilities/index.ts'
import { CallError, statusOf } from '../capabilities/errors.ts'
import { capabilities } from '../capabilities/index.ts'
import type { CallNote, Capability, CapabilityService } from '../capabilities/kind.ts'
import { CallLedger, type GatewayStats, type Pending, pendingCall } from './call-ledger.ts'
import { BodyMeter, checkGrant, checkToken, pathOf, readArguments, routeOf } from './checks.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { TokenBucket } from './token-bucket.ts'
import { decodeArguments, encodeValue } from './wire.ts'

const BYTES_PER_SECOND = 8 * 1024 ** 2
/** One call of the longest body there is. */
const BYTES_AT_ONCE = 24 * 1024 ** 2

export class CallDesk {
  readonly #options: GatewayOptions
  readonly #registry: Readonly<Record<string, Capability>>
  readonly #token: Buffer
  readonly #calls: TokenBucket
  readonly #bytes: TokenBucket
  readonly #meter = new BodyMeter()
  readonly #ledger: CallLedger
  readonly #services = new Map<CapabilityName, CapabilityService>()
  #isAlive = true

  constructor(options: GatewayOptions) {
    const { limits, registry = capabilities, token, instance, identity, world } = options
    const { audit, onAbuse } = options
    this.#options = options
    this.#registry = registry
    this.#token = Buffer.from(token)
    const { requestsPerSecond } = limits
    const steady = () => performance.now()
    this.#calls = new TokenBucket(requestsPerSecond, 2 * requestsPerSecond, steady)
    this.#bytes = new TokenBucket(BYTES_PER_SECOND, BYTES_AT_ONCE, steady)
    const { now } = world
    this.#ledger = new CallLedger({ instance, app: identity.app, now, audit, onAbuse })
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pending = pendingCall(request.method ?? '-')
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    response.on('error', () => gone.abort())
    try {
      const value = encodeValue(await this.#decide(request, pending, gone.signal))
      const body = JSON.stringify({ value })
      this.#ledger.close(pending)
      reply(request, response, 200, body)
    } catch (error) {
      const told = explained(error, pending)
      const { code, message } = told
      this.#ledger.close(pending, told)
      reply(request, response, statusOf(told), JSON.stringify({ error: { code, message } }))
    }
  }

  async #decide(request: IncomingMessage, pending: Pending, signal: AbortSignal): Promise<unknown> {
    const { wishes, grants } = this.#options
    if (!this.#isAlive) throw CallError.notAlive()
    checkToken(request, this.#token)
    const route = routeOf(pathOf(request), request.method, this.#registry)
    pending.route = route
    pending.verb = route.method
    const body = await readArguments(request, route.mostBytes, this.#meter)
    pending.bytes = body.length
    if (route.capability !== undefined) checkGrant(route.capability, wishes, grants)
    if (!this.#calls.take(1) || !this.#bytes.take(body.length)) throw CallError.tooFast()
    const args = decodeArguments(body)
    // While the body was read the instance may have ended; nobody would close what opens now.
    if (!this.#isAlive) throw CallError.notAlive()
    pending.wasHandedOver = true
    if (route.capability === undefined) return this.#whoami()
    const { answers } = this.#serviceOf(route.capability)
    const note = (details: CallNote) => {
      pending.note = { ...pending.note, ...details }
    }
    return answers[route.method]?.(args, { signal, note })
  }

  #whoami(): unknown {
    const { instance, identity } = this.#options
    return { instance, ...identity, bundleId: identity.bundleId ?? null }
  }

  #serviceOf(name: CapabilityName): CapabilityService {
    const open = this.#services.get(name)
    if (open !== undefined) return open
    const { instance: id, identity, limits, wishes, world } = this.#options
    const capability = this.#registry[name]
    if (capability === undefined) throw CallError.unknownPath()
    const service = capability.open({ id, identity, limits, wish: wishes[name] ?? {}, world })
    this.#services.set(name, service)
    return service
  }

  /** What never was a call: a tunnel, or no HTTP. */
  refuse(verb: string): void {
    this.#ledger.close(pendingCall(verb), CallError.tunnel(verb))
  }

  stats(): GatewayStats {
    return this.#ledger.stats()
  }

  end(): void {
    this.#isAlive = false
  }

  async closeServices(): Promise<void> {
    const open = [...this.#services.values()]
    this.#services.clear()
    await Promise.all(open.map((service) => service.close()))
  }
}

/** What a DApp may know of a failure: nothing of this machine. */
function explained(error: unknown, { route }: Pending): ElaError {
  if (error instanceof ElaError && error.code.startsWith('capability/')) return error
  return CallError.failed(route?.capability ?? 'gateway', error)
}

function reply(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
): void {
  if (response.destroyed) return
  const body = Buffer.from(text)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(status === 429 ? { 'retry-after': '1' } : {}),
    // What is left of a body that nobody reads must not be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
  })
  response.end(body)
}
