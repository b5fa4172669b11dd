/** A Carrier node as a program of its own. Ends with its standard input, SIGTERM or SIGINT. */
import { isIPv4 } from 'node:net'
import { parseArgs } from 'node:util'
import { ElaError, messageOf } from '../../base/errors.ts'
import { exitCodes } from '../../base/exit-codes.ts'
import { closeServer, LOOPBACK } from '../../base/loopback-server.ts'
import { idText, parseId } from '../../protocol/carrier/id.ts'
import { addressOf, type NodeInfo } from '../../protocol/carrier/node-info.ts'
import { nodeKeys } from '../../protocol/carrier/packet.ts'
import { report } from '../report.ts'
import { devnetSeed } from './devnet-keys.ts'
import { CarrierNodeError } from './errors.ts'
import { CarrierNode } from './node.ts'
import type { CarrierStatus } from './status.ts'
import { serveStatus } from './status-server.ts'
import { loadTable, saveTable } from './table-file.ts'
import { devnetTimes } from './times.ts'

/** A node that finds nobody for so long says that it is alone, and is ready to be found. */
const ALONE_AFTER_MS = 2_000

interface Settings {
  readonly instance: string
  readonly dataDir: string
  readonly port: number
  readonly rpcPort: number
  readonly bootstraps: readonly NodeInfo[]
}

function log(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Throws `carrier/badArguments`. */
function readSettings(argv: readonly string[]): Settings {
  const text = { type: 'string' } as const
  const options = {
    instance: text,
    'data-dir': text,
    port: text,
    'rpc-port': text,
    bootstrap: { type: 'string', multiple: true },
  } as const
  try {
    const { values } = parseArgs({ args: [...argv], options })
    const { instance, 'data-dir': dataDir } = values
    if (instance === undefined || dataDir === undefined) {
      throw CarrierNodeError.badArguments('--instance and --data-dir are needed')
    }
    const port = readPort('--port', values.port)
    const rpcPort = readPort('--rpc-port', values['rpc-port'])
    const bootstraps = (values.bootstrap ?? []).map(readBootstrap)
    return { instance, dataDir, port, rpcPort, bootstraps }
  } catch (error) {
    if (error instanceof ElaError) throw error
    throw CarrierNodeError.badArguments(messageOf(error))
  }
}

function readPort(flag: string, text = ''): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 0xffff) return port
  throw CarrierNodeError.badArguments(`${flag} ${text} is no port`)
}

function readBootstrap(text: string): NodeInfo {
  const [, id = '', host = '', port] = /^([^@]+)@([^:]+):(\d+)$/.exec(text) ?? []
  if (!isIPv4(host)) throw CarrierNodeError.badArguments(`--bootstrap ${text}`)
  return { id: parseId(id), host, port: readPort('--bootstrap', port) }
}

function statusOf(node: CarrierNode): CarrierStatus {
  return {
    id: idText(node.id),
    known: node.known.map((entry) => ({
      id: idText(entry.id),
      address: addressOf(entry),
      lastSeen: entry.lastSeen,
      reachable: entry.failures === 0,
    })),
    uptime: Math.floor(process.uptime()),
    traffic: node.traffic,
  }
}

async function run(settings: Settings): Promise<void> {
  const { dataDir, bootstraps, instance } = settings
  const node = await CarrierNode.start({
    keys: await nodeKeys(devnetSeed(instance)),
    host: LOOPBACK,
    port: settings.port,
    bootstraps,
    remembered: loadTable(dataDir, log),
    reach: 'devnet',
    times: devnetTimes,
    // All nodes and clients of a devnet share one address, a test is in a hurry, and a DApp that
    // restarts with every saved file changes its port more often than a decent node.
    isLimited: (host) => !host.startsWith('127.'),
  })
  const save = () => {
    // Who is alone for now may still find those of before at the next start.
    if (node.known.length > 0) saveTable(dataDir, node.snapshot())
  }
  const saving = setInterval(whenChanged(node, save), devnetTimes.saveEveryMs)
  let server: Awaited<ReturnType<typeof serveStatus>> | undefined
  const stop = async () => {
    clearInterval(saving)
    attempt(save)
    await node.stop()
    if (server !== undefined) await closeServer(server)
  }
  try {
    server = await serveStatus(settings.rpcPort, () => statusOf(node))
  } catch (error) {
    await stop()
    throw error
  }
  stopWithParent(stop)
  log(`${idText(node.id)} on UDP ${LOOPBACK}:${node.port}`)
  if (bootstraps.length > 0) await joinedOrAlone(node)
  report({ report: 'ready' })
}

/** Saves when other nodes are known than at the last time: a killed node should find its way back. */
function whenChanged(node: CarrierNode, save: () => void): () => void {
  let saved = ''
  return () => {
    const known = node.known.map(addressOf).sort().join()
    if (known === saved) return
    saved = known
    attempt(save)
  }
}

/** What cannot be saved now may be saved later; the node itself goes on. */
function attempt(save: () => void): void {
  try {
    save()
  } catch (error) {
    log(messageOf(error))
  }
}

async function joinedOrAlone(node: CarrierNode): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const alone = new Promise<'alone'>((resolve) => {
    timer = setTimeout(() => resolve('alone'), ALONE_AFTER_MS).unref()
  })
  const result = await Promise.race([node.joined, alone])
  clearTimeout(timer)
  if (result === 'alone') log('No other node answers yet; going on asking.')
}

function stopWithParent(stop: () => Promise<void>): void {
  let isStopping = false
  const stopOnce = () => {
    if (isStopping) return
    isStopping = true
    void stop().finally(() => process.stdin.destroy())
  }
  process.once('SIGTERM', stopOnce)
  process.once('SIGINT', stopOnce)
  process.stdin.once('end', stopOnce).once('close', stopOnce).once('error', stopOnce).resume()
}

run(readSettings(process.argv.slice(2))).catch((error: unknown) => {
  process.exitCode = exitCodes[error instanceof ElaError ? error.exit : 'defect']
  log(
    error instanceof ElaError
      ? error.message
      : String(error instanceof Error ? error.stack : error),
  )
  if (error instanceof ElaError && error.hint !== undefined) log(error.hint)
  process.stdin.destroy()
})
