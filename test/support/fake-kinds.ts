/** Kinds of nodes that start at once and can be told to misbehave. */
import { createServer } from 'node:net'
import path from 'node:path'
import type { Genesis, LaunchContext, NodeKind } from '../../src/nodes/kind.ts'

const program = path.resolve(import.meta.dirname, '../fixtures/programs/fake-node.ts')

export const fakeGenesis: Genesis = {
  foundation: 'foundation',
  miner: 'miner',
  mainchainTransactions: [],
  evmBalances: { '0x00': 1n },
}

export interface FakeKind {
  readonly name: string
  readonly port: number
  readonly instances?: readonly string[]
  readonly needs?: readonly string[]
  readonly behaviours?: readonly string[]
}

export function fakeKind(fake: FakeKind): NodeKind {
  const { name, port, instances = [name], needs = [], behaviours = [] } = fake
  const urlOf = (context: LaunchContext) => `http://127.0.0.1:${context.port('rpc')}`
  return {
    name,
    summary: `a fake ${name}`,
    instances,
    needs,
    ports: { rpc: port },
    launch: (context) => ({
      name: context.instance,
      file: process.execPath,
      args: [
        '--import',
        import.meta.resolve('tsx'),
        program,
        `${context.port('rpc')}`,
        ...behaviours,
      ],
      env: {},
      cwd: context.dataDir,
      probe: async (signal) => void (await fetch(urlOf(context), { signal })),
      readyWithinMs: 10_000,
      stopWithinMs: 500,
    }),
    describe: (context) => ({ rpc: urlOf(context) }),
    environment: (context) => ({ [`${name.toUpperCase()}_RPC_URL`]: urlOf(context) }),
    health: async (entry, signal) => {
      const answer = await fetch(String(entry['rpc']), { signal })
      return { height: ((await answer.json()) as { height: number }).height }
    },
    mine: async (entry, blocks) => {
      for (let block = 0; block < blocks; block += 1) await fetch(`${entry['rpc']}/mine`)
    },
  }
}

/** The first of `count` consecutive ports nobody listens on. */
export async function freeBlock(count: number): Promise<number> {
  for (;;) {
    const base = 11_000 + Math.floor(Math.random() * 8_000)
    const ports = Array.from({ length: count }, (_, index) => base + index)
    const free = await Promise.all(ports.map(isFree))
    if (free.every(Boolean)) return base
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
