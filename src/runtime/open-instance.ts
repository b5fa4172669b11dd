/** An admitted DApp with its grants → a running instance: gateway, engine, door. */
import { parseWishes, type Wishes } from '../bundle/capabilities/index.ts'
import type { Admitted } from './admitted.ts'
import type { Networks } from './dapp-options.ts'
import { type Door, openDoor } from './door.ts'
import type { Runner } from './engine/engine.ts'
import { startEngine } from './engine/start-engine.ts'
import type { OnRuntimeEvent } from './events.ts'
import type { ChainWatch } from './gate/chain-watch.ts'
import type { AuditEntry } from './gateway/audit.ts'
import type { GrantDoor } from './gateway/checks.ts'
import { frontSource } from './gateway/front.ts'
import { openGateway } from './gateway/open-gateway.ts'
import { shimSource } from './gateway/shim.ts'
import { Instance } from './instance.ts'
import type { Level } from './jail/level.ts'
import type { DecidedGrants, OpenedParts } from './opened-parts.ts'
import type { RunFolder } from './run-folders.ts'
import { labelOf } from './web/origin.ts'
import { pageHeaders } from './web/page-policy.ts'
import type { RuntimeWorld } from './world.ts'

export interface InstanceWish {
  readonly folder: RunFolder
  readonly admitted: Admitted
  readonly level: Level
  readonly grants: GrantDoor & DecidedGrants
  readonly world: RuntimeWorld
  /** Wanted on 127.0.0.1; 0 for any. */
  readonly port: number
  readonly pollMs: number
  readonly watch: Pick<ChainWatch, 'look'> | undefined
  readonly deny: OpenedParts['deny']
  /** Whether it starts again after a crash. */
  readonly restarts: boolean
  readonly audit: (entry: AuditEntry) => void
  readonly onEvent: OnRuntimeEvent
  /** Of who opened it, when the instance is gone. */
  readonly onClosed?: () => Promise<void>
}

/**
 * Starts the instance; it removes its run folder when it ends. Throws what gateway and engine do, and
 * nothing is left then.
 *
 * @param tookMs since the start or the edit that the DApp is started for
 */
export async function openInstance(wish: InstanceWish, tookMs: () => number): Promise<Instance> {
  const { folder, admitted, level, grants, audit } = wish
  const { staged } = admitted
  const wishes = parseWishes(admitted.capabilities)
  let door: Door | undefined
  const instance = new Instance({
    ...{ folder, admitted, grants },
    level: staged.kind.name === 'web' ? 'page' : level,
    port: wish.port,
    pollMs: wish.pollMs,
    watch: wish.watch,
    deny: wish.deny,
    restarts: wish.restarts,
    openGateway: (options) => openGateway(gatewayOptions(wish, wishes, options)),
    startEngine: (options, onLine) => startRunner(wish, wishes, options, onLine),
    onEvent: wish.onEvent,
    audit: (entry) =>
      audit({
        ...{ t: wish.world.now(), instance: folder.id, did: staged.identity.app },
        ...{ service: '-', bytes: 0, ...entry },
      }),
    onClosed: async () => {
      await door?.close()
      await wish.onClosed?.()
    },
  })
  try {
    const onStop = () => void instance.stop('somebody asked it to stop')
    door = await openDoor(folder.path, () => instance.status(), onStop)
  } catch (error) {
    await instance.stop('it could not be started')
    throw error
  }
  wish.onEvent({ event: 'dapp-granted', granted: grants.granted, denied: grants.denied })
  await instance.start(tookMs)
  return instance
}

type GatewayWish = Parameters<OpenedParts['openGateway']>[0]
type EngineWish = Parameters<OpenedParts['startEngine']>[0]

function gatewayOptions(wish: InstanceWish, wishes: Wishes, options: GatewayWish) {
  const { identity, limits } = wish.admitted.staged
  const { grants, world, audit } = wish
  return { instance: wish.folder.id, identity, limits, wishes, grants, world, audit, ...options }
}

/** The engine, a Java virtual machine, or a server of pages: by the kind of the DApp. */
async function startRunner(
  wish: InstanceWish,
  wishes: Wishes,
  { gateway, port }: EngineWish,
  onLine: (line: string) => void,
): Promise<Runner> {
  const { folder, level, admitted } = wish
  const { staged, files } = admitted
  const { kind, identity, limits } = staged
  const { name, app, bundleId } = identity
  const label = labelOf(name, bundleId === undefined ? undefined : `${app} ${bundleId}`)
  const policy = { connect: [], wasm: files.some(({ path }) => path.endsWith('.wasm')) }
  switch (kind.name) {
    case 'web': {
      const { startPage } = await import('./web/start-page.ts')
      const digests = new Map(files.map(({ path, sha256 }) => [path, sha256]))
      const networks = () => pageNetworks(wish.world, wishes)
      const site = { name, label, root: staged.folder, policy, networks, digests }
      return startPage({ ...site, gateway: () => gateway }, port)
    }
    case 'java': {
      const { startJvm } = await import('./jvm/start-jvm.ts')
      const { jar, main, release } = kind
      const java = { identity, limits, jar, main, release, level, gateway, port, label }
      return startJvm({ ...java, headers: pageHeaders(policy) }, onLine)
    }
    case 'service': {
      const names = Object.keys(wishes) as (keyof Wishes)[]
      const options = {
        ...{ id: folder.id, staged, runFolder: folder.path, level, gateway, port },
        shim: shimSource(names),
        front: frontSource(names),
        hosts: ['127.0.0.1', 'localhost', `${label}.localhost`],
        origins: kind.origins,
        headers: pageHeaders(policy),
      }
      return startEngine(options, onLine)
    }
  }
}

/** What a page may know of the networks: those it may read, by paths of its own origin. */
function pageNetworks({ chains }: RuntimeWorld, { chain }: Wishes): Networks {
  const kinds = { mainchain: 'ela', esc: 'esc', eid: 'eid' } as const
  const nodes = Object.entries(kinds).flatMap(([kind, name]) => {
    const rpc = chains[name]?.[0]
    const mayRead = chain?.chains[name]?.includes('read') === true
    return rpc === undefined || !mayRead ? [] : [[kind, { rpc }] as const]
  })
  return { profile: 'run', nodes: Object.fromEntries(nodes), carrier: [], accounts: [] }
}
