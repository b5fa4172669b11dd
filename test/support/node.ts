/** One node of a real kind, in a process of its own: `await using node = await startNode(kind)`. */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { portOf } from '../../src/base/loopback-server.ts'
import { devnetGenesis } from '../../src/identity/devnet-genesis.ts'
import type { LaunchContext, Mining, NodeKind, Profile } from '../../src/nodes/kind.ts'
import { type RunningProcess, startProcess } from '../../src/supervisor/supervised-process.ts'
import { type TemporaryFolder, temporaryFolder } from './folder.ts'

export interface NodeOptions {
  readonly mining?: Mining
  readonly profile?: Profile
  /** Kept when the node stops; without it a temporary folder is made and removed. */
  readonly dataDir?: string
  readonly options?: Readonly<Record<string, unknown>>
  /** To start again where a stopped node was. */
  readonly ports?: Readonly<Record<string, number>>
}

export interface TestNode extends AsyncDisposable {
  /** What the session would say of it. */
  readonly entry: Readonly<Record<string, string | number>>
  readonly process: RunningProcess
  readonly ports: Readonly<Record<string, number>>
  /** Everything the node printed, newest last. */
  readonly lines: readonly string[]
}

/** Starts the first instance of a kind on free ports and waits until it is ready. */
export async function startNode(kind: NodeKind, options: NodeOptions = {}): Promise<TestNode> {
  const folder: TemporaryFolder | undefined =
    options.dataDir === undefined ? temporaryFolder() : undefined
  const [instance = kind.name] = kind.instances
  const ports = options.ports ?? (await freePorts(Object.keys(kind.ports)))
  const dataDir = options.dataDir ?? folder?.join('data') ?? ''
  mkdirSync(dataDir, { recursive: true })
  const port = (name: string) => ports[name] ?? 0
  const context: LaunchContext = {
    instance,
    dataDir,
    profile: options.profile ?? 'testnet',
    mining: options.mining ?? { mode: 'auto' },
    genesis: await devnetGenesis(),
    port,
    portOf: (_instance, name) => port(name),
    options: options.options ?? {},
  }
  const lines: string[] = []
  const running = await startProcess(kind.launch(context), (_stream, line) => lines.push(line))
  return {
    entry: kind.describe(context),
    process: running,
    ports,
    lines,
    async [Symbol.asyncDispose]() {
      await running.stop()
      folder?.[Symbol.dispose]()
    },
  }
}

/** Ports that are free now, all different: each is held until all are found. */
async function freePorts(names: readonly string[]): Promise<Record<string, number>> {
  const servers = await Promise.all(
    names.map(async (name) => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return [name, server] as const
    }),
  )
  const ports = Object.fromEntries(servers.map(([name, server]) => [name, portOf(server)]))
  await Promise.all(servers.map(([, server]) => new Promise((done) => server.close(done))))
  return ports
}
