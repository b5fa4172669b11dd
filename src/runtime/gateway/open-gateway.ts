/**
 * The gateway of one instance: the only way out of it. The unix socket is the instance's identity
 * (no other can even name it), the token the second factor; both end with the instance.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ElaError } from '../../base/errors.ts'
import type { CapabilityName, Wishes } from '../../bundle/capabilities/index.ts'
import { CallError, statusOf } from '../capabilities/errors.ts'
import { capabilities } from '../capabilities/index.ts'
import type { CallNote, Capability, CapabilityService } from '../capabilities/kind.ts'
import type { DappIdentity, Limits } from '../staged-dapp.ts'
import type { RuntimeWorld } from '../world.ts'
import { type AuditEntry, shortText } from './audit.ts'
import {
  BodyMeter,
  checkGrant,
  checkToken,
  type GrantDoor,
  pathOf,
  type Route,
  readArguments,
  routeOf,
} from './checks.ts'
import { DENIAL_WINDOW_MS, DenialCount, MOST_DENIALS } from './denial-count.ts'
import { listenOnSocket } from './socket.ts'
import { TokenBucket } from './token-bucket.ts'
import { decodeArguments, encodeValue } from './wire.ts'

export interface GatewayOptions {
  /** Id of the instance. */
  readonly instance: string
  /** Full path of the socket to make, in a folder of mode 0700. */
  readonly socket: string
  /** What the engine sends as `x-ela-token`: 256 random bits as text. */
  readonly token: string
  readonly identity: DappIdentity
  readonly limits: Limits
  /** What the manifest asks for. */
  readonly wishes: Wishes
  readonly grants: GrantDoor
  readonly world: RuntimeWorld
  /** Hears of every decision, once. */
  readonly audit: (entry: AuditEntry) => void
  /** Called once, when the instance keeps trying what it may not. */
  readonly onAbuse: (why: string) => void
  /** All there are, when left out. */
  readonly registry?: Readonly<Record<string, Capability>>
}

export interface Gateway {
  stats(): GatewayStats
  /** Marks the instance as ended: from now on every call is refused with 401. */
  end(): void
  /** Ends the instance, cuts off the calls that are under way, and removes the socket. */
  close(): Promise<void>
}

export interface GatewayStats {
  readonly calls: number
  readonly denied: number
  /** Of bodies. */
  readonly bytes: number
  readonly byCapability: Readonly<
    Record<string, { readonly allowed: number; readonly denied: number }>
  >
}

const BYTES_PER_SECOND = 8 * 1024 ** 2
/** One call of the longest body there is. */
const BYTES_AT_ONCE = 24 * 1024 ** 2
const MOST_CALLS_AT_ONCE = 256
const HEADER_BYTES = 16 * 1024

/** Opens the gateway. Throws `runtime/gatewaySocket`. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const desk = new GatewayDesk(options)
  const server = createServer(
    // Engines send the whole URL in the request line and no Host.
    { requireHostHeader: false, maxHeaderSize: HEADER_BYTES },
    (request, response) => void desk.answer(request, response),
  )
  server.maxConnections = MOST_CALLS_AT_ONCE
  for (const verb of ['connect', 'upgrade']) {
    server.on(verb, (_: IncomingMessage, socket: Duplex) => {
      desk.refuseTunnel(verb.toUpperCase())
      socket.on('error', () => socket.destroy())
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    })
  }
  server.on('clientError', (_, socket: Socket) => {
    desk.refuseTunnel('-')
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
    else socket.destroy()
  })
  const stopListening = await listenOnSocket(server, options.socket)
  return {
    stats: () => desk.stats(),
    end: () => desk.end(),
    async close() {
      desk.end()
      await stopListening()
      await desk.closeServices()
    },
  }
}

/** What is known of one call while it is decided. */
interface Pending {
  route: Route | undefined
  verb: string
  bytes: number
  note: CallNote
}

class GatewayDesk {
  readonly #options: GatewayOptions
  readonly #registry: Readonly<Record<string, Capability>>
  readonly #token: Buffer
  readonly #calls: TokenBucket
  readonly #bytes: TokenBucket
  readonly #denials: DenialCount
  readonly #meter = new BodyMeter()
  readonly #services = new Map<CapabilityName, CapabilityService>()
  readonly #tally = new Map<string, { allowed: number; denied: number }>()
  #bytesSeen = 0
  #isAlive = true
  #isAbusive = false

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#registry = options.registry ?? capabilities
    this.#token = Buffer.from(options.token)
    const { requestsPerSecond } = options.limits
    const steady = () => performance.now()
    this.#calls = new TokenBucket(requestsPerSecond, 2 * requestsPerSecond, steady)
    this.#bytes = new TokenBucket(BYTES_PER_SECOND, BYTES_AT_ONCE, steady)
    this.#denials = new DenialCount(steady)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pending: Pending = { route: undefined, verb: request.method ?? '-', bytes: 0, note: {} }
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    response.on('error', () => gone.abort())
    let status = 200
    let answer: unknown
    try {
      answer = { value: encodeValue(await this.#decide(request, pending, gone.signal)) }
      this.#tell(pending, 'allow')
    } catch (error) {
      const told = explained(error, pending.route)
      status = statusOf(told)
      answer = { error: { code: told.code, message: told.message } }
      this.#tell(pending, told.exit === 'refused' ? 'deny' : 'allow', told.code)
    }
    reply(request, response, status, answer)
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
    if (route.capability === undefined) return this.#whoami()
    const answers = this.#serviceOf(route.capability).answers
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
    // While the body was read the instance may have ended; nobody would close what opens now.
    if (!this.#isAlive) throw CallError.notAlive()
    const { instance: id, identity, limits, wishes, world } = this.#options
    const wish = wishes[name] ?? {}
    const capability = this.#registry[name]
    if (capability === undefined) throw CallError.unknownPath()
    const service = capability.open({ id, identity, limits, wish, world })
    this.#services.set(name, service)
    return service
  }

  refuseTunnel(verb: string): void {
    const pending: Pending = { route: undefined, verb, bytes: 0, note: {} }
    this.#tell(pending, 'deny', CallError.tunnel(verb).code)
  }

  #tell({ route, verb, bytes, note }: Pending, decision: 'allow' | 'deny', reason?: string): void {
    const { audit, identity, instance, onAbuse, world } = this.#options
    const service = route === undefined ? '-' : (route.capability ?? 'whoami')
    const counted = this.#tally.get(service) ?? { allowed: 0, denied: 0 }
    counted[decision === 'allow' ? 'allowed' : 'denied'] += 1
    this.#tally.set(service, counted)
    this.#bytesSeen += bytes
    const { target, ...placed } = note
    audit({
      ...{ t: world.now(), instance, did: identity.app, service, verb },
      ...(target === undefined ? {} : { target: shortText(target) }),
      decision,
      ...(reason === undefined ? {} : { reason }),
      bytes,
      ...placed,
    })
    if (decision === 'allow' || !this.#isAlive || !this.#denials.add() || this.#isAbusive) return
    this.#isAbusive = true
    onAbuse(`more than ${MOST_DENIALS} denied calls in ${DENIAL_WINDOW_MS / 1_000} s`)
  }

  stats(): GatewayStats {
    const tally = [...this.#tally].map(([name, counts]) => [name, { ...counts }] as const)
    const sum = (which: 'allowed' | 'denied') =>
      tally.reduce((total, [, counts]) => total + counts[which], 0)
    return {
      calls: sum('allowed') + sum('denied'),
      denied: sum('denied'),
      bytes: this.#bytesSeen,
      byCapability: Object.fromEntries(tally),
    }
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
function explained(error: unknown, route: Route | undefined): ElaError {
  if (error instanceof ElaError && error.code.startsWith('capability/')) return error
  return CallError.failed(route?.capability ?? 'gateway', error)
}

function reply(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  answer: unknown,
): void {
  if (response.destroyed) return
  const body = Buffer.from(JSON.stringify(answer))
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(status === 429 ? { 'retry-after': '1' } : {}),
    // What is left of a body that nobody reads must not be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
  })
  response.end(body)
}
