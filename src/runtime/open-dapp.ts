/** A bundle → a running DApp: gate, memory, grants, engine. Any step that says no ends it. */
import path from 'node:path'
import { type Admitted, admittedBy } from './admitted.ts'
import type { OnRuntimeEvent } from './events.ts'
import { ChainWatch } from './gate/chain-watch.ts'
import { type OpenBundled, passGate } from './gate/gate.ts'
import type { ProofWorld } from './gate/proof.ts'
import type { AuditEntry } from './gateway/audit.ts'
import { GrantDesk, type GrantWish, settleGrants } from './grant-desk.ts'
import { grantFileIn } from './grants/grant-file.ts'
import type { Instance } from './instance.ts'
import type { Level } from './jail/level.ts'
import { admitMemory, type MachineMemory } from './memory-limit.ts'
import { openInstance } from './open-instance.ts'
import {
  liveRunFolders,
  makeRunFolder,
  type RunFolder,
  removeStaleRunFolders,
} from './run-folders.ts'
import type { RuntimeWorld } from './world.ts'

/** How often a running DApp is looked at. */
export const LOOK_MS = { devnet: 1_000, public: 15_000 } as const

export interface OpenWish {
  readonly bundled: OpenBundled
  readonly proofs: ProofWorld
  readonly world: RuntimeWorld
  /** Folder of all run folders of this user. */
  readonly runRoot: string
  readonly level: Level
  readonly grants: GrantWish
  /** Wanted on 127.0.0.1; 0 for any. */
  readonly port: number
  readonly lookMs: number
  readonly audit: (entry: AuditEntry) => void
  readonly onEvent: OnRuntimeEvent
  /** Of the machine, when left out. */
  readonly memory?: MachineMemory
}

/**
 * Opens one DApp; two of one bundle are two. Throws a `Refusal`, `gate/…`, `release/…` (exit 7),
 * `runtime/memoryFull`, `grants/undecided` (exit 3), and what gateway and engine do; nothing is left
 * then.
 */
export async function openDapp(wish: OpenWish): Promise<Instance> {
  const began = performance.now()
  const { bundled, proofs, runRoot, onEvent } = wish
  removeStaleRunFolders(runRoot)
  const folder = makeRunFolder(runRoot)
  try {
    const admission = await passGate(bundled, proofs, path.join(folder.path, 'files'))
    const admitted = admittedBy(admission)
    const watch = new ChainWatch(admission.bundle, admission.proof, proofs)
    tellAdmitted(folder, admitted, onEvent)
    promiseMemory(folder, admitted, wish)
    const desk = deskFor(folder, admitted, wish.world)
    const asking = performance.now()
    await settleGrants(desk, wish.grants)
    const askedMs = performance.now() - asking
    const deny = (what: string, why: string) =>
      proofs.memory.deny({
        ...{ what, why, network: watch.network },
        since: new Date(proofs.now()).toISOString(),
      })
    const { level, world, port, audit } = wish
    return await openInstance(
      {
        ...{ folder, admitted, level, world, port, audit, onEvent, watch, deny },
        grants: desk,
        pollMs: wish.lookMs,
        restarts: true,
        onClosed: () => desk.close(),
      },
      // Time in which somebody thinks is not time that the DApp takes.
      () => performance.now() - began - askedMs,
    )
  } catch (error) {
    folder.remove()
    throw error
  }
}

function promiseMemory(
  folder: RunFolder,
  { staged }: Admitted,
  { runRoot, memory }: OpenWish,
): void {
  const { memoryMiB } = staged.limits
  const others = liveRunFolders(runRoot).filter((one) => one.path !== folder.path)
  admitMemory(
    memoryMiB,
    others.map((one) => one.memoryMiB),
    memory,
  )
  folder.promise(memoryMiB)
}

function deskFor(
  { id }: RunFolder,
  { staged, capabilities }: Admitted,
  world: RuntimeWorld,
): GrantDesk {
  const holder = { identity: staged.identity, instance: id, asked: capabilities }
  return new GrantDesk(holder, { file: grantFileIn(world.stateFolder), now: world.now })
}

function tellAdmitted({ id }: RunFolder, admitted: Admitted, onEvent: OnRuntimeEvent): void {
  const { name, version, app, publisher, bundleId } = admitted.staged.identity
  const { signature, signers, warnings } = admitted
  const who = { instance: id, name, version, app, publisher, bundleId }
  onEvent({ event: 'dapp-starting', name, kind: admitted.staged.kind.name })
  onEvent({ event: 'dapp-admitted', ...who, signature, signers, warnings })
}
