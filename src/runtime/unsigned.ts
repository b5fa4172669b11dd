/** A project in work as the runtime sees it: signed by nobody, staged like a release. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type CompiledDapp, jarName } from '../build/compile-dapp.ts'
import { parseWishes } from '../bundle/capabilities/index.ts'
import type { JsonObject } from '../protocol/did/canonical-json.ts'
import type { Admitted } from './admitted.ts'
import { LEAST_JAVA, limitsOf, SERVICE_RUNTIME, startedAs } from './gate/runnable.ts'
import { Stage } from './gate/stage.ts'
import type { DappIdentity } from './staged-dapp.ts'

/** DID of a project that has none. Storage and grants are thrown away, so nothing is kept by it. */
export const NO_APP = 'did:elastos:unsigned'
/** The main module's path in a bundle. */
export const SERVICE_MAIN = 'service.js'

/** What the manifest would say. */
export interface ProjectManifest {
  readonly name: string
  readonly version: string
  readonly app: string
  readonly publisher: string
  readonly capabilities: JsonObject
  /** As `entry.limits`, checked. */
  readonly limits: JsonObject
  /** As `entry.origins`, checked. */
  readonly origins?: readonly string[]
}

/**
 * Throws `bundle/badCapability`.
 *
 * @param target full path of a folder that does not exist
 */
export function stageUnsigned(
  compiled: CompiledDapp,
  manifest: ProjectManifest,
  target: string,
): Admitted {
  const { capabilities } = manifest
  parseWishes(capabilities)
  const stage = new Stage(target)
  const write = (path: string, bytes: Buffer) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    stage.begin({ path, mode: '644', size: bytes.length, sha256 })
    stage.part(bytes)
    stage.end()
  }
  if (compiled.as === 'java') {
    write(jarName(compiled.jar), readFileSync(compiled.jar))
  } else {
    write(SERVICE_MAIN, Buffer.from(compiled.code))
    for (const one of compiled.wasm) write(one.path, readFileSync(one.file))
  }
  const jar = compiled.as === 'java' ? compiled.jar : ''
  const { kind, entry } = entryOf(compiled.as, jar, manifest)
  return {
    staged: {
      folder: target,
      ...startedAs({ kind, entry }, target, stage.files),
      identity: identityOf(manifest),
      limits: limitsOf({ value: { entry, capabilities } }),
    },
    files: stage.files,
    capabilities,
    signature: 'unsigned',
    signers: [],
    warnings: [],
  }
}

/** What `ela dev` gives a project in work for an identity. */
export function identityOf({ app, publisher, name, version }: ProjectManifest): DappIdentity {
  return { app, publisher, name, version, seq: 1, bundleId: undefined }
}

/**
 * Kind and entry that the manifest of a compiled DApp has.
 *
 * @param jar full path, for one that is a jar
 */
export function entryOf(
  kind: 'service' | 'java',
  jar: string,
  { limits, origins = [] }: Pick<ProjectManifest, 'limits' | 'origins'>,
): { readonly kind: 'service' | 'java'; readonly entry: JsonObject } {
  const more = Object.keys(limits).length === 0 ? {} : { limits }
  const entry =
    kind === 'java'
      ? { jar: jarName(jar), release: LEAST_JAVA }
      : { main: SERVICE_MAIN, runtime: SERVICE_RUNTIME, ...(origins.length > 0 ? { origins } : {}) }
  return { kind, entry: { ...entry, ...more } }
}
