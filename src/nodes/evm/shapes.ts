/**
 * The engine speaks today's Ethereum; ESC and EID answer like a node of 2019. Here the engine's
 * objects get exactly the keys, and the order of keys, of the real nodes.
 *
 * @see Elastos.ELA.SideChain.ESC internal/ethapi/api.go RPCMarshalHeader, RPCTransaction,
 * GetTransactionReceipt; core/types/gen_log_json.go
 */
import { isObject, type JsonObject, quantity, toQuantity } from './json-values.ts'

const DIFFICULTY = '0x2'

/** Picks `keys` in order; those that are missing become `null`. */
function picker(keys: readonly string[]): (from: JsonObject) => Record<string, unknown> {
  return (from) => {
    const to: Record<string, unknown> = {}
    for (const key of keys) to[key] = from[key] ?? null
    return to
  }
}

const headerKeys = [
  'difficulty',
  'extraData',
  'gasLimit',
  'gasUsed',
  'hash',
  'logsBloom',
  'miner',
  'mixHash',
  'nonce',
  'number',
  'parentHash',
  'receiptsRoot',
  'sha3Uncles',
  'stateRoot',
  'timestamp',
  'transactionsRoot',
] as const
const pickHeader = picker(headerKeys)
const pickTransaction = picker([
  'blockHash',
  'blockNumber',
  'from',
  'gas',
  'gasPrice',
  'hash',
  'input',
  'nonce',
  'to',
  'transactionIndex',
  'value',
  'v',
  'r',
  's',
])
const pickReceipt = picker([
  'blockHash',
  'blockNumber',
  'contractAddress',
  'cumulativeGasUsed',
  'from',
  'gasUsed',
  'logs',
  'logsBloom',
  'status',
  'to',
  'transactionHash',
  'transactionIndex',
])
const pickLog = picker([
  'address',
  'topics',
  'data',
  'blockNumber',
  'transactionHash',
  'transactionIndex',
  'blockHash',
  'logIndex',
  'removed',
])

function header(block: JsonObject): Record<string, unknown> {
  const shaped = pickHeader(block)
  shaped['difficulty'] = DIFFICULTY
  // The engine's has what PREVRANDAO gives; consensus there leaves it empty.
  shaped['mixHash'] = `0x${'0'.repeat(64)}`
  return shaped
}

/** A header as `newHeads` and `eth_getHeaderBy…` give it. */
export function shapeHeader(block: unknown): unknown {
  return isObject(block) ? header(block) : block
}

export function shapeHeaderAnswer(block: unknown): unknown {
  if (!isObject(block)) return block
  return { ...header(block), size: block['size'], totalDifficulty: totalDifficulty(block) }
}

export function shapeBlock(block: unknown): unknown {
  if (!isObject(block)) return block
  const shaped = header(block)
  shaped['size'] = block['size']
  shaped['totalDifficulty'] = totalDifficulty(block)
  const { transactions } = block
  shaped['transactions'] = Array.isArray(transactions) ? transactions.map(shapeTransaction) : []
  shaped['uncles'] = []
  return shaped
}

/** A block nobody has made yet has neither a hash nor a maker. */
export function shapePending(block: unknown): unknown {
  const shaped = shapeBlock(block)
  return isObject(shaped) ? { ...shaped, hash: null, nonce: null, miner: null } : shaped
}

/** Every block adds the same difficulty, the first one included. */
function totalDifficulty(block: JsonObject): string {
  return toQuantity(2 * (quantity(block['number']) + 1))
}

export function shapeTransaction(transaction: unknown): unknown {
  return isObject(transaction) ? pickTransaction(transaction) : transaction
}

export function shapeLog(log: unknown): unknown {
  if (!isObject(log)) return log
  const shaped = pickLog(log)
  shaped['removed'] = log['removed'] === true
  return shaped
}

/** Answers of `eth_getLogs` and of filters, whose items are logs or hashes. */
export function shapeLogs(logs: unknown): unknown {
  return Array.isArray(logs) ? logs.map(shapeLog) : logs
}

/** `extra` is what a chain adds to its receipts, such as `didLog`. */
export function shapeReceipt(receipt: unknown, extra: JsonObject = {}): unknown {
  if (!isObject(receipt)) return receipt
  const shaped = pickReceipt(receipt)
  shaped['logs'] = shapeLogs(receipt['logs'])
  return { ...shaped, ...extra }
}

/** `txpool_content`: state → sender → nonce → transaction. */
export function shapePool(pool: unknown): unknown {
  const map = (value: unknown, depth: number): unknown => {
    if (!isObject(value)) return value
    if (depth === 0) return shapeTransaction(value)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, map(inner, depth - 1)]),
    )
  }
  return map(pool, 3)
}
