/** Carries out what the dashboard or another `ela` process asks of a running devnet. */
import { DevnetError } from './errors.ts'
import type { Intent } from './events.ts'
import type { RunningNode } from './running-node.ts'

const MINE_WITHIN_MS = 60_000

/** The DApp that runs beside a devnet, as far as the devnet must know it. */
export interface Guest {
  restart(): Promise<void>
}

export interface Performers {
  readonly nodes: readonly RunningNode[]
  readonly guest: Guest | undefined
  readonly stop: () => Promise<void>
}

/** Throws `devnet/unknownNode`, `devnet/cannotMine`, `devnet/notUp` and `devnet/noDapp`. */
export async function performIntent(intent: Intent, performers: Performers): Promise<void> {
  const { nodes, guest, stop } = performers
  switch (intent.intent) {
    case 'mine':
      return await mine(nodes, intent.node, intent.blocks)
    case 'restart-node':
      return await restart(nodes, intent.node)
    case 'restart-dapp':
      if (guest === undefined) throw DevnetError.noDapp()
      return await guest.restart()
    case 'stop':
      return await stop()
  }
}

async function mine(nodes: readonly RunningNode[], name: string, blocks: number): Promise<void> {
  const node = nodeCalled(nodes, name)
  const { kind, entry, pid } = node
  if (kind.mine === undefined) {
    const able = nodes.filter((one) => one.kind.mine !== undefined)
    throw DevnetError.cannotMine(name, namesOf(able))
  }
  if (pid === undefined) throw DevnetError.notUp(node.name)
  await kind.mine(entry, blocks, AbortSignal.timeout(MINE_WITHIN_MS))
}

async function restart(nodes: readonly RunningNode[], name: string): Promise<void> {
  const node = nodeCalled(nodes, name)
  await node.restart()
  if (node.pid === undefined) throw DevnetError.notUp(node.name)
}

/** By instance (`carrier-2`) or, for the first of its kind, by kind. */
function nodeCalled(nodes: readonly RunningNode[], name: string): RunningNode {
  const found =
    nodes.find((node) => node.name === name) ?? nodes.find((node) => node.kind.name === name)
  if (found === undefined) throw DevnetError.unknownNode(name, namesOf(nodes))
  return found
}

function namesOf(nodes: readonly RunningNode[]): readonly string[] {
  return nodes.map((node) => node.name)
}
