/** The engine, started on a saved chain and ready to answer; it does not mine by itself yet. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { AnvilClient } from './anvil-client.ts'
import { AnvilPipe } from './anvil-pipe.ts'
import { type AnvilProcess, startAnvil } from './anvil-process.ts'
import { EvmError } from './errors.ts'
import { forkArguments, furnish } from './fork.ts'
import { genesisFile } from './genesis.ts'
import type { SavedChain } from './saved-chain.ts'
import type { EvmSettings } from './settings.ts'

export interface Engine {
  readonly process: AnvilProcess
  readonly client: AnvilClient
  /** Calls when it ends without being stopped. */
  onSuddenEnd(listener: (error: unknown) => void): void
  /** Ends it at once; the journal has all that matters. */
  stop(): Promise<void>
}

const READY_WITHIN_MS = 20_000
const TRIES = 3

/** Throws `evm/engineEnded` and `evm/engineSilent`. */
export async function startEngine(
  binary: string,
  settings: EvmSettings,
  saved: SavedChain,
): Promise<Engine> {
  const { dataDir } = settings
  const args = engineArguments(settings, saved)
  for (let attempt = 1; ; attempt++) {
    const anvil = await startAnvil({ binary, dataDir, args })
    try {
      const client = await answering(anvil)
      if (settings.fork !== undefined) await furnish(client, settings)
      return engineOf(anvil, client)
    } catch (error) {
      const said = anvil.said()
      await anvil.kill()
      // Somebody else can take the free port between our look at it and the engine's.
      if (attempt === TRIES || !said.includes('in use')) throw error
    }
  }
}

function engineOf(anvil: AnvilProcess, client: AnvilClient): Engine {
  let stopped = false
  return {
    process: anvil,
    client,
    onSuddenEnd(listener) {
      anvil.ended.then((how) => {
        if (!stopped) listener(EvmError.engineEnded(how, anvil.said()))
      })
    },
    async stop() {
      stopped = true
      client.close()
      await anvil.kill()
    },
  }
}

function engineArguments(settings: EvmSettings, saved: SavedChain): readonly string[] {
  const { chainId, gasLimit } = settings
  return [
    ...['--chain-id', `${chainId}`, '--gas-limit', `${gasLimit}`, '--accounts', '0'],
    ...['--hardfork', 'shanghai', '--base-fee', '0', '--no-priority-fee'],
    ...['--disable-default-create2-deployer', '--no-request-size-limit', '--no-mining'],
    ...(settings.fork === undefined ? beginning(settings, saved) : forkArguments(settings.fork)),
  ]
}

/** The first block, or a copy of all blocks so far. A chain keeps the first block it began with. */
function beginning(settings: EvmSettings, { stateFile, records }: SavedChain): readonly string[] {
  if (stateFile !== undefined) return ['--load-state', stateFile]
  const genesis = path.join(settings.dataDir, 'genesis.json')
  if (records.length === 0 || !existsSync(genesis)) writeFileSync(genesis, genesisFile(settings))
  return ['--init', genesis]
}

async function answering(anvil: AnvilProcess): Promise<AnvilClient> {
  let ending: string | undefined
  anvil.ended.then((how) => {
    ending = how
  })
  const deadline = performance.now() + READY_WITHIN_MS
  while (performance.now() < deadline) {
    if (ending !== undefined) throw EvmError.engineEnded(ending, anvil.said())
    const probe = new AnvilClient(anvil.host, anvil.port)
    try {
      await probe.call('eth_chainId')
      if (anvil.ipc === undefined) return probe
      const pipe = await AnvilPipe.open(anvil.ipc)
      probe.close()
      return new AnvilClient(anvil.host, anvil.port, pipe)
    } catch {
      probe.close()
      await after(2)
    }
  }
  throw EvmError.engineSilent(READY_WITHIN_MS)
}
