/** The DID rules of EID as an extension of the chain: what is admitted, what was mined, answers. */
import { ElaError } from '../../base/errors.ts'
import { requestBytes } from '../../protocol/did/request.ts'
import { decodeStringBytes, selectorOf } from '../../protocol/evm/abi.ts'
import type {
  Admission,
  Answer,
  ChainExtension,
  ContractCall,
  MinedTransaction,
} from '../evm/extension.ts'
import { DidRefusal } from './did-errors.ts'
import { gasOf } from './did-gas.ts'
import { kycCredential } from './did-kyc.ts'
import { didNatives } from './did-natives.ts'
import { type DidOperation, parseOperation } from './did-operation.ts'
import { checkOrder } from './did-order.ts'
import { listCredentials, resolveCredential, resolveDid } from './did-queries.ts'
import type { Now } from './did-signer.ts'
import { DidState, type Forgettable } from './did-state.ts'
import { checkOperation } from './did-validator.ts'
import type { ReservedNames } from './reserved-names.ts'

/** Moved DIDs over from the chain before EID; afterwards the one account that may publish nothing. */
const MIGRATION_ACCOUNT = '0xfeca85ac94c1c9ef6e1293fc1f94486305420d7f'
const PUBLISH = selectorOf('publishDidTransaction(string)')

export interface DidExtensionOptions {
  /** Address of the DID contract. */
  readonly contract: string
  readonly reservedNames?: ReservedNames | undefined
}

export interface DidExtension extends ChainExtension {
  readonly forget: (what: Forgettable) => void
}

type Method = (state: DidState, params: Readonly<Record<string, unknown>>) => Answer

const methods = new Map<string, Method>([
  ['did_resolveDID', resolveDid],
  ['did_resolveCredential', resolveCredential],
  ['did_listCredentials', listCredentials],
  ['did_kycCredential', kycCredential],
])

/** The node has one object for both: its methods answer under `eth_` and under `did_`. */
const shared: ReadonlySet<string> = new Set([
  'getBlockTransactionCountByHash',
  'getBlockTransactionCountByNumber',
  'getRawTransactionByBlockHashAndIndex',
  'getRawTransactionByBlockNumberAndIndex',
  'getRawTransactionByHash',
  'getTransactionByBlockHashAndIndex',
  'getTransactionByBlockNumberAndIndex',
  'getTransactionByHash',
  'getTransactionCount',
  'getTransactionReceipt',
  'pendingTransactions',
  'sendRawTransaction',
  'sendTransaction',
])

/** Request text → why it was refused, the latest last. */
type Refusals = Map<string, string>
const REFUSALS_KEPT = 256

export function createDidExtension(options: DidExtensionOptions): DidExtension {
  const { contract, reservedNames } = options
  const state = new DidState()
  const refusals: Refusals = new Map()
  return {
    contract,
    admit: (call) => {
      const admission = admit({ state, reservedNames }, call)
      if (!admission.admitted) remember(refusals, call.data, admission.reason)
      return admission
    },
    mined: (transaction) => take(state, transaction),
    rolledBack: (height) => state.rolledBack(height),
    aliasOf,
    natives: didNatives(state),
    forget: (what) => state.forget(what),
    call: (name, params) =>
      name === 'ela_whyRefused' ? whyRefused(refusals, params) : answer(state, name, params),
  }
}

function aliasOf(method: string): string | undefined {
  const name = method.slice('eth_'.length)
  if (method.startsWith('did_') && shared.has(name)) return `eth_${name}`
  return method.startsWith('eth_') && methods.has(`did_${name}`) ? `did_${name}` : undefined
}

function admit(
  rules: Omit<Now, 'time'>,
  { data, from, time, waiting = [] }: ContractCall,
): Admission {
  try {
    const operation = operationIn(data)
    // Other functions of the contract are not checked here.
    if (operation === undefined) return { admitted: true, gas: 0n }
    if (from?.toLowerCase() === MIGRATION_ACCOUNT) throw DidRefusal.migrationAccount(from)
    const { subject } = operation
    if (waiting.includes(subject)) throw DidRefusal.sameBlock(subject)
    checkOperation(operation, { ...rules, time })
    return { admitted: true, gas: gasOf(operation, time), subject }
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    return { admitted: false, reason: error.message }
  }
}

/** On the chain every refusal is the one word `diderror`; clients of ours can ask for the reason. */
function remember(refusals: Refusals, data: Uint8Array, reason: string): void {
  let text: string | undefined
  try {
    text = textIn(data)
  } catch {
    return
  }
  if (text === undefined) return
  refusals.delete(text)
  refusals.set(text, reason)
  const [oldest] = refusals.keys()
  if (oldest !== undefined && refusals.size > REFUSALS_KEPT) refusals.delete(oldest)
}

/** `[request text]` → the reason, `null` when it was not refused. */
function whyRefused(refusals: Refusals, params: unknown): Promise<Answer> {
  const text: unknown = Array.isArray(params) ? params[0] : undefined
  return Promise.resolve({ result: refusals.get(String(text)) ?? null })
}

/** Operations that cannot be read, or that an earlier one has overtaken, leave no trace. */
function take(
  state: DidState,
  { data, hash, height, time }: MinedTransaction,
): Readonly<Record<string, unknown>> | undefined {
  let operation: DidOperation | undefined
  try {
    operation = operationIn(data)
    if (operation === undefined) return undefined
    checkOrder(operation, state, { height, time })
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    return undefined
  }
  state.apply(operation, { txid: hash.replace(/^0x/, '').toLowerCase(), height, time })
  return {
    did: 'document' in operation ? operation.document.id : operation.subject,
    operation: operation.kind,
    data: Buffer.from(requestBytes(operation.request)).toString('base64'),
    transactionHash: hash,
    removed: false,
  }
}

function operationIn(data: Uint8Array): DidOperation | undefined {
  const text = textIn(data)
  return text === undefined ? undefined : parseOperation(text)
}

/** Broken UTF-8 is read as the node reads it: with replacement characters. */
function textIn(data: Uint8Array): string | undefined {
  const bytes = decodeStringBytes(data, PUBLISH)
  return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

function answer(state: DidState, name: string, params: unknown): Promise<Answer> | undefined {
  const method = methods.get(name)
  if (method !== undefined) {
    const first: unknown = Array.isArray(params) ? params[0] : undefined
    const isObject = typeof first === 'object' && first !== null && !Array.isArray(first)
    const missing = { error: { code: -32602, message: 'missing value for required argument 0' } }
    return Promise.resolve(isObject ? method(state, { ...first }) : missing)
  }
  if (!name.startsWith('did_')) return undefined
  // Said here, because the engine would answer a name it does not know in words of its own.
  const message = `the method ${name} does not exist/is not available`
  return Promise.resolve({ error: { code: -32601, message } })
}
