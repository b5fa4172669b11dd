/** A folder with the session of a devnet that has EID alone, and `ela` in it. */
import { mkdirSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { sessionFile, writeSession } from '../../src/devnet/session.ts'
import { eid } from '../../src/nodes/eid/kind.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { ela } from './ela.ts'
import { type TemporaryFolder, temporaryFolder } from './folder.ts'
import { type NodeOptions, startNode, type TestNode } from './node.ts'

export interface EidProject extends AsyncDisposable {
  readonly folder: TemporaryFolder
  readonly node: TestNode
  readonly rpc: string
  /** Where `ela` of this project runs: its own home, so that no key of the user is touched. */
  readonly at: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }
  /** Exit code, error code and data of `ela … --json`. */
  readonly run: (line: string | readonly string[], stdin?: string) => Promise<Answer>
}

export interface Answer {
  readonly code: number
  readonly schema: string | undefined
  readonly error: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: tests name the member they expect.
  readonly data: any
}

export async function eidProject(options?: NodeOptions): Promise<EidProject> {
  const folder = temporaryFolder()
  const node = await startNode(eid, options)
  const mark = markOf(process.pid)
  assert.ok(mark)
  mkdirSync(folder.join('.ela'))
  writeSession(sessionFile(folder.path), {
    schema: 'ela/session@1',
    ...mark,
    startedAt: new Date().toISOString(),
    folder: folder.path,
    profile: 'testnet',
    nodes: { eid: { ...node.entry, pid: node.process.pid } },
    accounts: [],
    environment: {},
    admin: 'http://127.0.0.1:1',
    adminToken: '',
  })
  const at = { cwd: folder.path, env: { HOME: folder.join('home') } }
  return {
    folder,
    node,
    rpc: String(node.entry['rpc']),
    at,
    run: async (line, stdin) => {
      const words = typeof line === 'string' ? `${line} --json` : [...line, '--json']
      const { code, stdout } = await ela(words, {
        ...at,
        ...(stdin === undefined ? {} : { stdin }),
      })
      const { schema, error, data } = JSON.parse(stdout)
      return { code, schema, error: error?.code, data }
    },
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}
