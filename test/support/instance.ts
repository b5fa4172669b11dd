/** A DApp in the engine for tests: its modules as text, and a gateway that answers one call. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import path from 'node:path'
import type { Engine } from '../../src/runtime/engine/engine.ts'
import { type EngineOptions, startEngine } from '../../src/runtime/engine/start-engine.ts'
import { findLevel } from '../../src/runtime/jail/find-level.ts'
import type { Limits, StagedDapp, WorkerModule } from '../../src/runtime/staged-dapp.ts'
import { type TemporaryFolder, temporaryFolder } from './folder.ts'

export const TOKEN = '5f'.repeat(32)

/** Passes a call on to the gateway, which echoes it. */
const SHIM = `import { WorkerEntrypoint } from 'cloudflare:workers'
export class Ela extends WorkerEntrypoint {
  async call(name) {
    const answer = await fetch('http://ela.gateway/v1/' + name, { method: 'POST' })
    return answer.text()
  }
}
export default {}
`

export const limits: Limits = {
  memoryMiB: 512,
  cpuSecondsPerMinute: 30,
  storageBytes: 1 << 20,
  requestsPerSecond: 200,
  startWithinMs: 20_000,
}

export interface TestInstance extends AsyncDisposable {
  readonly engine: Engine
  readonly url: string
  readonly lines: readonly string[]
  /** What reached the gateway: `METHOD target token`. */
  readonly calls: readonly string[]
  readonly runFolder: string
  /** Status and body of `path`. */
  get(path: string, init?: RequestInit): Promise<string>
}

export interface TestDapp {
  /** Name → source; the first is the main module. */
  readonly modules: Readonly<Record<string, string | Uint8Array>>
  readonly assets?: Readonly<Record<string, string>>
  readonly limits?: Partial<Limits>
  readonly options?: Partial<EngineOptions>
}

/** The level of this machine. */
export const { level } = await findLevel()

export async function startInstance(dapp: TestDapp): Promise<TestInstance> {
  const folder = temporaryFolder()
  const calls: string[] = []
  const lines: string[] = []
  const runFolder = folder.join('run')
  mkdirSync(runFolder, { mode: 0o700 })
  const socket = path.join(runFolder, 'gw.sock')
  const gateway = await openGateway(socket, calls)
  const close = async () => {
    gateway.closeAllConnections()
    await new Promise((resolve) => gateway.close(resolve))
    folder[Symbol.dispose]()
  }
  let engine: Engine
  try {
    const options: EngineOptions = {
      ...{ id: 'test', staged: stage(folder, dapp), runFolder, level, shim: SHIM, port: 0 },
      ...{ gateway: { socket, token: TOKEN }, hosts: ['127.0.0.1'], headers: {}, ...dapp.options },
    }
    engine = await startEngine(options, (line) => lines.push(line))
  } catch (error) {
    await close()
    throw error
  }
  const url = `http://127.0.0.1:${engine.port}`
  return {
    ...{ engine, url, lines, calls, runFolder },
    get: async (path, init) => {
      const answer = await fetch(`${url}${path}`, init)
      return `${answer.status} ${await answer.text()}`
    },
    [Symbol.asyncDispose]: async () => {
      engine.kill('the test is over')
      await engine.ended
      await close()
    },
  }
}

/** Writes modules and static files as the runtime stages them. */
export function stage(folder: TemporaryFolder, dapp: TestDapp): StagedDapp {
  const base = folder.join('dapp')
  const write = (name: string, content: string | Uint8Array) => {
    const file = path.join(base, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content, { mode: 0o444 })
    return file
  }
  mkdirSync(base, { mode: 0o700 })
  const modules = Object.entries(dapp.modules).map(
    ([name, content]): WorkerModule => ({ name, file: write(name, content), type: typeOf(name) }),
  )
  for (const [name, text] of Object.entries(dapp.assets ?? {})) write(`assets/${name}`, text)
  return {
    folder: base,
    modules,
    kind: { name: 'service', origins: [] },
    assets: dapp.assets === undefined ? undefined : path.join(base, 'assets'),
    identity: {
      ...{ app: 'did:elastos:test', publisher: 'did:elastos:publisher', name: 'test' },
      ...{ version: '1.0.0', seq: 1, bundleId: undefined },
    },
    limits: { ...limits, ...dapp.limits },
  }
}

function typeOf(name: string): WorkerModule['type'] {
  const types = { '.js': 'esModule', '.wasm': 'wasm', '.txt': 'text', '.json': 'json' } as const
  return types[path.extname(name) as keyof typeof types] ?? 'data'
}

async function openGateway(socket: string, calls: string[]): Promise<Server> {
  const note = ({ method, url, headers }: IncomingMessage) => {
    calls.push(`${method} ${url} ${headers['x-ela-token']}`)
  }
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    note(request)
    response.end('from the gateway')
  })
  for (const event of ['connect', 'upgrade'] as const) {
    server.on(event, (request: IncomingMessage, connection) => {
      note(request)
      connection.destroy()
    })
  }
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return server
}
