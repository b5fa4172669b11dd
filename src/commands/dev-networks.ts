/** What a page may know of the devnet: its session without secrets, and peers as last heard. */
import type { Devnet } from '../devnet/devnet.ts'
import type { DevnetEvent } from '../devnet/events.ts'
import type { NodeEntry } from '../devnet/session.ts'
import type { CarrierPeer, ChainDoor, Networks } from '../runtime/dapp-options.ts'

export class NetworkView {
  devnet: Devnet | undefined
  /** Carrier id → peers it knows. */
  readonly #peers = new Map<string, number>()
  /** Process name → Carrier id. */
  readonly #ids = new Map<string, string>()

  note(event: DevnetEvent): void {
    if (event.event === 'node-ready') {
      const { id } = event.entry
      if (typeof id === 'string') this.#ids.set(event.node, id)
    } else if (event.event === 'node-health') {
      const id = this.#ids.get(event.node)
      const { peers } = event.health
      if (id !== undefined && peers !== undefined) this.#peers.set(id, peers)
    }
  }

  now(): Networks {
    if (this.devnet === undefined) throw new Error('a DApp is served before there is a devnet')
    const { profile, nodes, accounts } = this.devnet.session
    const carrier: CarrierPeer[] = []
    const doors: Record<string, ChainDoor> = {}
    for (const [kind, entry] of Object.entries(nodes)) {
      if (isList(entry)) carrier.push(...entry.flatMap((one) => this.#peerOf(one) ?? []))
      else if (typeof entry['rpc'] === 'string') doors[kind] = doorOf(entry, entry['rpc'])
    }
    return { profile, nodes: doors, carrier, accounts }
  }

  #peerOf({ id, udp }: NodeEntry): CarrierPeer | undefined {
    if (typeof id !== 'string') return undefined
    const peers = this.#peers.get(id)
    return { id, udp: String(udp), ...(peers === undefined ? {} : { peers }) }
  }
}

function isList(entry: NodeEntry | readonly NodeEntry[]): entry is readonly NodeEntry[] {
  return Array.isArray(entry)
}

function doorOf({ ws, chainId, didContract }: NodeEntry, rpc: string): ChainDoor {
  return {
    rpc,
    ...(typeof ws === 'string' ? { ws } : {}),
    ...(typeof chainId === 'number' ? { chainId } : {}),
    ...(typeof didContract === 'string' ? { didContract } : {}),
  }
}
