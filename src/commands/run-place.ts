/** Which DApp `ela run` means, and which chains may say whether it runs. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { openArchive } from '../bundle/byte-source.ts'
import { fetchTree } from '../bundle/content/fetch-tree.ts'
import { LocalStore } from '../bundle/content/local-store.ts'
import { limits } from '../bundle/limits.ts'
import { sourceOfTree } from '../bundle/tree-bundle.ts'
import { entriesOf, rpcOf, type Session } from '../devnet/session.ts'
import { plainDidOfName } from '../identity/did-keys.ts'
import { ReleaseError } from '../releases/errors.ts'
import { installedApp, installedApps, releaseFolder } from '../releases/installed.ts'
import { treeNamed } from '../releases/target.ts'
import { type UserFolder, userFolderOf } from '../releases/user-folder.ts'
import { openFolder } from '../runtime/gate/folder-source.ts'
import type { OpenBundled } from '../runtime/gate/gate.ts'
import { gateMemoryIn } from '../runtime/gate/memory.ts'
import type { ProofWorld } from '../runtime/gate/proof.ts'
import { type Releases, releasesOn } from '../runtime/gate/releases.ts'
import type { Context } from './context.ts'
import { eidRpcOf, keyPlaceOf, runningSession } from './did-place.ts'
import { CommandError } from './errors.ts'
import { sourcesOf } from './release-place.ts'

export interface PlaceFlags {
  readonly eid?: readonly string[]
  readonly esc?: string
  readonly registry?: string
  readonly store?: readonly string[]
}

/** A path that is there, a content id, or an installed app. Throws `release/noFile`, `run/…`. */
export async function bundledOf(
  typed: string,
  flags: PlaceFlags,
  context: Context,
): Promise<OpenBundled> {
  const at = path.resolve(context.cwd, typed)
  if (existsSync(at)) {
    return statSync(at).isDirectory() ? () => openFolder(at) : () => openArchive(at)
  }
  const cid = treeNamed(typed)
  if (cid !== undefined) return () => treeAt(cid, flags, context)
  if (/[/\\]|\.tgz$/.test(typed)) throw ReleaseError.noFile(typed)
  const user = userFolderOf(context.env)
  const app = appNamed(typed, user, context)
  const installed = installedApp(user, app)
  if (installed === undefined) throw CommandError.notInstalled(typed)
  const folder = releaseFolder(user, app, installed.bundle)
  return () => openFolder(folder)
}

/** By the DID, the name it has here, or the name in its manifest. */
function appNamed(typed: string, user: UserFolder, context: Context): string {
  const named = installedApps(user).filter(({ name }) => name === typed)
  const [one, other] = named
  if (other !== undefined) {
    throw CommandError.severalInstalled(
      typed,
      named.map(({ app }) => app),
    )
  }
  if (one !== undefined) return one.app
  try {
    return plainDidOfName(typed, keyPlaceOf(context))
  } catch {
    throw CommandError.notInstalled(typed)
  }
}

type Tree = NonNullable<ReturnType<typeof treeNamed>>

/** Fetched into the user's own store, which checks every block. */
async function treeAt(cid: Tree, flags: PlaceFlags, context: Context) {
  const store = new LocalStore(path.join(userFolderOf(context.env), 'content'))
  let failure: unknown
  for (const from of [store, ...sourcesOf(flags, context)]) {
    try {
      const maxBytes = limits.uncompressedBytes
      await fetchTree(cid, { from, into: store, maxBytes, signal: context.signal })
      return await sourceOfTree(store, cid)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

/** The chains that are asked: those that are named, or the devnet's. */
export function proofWorldOf(flags: PlaceFlags, context: Context): ProofWorld {
  const session = runningSession(context)
  const own = eidRpcOf(context)
  const named = flags.eid ?? []
  const ownNodes = own === undefined ? [] : [{ url: own, isDevnet: true }]
  const eid = named.length > 0 ? named.map((url) => ({ url, isDevnet: url === own })) : ownNodes
  return {
    eid,
    releases: releasesFor(flags, session),
    memory: gateMemoryIn(userFolderOf(context.env)),
    now: Date.now,
  }
}

function releasesFor(flags: PlaceFlags, session: Session | undefined): Releases | undefined {
  const { esc, registry } = flags
  if (esc !== undefined) {
    if (registry === undefined) throw ReleaseError.noRegistry()
    return releasesOn({ rpc: esc, chainId: 0, address: registry }, { isDevnet: false }, Date.now)
  }
  if (session === undefined || session.nodes['esc'] === undefined) return undefined
  const address = registry ?? entriesOf(session, 'esc')[0]?.['registry']
  if (address === undefined) return undefined
  const rpc = rpcOf(session, 'esc')
  return releasesOn({ rpc, chainId: 0, address: String(address) }, { isDevnet: true }, Date.now)
}
