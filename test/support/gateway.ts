/** A gateway for tests: `await using gateway = await testGateway({ wishes })`, and calls to it. */
import { type ClientRequestArgs, request as openRequest } from 'node:http'
import { type CapabilityName, parseWishes } from '../../src/bundle/capabilities/index.ts'
import type { Json } from '../../src/protocol/did/canonical-json.ts'
import type { Capability } from '../../src/runtime/capabilities/kind.ts'
import type { AuditEntry } from '../../src/runtime/gateway/audit.ts'
import { type Gateway, openGateway } from '../../src/runtime/gateway/open-gateway.ts'
import type { DappIdentity, Limits } from '../../src/runtime/staged-dapp.ts'
import type { RuntimeWorld } from '../../src/runtime/world.ts'
import { type TemporaryFolder, temporaryFolder } from './folder.ts'

export const TOKEN = 'a7'.repeat(32)

export const identity: DappIdentity = {
  ...{ app: 'did:elastos:iApp', publisher: 'did:elastos:iPublisher', name: 'song-shop' },
  ...{ version: '1.0.0', seq: 1, bundleId: `sha256:${'0'.repeat(64)}` },
}

const limits: Limits = {
  ...{ memoryMiB: 512, cpuSecondsPerMinute: 30, storageBytes: 1 << 30 },
  ...{ requestsPerSecond: 1_000, startWithinMs: 5_000 },
}

export interface GatewaySetup {
  /** `capabilities` of the manifest. */
  readonly wishes?: Json
  /** All that are asked for, when left out. */
  readonly granted?: ReadonlySet<CapabilityName>
  readonly world?: Partial<RuntimeWorld>
  readonly identity?: Partial<DappIdentity>
  readonly limits?: Partial<Limits>
  readonly registry?: Readonly<Record<string, Capability>>
  readonly instance?: string
  /** State folder shared with other gateways; one of its own when left out. */
  readonly state?: string
}

export interface TestGateway extends AsyncDisposable {
  readonly folder: TemporaryFolder
  readonly socket: string
  readonly gateway: Gateway
  readonly audit: AuditEntry[]
  readonly abuses: string[]
  readonly world: RuntimeWorld
  /** A call as the shim makes it: the value, or the code of the error. */
  call(path: string, ...args: readonly unknown[]): Promise<unknown>
  raw(options: ClientRequestArgs, body?: string | Uint8Array): Promise<RawAnswer>
}

export interface RawAnswer {
  readonly status: number
  readonly body: string
  /** Of the error, if it is one. */
  readonly code: string | undefined
}

export async function testGateway(setup: GatewaySetup = {}): Promise<TestGateway> {
  const folder = temporaryFolder()
  const socket = folder.join('gw.sock')
  const audit: AuditEntry[] = []
  const abuses: string[] = []
  const world: RuntimeWorld = {
    chains: {},
    stateFolder: setup.state ?? folder.join('state'),
    now: () => Date.now(),
    resolveHost: async () => [],
    ...setup.world,
  }
  const gateway = await openGateway({
    instance: setup.instance ?? 'test',
    socket,
    token: TOKEN,
    identity: { ...identity, ...setup.identity },
    limits: { ...limits, ...setup.limits },
    wishes: parseWishes(setup.wishes ?? {}),
    grants: { isGranted: (name) => setup.granted?.has(name) ?? true },
    world,
    audit: (entry) => audit.push(entry),
    onAbuse: (why) => abuses.push(why),
    ...(setup.registry === undefined ? {} : { registry: setup.registry }),
  })
  const raw = (options: ClientRequestArgs, body?: string | Uint8Array) =>
    ask({ socketPath: socket, method: 'POST', agent: false, ...options }, body)
  return {
    ...{ folder, socket, gateway, audit, abuses, world, raw },
    async call(path, ...args) {
      const url = `http://ela.gateway/v1/${path}`
      const headers = { host: 'ela.gateway', 'x-ela-token': TOKEN }
      const { body } = await raw({ path: url, headers }, encode(args))
      const { value, error } = JSON.parse(body) as { value?: unknown; error?: { code: string } }
      return error === undefined ? decode(value) : error.code
    },
    async [Symbol.asyncDispose]() {
      await gateway.close()
      folder[Symbol.dispose]()
    },
  }
}

export function encode(args: readonly unknown[]): string {
  return JSON.stringify(args, (_, value: unknown) => {
    if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
    return value
  })
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(decode)
  if ('$bytes' in value) return new Uint8Array(Buffer.from(String(value.$bytes), 'base64'))
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, decode(inner)]))
}

function ask(options: ClientRequestArgs, body?: string | Uint8Array): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = openRequest(options, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(parts).toString()
        resolve({ status: response.statusCode ?? 0, body: text, code: codeOf(text) })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

function codeOf(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { error?: { code: string } }).error?.code
  } catch {
    return undefined
  }
}
