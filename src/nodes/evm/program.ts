/** The program of an EVM chain's node: from settings to open doors, and back to nothing. */
import { ElaError, messageOf } from '../../base/errors.ts'
import { exitCodes } from '../../base/exit-codes.ts'
import { closeServer } from '../../base/loopback-server.ts'
import { type NodeReport, report } from '../report.ts'
import { Admin } from './admin.ts'
import { anvilBinary } from './anvil-binary.ts'
import { Chain } from './chain.ts'
import { DifficultyOpcode } from './difficulty-opcode.ts'
import { Dispatcher } from './dispatcher.ts'
import type { ChainExtension } from './extension.ts'
import { pinFork } from './fork.ts'
import { Guard } from './guard.ts'
import { openHttpDoor } from './http-door.ts'
import { Natives } from './natives.ts'
import { blockReports } from './reporter.ts'
import { hasSavedChain } from './saved-chain.ts'
import { type EvmSettings, parseSettings } from './settings.ts'
import { Transactions } from './transactions.ts'
import { openWsDoor } from './ws-door.ts'

export interface RunningNode {
  readonly chain: Chain
  readonly dispatcher: Dispatcher
  /** Saves the chain and closes everything. */
  stop(): Promise<void>
}

export interface NodeOptions {
  readonly settings: EvmSettings
  readonly extension?: ChainExtension | undefined
  readonly log: (line: string) => void
  readonly onReport: (said: NodeReport) => void
  readonly onFailure: (error: unknown) => void
}

/** Throws `evm/…`; nothing is left running then. */
export async function openNode(options: NodeOptions): Promise<RunningNode> {
  const { extension, log, onReport, onFailure } = options
  const { dataDir } = options.settings
  const settings = await pinFork(options.settings, hasSavedChain(dataDir))
  const binary = anvilBinary(import.meta.url)
  let isStopping = false
  // What a stop cuts off in the middle of its work has not failed.
  const failed = (error: unknown) => {
    if (!isStopping) onFailure(error)
  }
  let guard: Guard | undefined
  let difficulty: DifficultyOpcode | undefined
  const chain = await Chain.open({
    settings,
    binary,
    extension,
    log,
    onFailure,
    onBlocks(blocks) {
      for (const said of blockReports(blocks)) onReport(said)
      guard?.tidyUp().catch(failed)
      difficulty?.tidyUp().catch(failed)
    },
  })
  difficulty = new DifficultyOpcode(chain)
  guard = extension === undefined ? undefined : new Guard(chain, extension)
  const natives =
    extension?.natives === undefined ? undefined : new Natives(chain, extension.natives)
  const transactions = new Transactions(chain, { guard, natives, difficulty })
  await transactions.adopt().catch(undo)
  const admin = new Admin(chain, () => ws?.disconnect())
  const dispatcher = new Dispatcher({ chain, admin, guard, natives, difficulty, transactions })
  const ws = await openWsDoor(chain, dispatcher, settings.wsPort).catch(undo)
  const http = await openHttpDoor(dispatcher, settings.rpcPort).catch(async (error) => {
    await ws.close()
    return undo(error)
  })
  async function undo(error: unknown): Promise<never> {
    await chain.close()
    throw error
  }
  return {
    chain,
    dispatcher,
    async stop() {
      isStopping = true
      await Promise.all([closeServer(http), ws.close()])
      await chain.close()
    },
  }
}

/** What one kind of node has beyond what all have. */
export interface NodeProgram {
  readonly extension?: ChainExtension
  /** More contracts of the first block: address → code. */
  readonly contracts?: Readonly<Record<string, string>>
  /** Starts what runs beside the open node; returns how to end it. `end` ends the node. */
  readonly accompany?: (node: RunningNode, end: () => void) => Promise<() => Promise<void>>
}

/** The main function of a node program. Ends when its standard input does, or when asked. */
export async function runNode(
  programOf: (settings: EvmSettings, onFailure: (error: unknown) => void) => NodeProgram,
): Promise<void> {
  const log = (line: string) => process.stderr.write(`${line}\n`)
  let node: RunningNode | undefined
  let part: (() => Promise<void>) | undefined
  let ending = false
  const end = (code: number): void => {
    if (ending) return
    ending = true
    process.exitCode = code
    const finish = () => {
      process.stdin.destroy()
    }
    const stop = async () => {
      await part?.()
      await node?.stop()
    }
    stop().then(finish, (error) => {
      log(messageOf(error))
      process.exitCode = 1
      finish()
    })
  }
  try {
    const given = parseSettings(process.argv[2])
    const onFailure = (error: unknown) => {
      log(`error: ${messageOf(error)}`)
      end(1)
    }
    const { extension, contracts = {}, accompany } = programOf(given, onFailure)
    const settings = { ...given, contracts: { ...given.contracts, ...contracts } }
    node = await openNode({ settings, extension, log, onReport: report, onFailure })
    part = await accompany?.(node, () => end(0))
  } catch (error) {
    await node?.stop()
    log(`error: ${messageOf(error)}`)
    if (error instanceof ElaError && error.hint !== undefined) log(`hint: ${error.hint}`)
    // Tells what a new start cannot heal from what it may.
    process.exitCode = exitCodes[error instanceof ElaError ? error.exit : 'failed']
    return
  }
  process.on('SIGTERM', () => end(0))
  process.on('SIGINT', () => end(0))
  // Nobody hears our reports any more.
  process.stdout.on('error', () => end(0))
  process.stdin.on('end', () => end(0)).on('error', () => end(0))
  process.stdin.resume()
  report({ report: 'ready' })
}
