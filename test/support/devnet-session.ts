/** A folder with the session file of real nodes: what a running devnet looks like to commands. */
import { mkdirSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { sessionFile, writeSession } from '../../src/devnet/session.ts'
import type { NodeKind } from '../../src/nodes/kind.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { type TemporaryFolder, temporaryFolder } from './folder.ts'
import { startNode, type TestNode } from './node.ts'

export interface TestDevnet extends AsyncDisposable {
  readonly folder: TemporaryFolder
  readonly nodes: Readonly<Record<string, TestNode>>
  readonly rpc: (kind: string) => string
}

export async function testDevnet(...kinds: readonly NodeKind[]): Promise<TestDevnet> {
  const folder = temporaryFolder()
  const started = await Promise.all(
    kinds.map(async (kind) => [kind.name, await startNode(kind)] as const),
  )
  const nodes = Object.fromEntries(started)
  const mark = markOf(process.pid)
  assert.ok(mark)
  mkdirSync(folder.join('.ela'))
  writeSession(sessionFile(folder.path), {
    schema: 'ela/session@1',
    ...mark,
    startedAt: new Date().toISOString(),
    folder: folder.path,
    profile: 'testnet',
    nodes: Object.fromEntries(
      started.map(([name, node]) => [name, { ...node.entry, pid: node.process.pid }]),
    ),
    accounts: [],
    environment: {},
    admin: 'http://127.0.0.1:1',
    adminToken: '',
  })
  return {
    folder,
    nodes,
    rpc: (kind) => String(nodes[kind]?.entry['rpc']),
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map(([, node]) => node[Symbol.asyncDispose]()))
      folder[Symbol.dispose]()
    },
  }
}
