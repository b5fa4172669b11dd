/** What belongs to one run of the engine and is replaced with it. */
import { AnvilSocket } from './anvil-socket.ts'
import { type Engine, startEngine } from './engine.ts'
import type { ChainExtension } from './extension.ts'
import { Follower, type SeenBlock } from './follower.ts'
import type { SavedChain } from './saved-chain.ts'
import type { EvmSettings } from './settings.ts'

export interface Parts {
  readonly engine: Engine
  readonly socket: AnvilSocket
  readonly follower: Follower
}

export interface PartsOptions {
  readonly settings: EvmSettings
  readonly binary: string
  readonly extension: ChainExtension | undefined
  readonly onFailure: (error: unknown) => void
}

/** Throws `evm/…`; nothing is left running then. */
export async function startParts(
  { settings, binary, extension, onFailure }: PartsOptions,
  saved: SavedChain,
  onBlocks: (blocks: readonly SeenBlock[]) => Promise<void>,
): Promise<Parts> {
  const engine = await startEngine(binary, settings, saved)
  try {
    const { client, process } = engine
    const socket = await AnvilSocket.open(process.host, process.port)
    engine.onSuddenEnd(onFailure)
    return { engine, socket, follower: new Follower({ client, extension, onBlocks }) }
  } catch (error) {
    await engine.stop()
    throw error
  }
}
