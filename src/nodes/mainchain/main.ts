/**
 * The main chain node as a program: `main --options FILE`. Reports go to stdout, the log to stderr.
 * It ends on SIGTERM and SIGINT, and when its standard input ends: then its parent is gone.
 */
import { ElaError } from '../../base/errors.ts'
import { exitCodes } from '../../base/exit-codes.ts'
import { report } from '../report.ts'
import { MainchainError } from './errors.ts'
import type { Announce } from './node.ts'
import { readOptions } from './options.ts'
import { startNode } from './serve.ts'
import { summaryOf } from './summary.ts'

function log(line: string): void {
  process.stderr.write(`${line}\n`)
}

const announce: Announce = ({ chain, mempool }) => {
  chain.listen({
    connected: (block, { height, hash, time }) => {
      const transactions = block.transactions.length
      report({ report: 'block', height, hash, transactions, time })
    },
    disconnected: (_block, { height, hash }) => log(`block ${height} ${hash} left the chain`),
  })
  mempool.onAccepted(({ txid, transaction }) => {
    const summary = summaryOf(transaction, chain.ledger)
    report({ report: 'transaction', id: txid, summary })
  })
}

async function run(args: readonly string[]): Promise<void> {
  const [flag, file] = args
  if (flag !== '--options' || file === undefined) {
    throw MainchainError.badOptions('the command line', '`--options FILE` is missing')
  }
  const node = await startNode(readOptions(file), log, announce)
  const stop = () => {
    process.stdin.destroy()
    node.stop().catch(fail)
  }
  // Mining by itself may meet a full disk: said in words, and an end that is seen and restarted.
  process.once('uncaughtException', (error) => {
    fail(error)
    stop()
  })
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.stdin.on('end', stop).on('error', stop).resume()
  // Watched, but no reason to stay: a stopped node ends by itself.
  if ('unref' in process.stdin) process.stdin.unref()
  // Nobody reads any more when the parent is gone; the end of stdin follows.
  process.stdout.on('error', stop)
  log(`height ${node.chain.height}, RPC on port ${node.ports.rpc}`)
  report({ report: 'ready' })
}

function fail(error: unknown): void {
  const isKnown = error instanceof ElaError
  log(isKnown ? `error: ${error.message}` : String(error instanceof Error ? error.stack : error))
  if (isKnown && error.hint !== undefined) log(`hint: ${error.hint}`)
  process.exitCode = isKnown ? exitCodes[error.exit] : exitCodes.defect
  process.stdin.destroy()
}

run(process.argv.slice(2)).catch(fail)
