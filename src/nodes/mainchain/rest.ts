/**
 * The REST interface: reads of blocks, transactions and coins, and sending a transaction. The real
 * node's `restart` is not offered.
 *
 * @see Elastos.ELA servers/httprestful/server.go
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { messageOf } from '../../base/errors.ts'
import { listenLoopback, readBody } from '../../base/loopback-server.ts'
import { stringify } from '../../base/printer.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { ELA_ASSET_ID } from '../../protocol/ela/genesis.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { emptyAsNull } from './empty-as-null.ts'
import { exceedsDepth } from './json-depth.ts'
import { corsHeaders } from './rpc.ts'
import { blockMethods, blockTransactions } from './rpc-blocks.ts'
import { governanceMethods } from './rpc-governance.ts'
import type { Method, ServedNode } from './rpc-method.ts'
import { Params } from './rpc-params.ts'
import { describeCode, RpcCode, RpcRefusal } from './rpc-refusal.ts'
import { minedTransaction, transactionMethods } from './rpc-transactions.ts'
import { ownerIn, sumOf, viewUnspent } from './rpc-wallet.ts'

const MAX_BODY_BYTES = 8 * 1024 * 1024
const MAX_DEPTH = 50
const PREFIX = '/api/v1/'

/** The one asset, whatever is asked for. */
export const viewAsset: Method = () => ({
  Asset: { Name: 'ELA', Description: '', Precision: 8, AssetType: 0, RecordType: 0 },
  Amount: 0,
  Controller: new Array<number>(21).fill(0),
})

const balance: Method = ({ chain }, params) =>
  formatEla(sumOf(chain.ledger.coins.ownedBy(ownerOfAddress(params))))

/** The coins of an address, as `asset/utxo` and the WebSocket's `getunspendoutput` show them. */
export const unspent: Method = ({ chain }, params) =>
  emptyAsNull(chain.ledger.coins.ownedBy(ownerOfAddress(params)).map(viewUnspent))

const unspentByAsset: Method = ({ chain }, params) =>
  emptyAsNull(
    chain.ledger.coins.ownedBy(ownerOfAddress(params)).map((coin) => ({
      AssetId: displayHash(ELA_ASSET_ID),
      AssetName: 'ELA',
      UTXO: [viewUnspent(coin)],
    })),
  )

/** Path below the prefix, with `:name` for a parameter → what answers. */
const routes: readonly (readonly [path: string, method: Method | undefined])[] = [
  ['node/connectioncount', blockMethods['getconnectioncount']],
  ['node/state', blockMethods['getnodestate']],
  ['block/transactions/height/:height', blockTransactions],
  ['block/details/height/:height', blockMethods['getblockbyheight']],
  ['block/details/hash/:blockhash', blockMethods['getblock']],
  ['confirm/details/height/:height', governanceMethods['getconfirmbyheight']],
  // The real node answers this by height, whatever hash is given.
  ['confirm/details/hash/:blockhash', governanceMethods['getconfirmbyhash']],
  ['block/height', blockMethods['getcurrentheight']],
  ['block/hash/:height', blockMethods['getblockhash']],
  ['transactionpool', transactionMethods['getrawmempool']],
  ['transaction/:hash', minedTransaction],
  ['asset/balances/:addr', balance],
  ['asset/balance/:addr/:assetid', balance],
  ['asset/utxos/:addr', unspentByAsset],
  ['asset/utxo/:addr/:assetid', unspent],
  ['asset/:hash', viewAsset],
]

/** Starts REST on 127.0.0.1. @param port 0 for any free one */
export function serveRest(node: ServedNode, port: number): Promise<Server> {
  return listenLoopback((request, response) => {
    answer(node, request).then(
      (envelope) => send(request, response, envelope),
      (error: unknown) => {
        node.log(`rest: ${error instanceof Error ? error.stack : String(error)}`)
        send(request, response, envelopeOf(RpcCode.internal, messageOf(error)))
      },
    )
  }, port)
}

interface Envelope {
  readonly Desc: string
  readonly Error: number
  readonly Result: unknown
}

/** `undefined` for a path that does not exist. */
async function answer(node: ServedNode, request: IncomingMessage): Promise<Envelope | undefined> {
  // Not by `new URL`, which throws for some of what a client may send, such as `//`.
  const [pathname = ''] = (request.url ?? '').split('?')
  if (!pathname.startsWith(PREFIX)) return undefined
  const rest = pathname.slice(PREFIX.length)
  if (request.method === 'POST' && rest === 'transaction') return sendTransaction(node, request)
  if (request.method === 'OPTIONS') return envelopeOf(0, '')
  if (request.method !== 'GET') return undefined
  for (const [path, method] of routes) {
    const params = match(path, rest)
    if (params !== undefined && method !== undefined) {
      return enveloped(() => method(node, new Params(params)))
    }
  }
  return undefined
}

async function sendTransaction(node: ServedNode, request: IncomingMessage): Promise<Envelope> {
  const body = await readBody(request, MAX_BODY_BYTES)
  const text = body === undefined ? '' : Buffer.from(body).toString('utf8')
  let json: unknown
  try {
    if (!exceedsDepth(text, MAX_DEPTH)) json = JSON.parse(text)
  } catch {
    // Left undefined, and refused below.
  }
  if (typeof json !== 'object' || json === null) return envelopeOf(RpcCode.badFormat)
  const params = new Params(json as Readonly<Record<string, unknown>>)
  return enveloped(() => transactionMethods['sendrawtransaction']?.(node, params))
}

/** Runs a method; a refusal becomes the envelope of its code. */
export async function enveloped(run: () => unknown): Promise<Envelope> {
  try {
    return envelopeOf(0, await run())
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error
    return envelopeOf(error.code, error.message)
  }
}

export function envelopeOf(code: number, result: unknown = describeCode(code)): Envelope {
  return { Desc: describeCode(code), Error: code, Result: result }
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = value
    else if (part !== value) return undefined
  }
  return params
}

function ownerOfAddress(params: Params): Uint8Array {
  const address = params.string('addr')
  if (address === undefined) throw new RpcRefusal(RpcCode.invalidParams)
  return ownerIn(address)
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  envelope: Envelope | undefined,
): void {
  if (response.destroyed) return
  const cors = corsHeaders(request)
  if (envelope === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', ...cors })
    response.end('404 page not found\n')
    return
  }
  response.writeHead(200, { 'content-type': 'application/json;charset=utf-8', ...cors })
  response.end(stringify(envelope))
}
