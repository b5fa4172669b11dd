/** Starts the engine with an empty DApp and reads what it takes as data. Linux only. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Level } from '../jail/level.ts'
import type { StagedDapp } from '../staged-dapp.ts'
import { dataOf, writeBaseline } from './baseline.ts'
import { startEngine } from './start-engine.ts'

const MAIN = 'export default { fetch() {} }\n'
/** The largest that the runtime allows: what is measured must not depend on it. */
const MEMORY_MIB = 2048
const START_WITHIN_MS = 20_000

/**
 * Measures, keeps the figure for the instances to come, and returns it in bytes; `undefined` where
 * the system does not tell. Throws what `startEngine` does.
 */
export async function measureBaseline(level: Level): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined
  const folder = mkdtempSync(path.join(tmpdir(), 'ela-baseline-'))
  const socket = path.join(folder, 'gate')
  const gateway = createServer((connection) => connection.destroy())
  try {
    await new Promise<void>((resolve, reject) => {
      gateway.once('error', reject)
      gateway.listen(socket, resolve)
    })
    const engine = await startEngine(
      {
        ...{
          id: 'baseline',
          staged: emptyDapp(path.join(folder, 'dapp')),
          runFolder: folder,
          level,
        },
        ...{ gateway: { socket, token: '' }, port: 0, hosts: [], headers: {} },
        shim: 'export class Ela {}\nexport default {}\n',
      },
      () => undefined,
    )
    const bytes = dataOf(engine.pid)
    engine.kill('it was measured')
    await engine.ended
    if (bytes !== undefined) writeBaseline(bytes)
    return bytes
  } finally {
    await new Promise((resolve) => gateway.close(resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}

function emptyDapp(folder: string): StagedDapp {
  mkdirSync(folder, { mode: 0o700 })
  const file = path.join(folder, 'main.js')
  writeFileSync(file, MAIN)
  chmodSync(file, 0o444)
  return {
    folder,
    modules: [{ name: 'main.js', file, type: 'esModule' }],
    kind: { name: 'service', origins: [] },
    assets: undefined,
    identity: {
      ...{ app: 'ela:baseline', publisher: 'ela:baseline', name: 'an empty DApp' },
      ...{ version: '0.0.0', seq: 0, bundleId: undefined },
    },
    limits: {
      ...{ memoryMiB: MEMORY_MIB, cpuSecondsPerMinute: 60, storageBytes: 0, requestsPerSecond: 0 },
      startWithinMs: START_WITHIN_MS,
    },
  }
}
