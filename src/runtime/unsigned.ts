/** A project in work as the runtime sees it: signed by nobody, staged like a release. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { CompiledWorker } from '../base/compile-worker.ts'
import { parseWishes } from '../bundle/capabilities/index.ts'
import type { JsonObject } from '../protocol/did/canonical-json.ts'
import type { Admitted } from './admitted.ts'
import { limitsOf, modulesOf, SERVICE_RUNTIME } from './gate/runnable.ts'
import { Stage } from './gate/stage.ts'

/** DID of a project that has none. Storage and grants are thrown away, so nothing is kept by it. */
export const NO_APP = 'did:elastos:unsigned'
const MAIN = 'service.js'

/** What the manifest would say. */
export interface ProjectManifest {
  readonly name: string
  readonly version: string
  readonly app: string
  readonly publisher: string
  readonly capabilities: JsonObject
  /** As `entry.limits`, checked. */
  readonly limits: JsonObject
}

/**
 * Throws `bundle/badCapability`.
 *
 * @param target full path of a folder that does not exist
 */
export function stageUnsigned(
  { code, wasm }: CompiledWorker,
  manifest: ProjectManifest,
  target: string,
): Admitted {
  parseWishes(manifest.capabilities)
  const stage = new Stage(target)
  const write = (path: string, bytes: Buffer) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    stage.begin({ path, mode: '644', size: bytes.length, sha256 })
    stage.part(bytes)
    stage.end()
  }
  write(MAIN, Buffer.from(code))
  for (const one of wasm) write(one.path, readFileSync(one.file))
  const { name, version, app, publisher, capabilities, limits } = manifest
  const entry = { main: MAIN, runtime: SERVICE_RUNTIME, limits }
  return {
    staged: {
      folder: target,
      modules: modulesOf({ entry }, stage.files),
      assets: undefined,
      identity: { app, publisher, name, version, seq: 1, bundleId: undefined },
      limits: limitsOf({ value: { entry, capabilities } }),
    },
    files: stage.files,
    capabilities,
    signature: 'unsigned',
    signers: [],
    warnings: [],
  }
}
