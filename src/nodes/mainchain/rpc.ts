/**
 * JSON-RPC over HTTP, as the field speaks it: almost everything is status 200, replies always have
 * `result` and `error`, and only some methods take parameters by position.
 *
 * @see Elastos.ELA servers/httpjsonrpc/server.go
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { messageOf } from '../../base/errors.ts'
import { listenLoopback, readBody } from '../../base/loopback-server.ts'
import { stringify } from '../../base/printer.ts'
import { exceedsDepth } from './json-depth.ts'
import { blockMethods } from './rpc-blocks.ts'
import { governanceMethods } from './rpc-governance.ts'
import { historyMethods } from './rpc-history.ts'
import type { Method, Methods, ServedNode } from './rpc-method.ts'
import { miningMethods } from './rpc-mining.ts'
import { Params } from './rpc-params.ts'
import { RpcCode, RpcRefusal } from './rpc-refusal.ts'
import { signingMethods } from './rpc-signing.ts'
import { transactionMethods } from './rpc-transactions.ts'
import { walletMethods } from './rpc-wallet.ts'

const MAX_BODY_BYTES = 8 * 1024 * 1024
const MAX_DEPTH = 200
const MAX_BATCH = 20_000
/** Answers of a batch beyond this are refused, so that a small request cannot fill the memory. */
const MAX_BATCH_REPLY_CHARS = 64 * 1024 * 1024
/** Other requests get their turn after this many of a batch. */
const CALLS_PER_TURN = 100

const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries<Method>({
    ...blockMethods,
    ...transactionMethods,
    ...walletMethods,
    ...signingMethods,
    ...miningMethods,
    ...historyMethods,
    ...governanceMethods,
  } satisfies Methods),
)

/** Names of the parameters of methods that take them by position; others ignore such a list. */
const positional: ReadonlyMap<string, readonly string[]> = new Map([
  ['createauxblock', ['paytoaddress']],
  ['submitauxblock', ['blockhash', 'auxpow']],
  ['getblockhash', ['height']],
  ['getblock', ['blockhash', 'verbosity']],
  ['setloglevel', ['level']],
  ['getrawtransaction', ['txid', 'verbose']],
  ['getarbitratorgroupbyheight', ['height']],
  ['togglemining', ['mining']],
  ['discretemining', ['count']],
  ['sendrawtransaction', ['data']],
  ['listunspent', ['addresses']],
  ['getreceivedbyaddress', ['address']],
  ['getblockbyheight', ['height']],
  ['estimatesmartfee', ['confirmations']],
  ['getrawmempool', ['state']],
])

/** Starts the RPC on 127.0.0.1. @param port 0 for any free one */
export function serveRpc(node: ServedNode, port: number): Promise<Server> {
  const { rpcUser, rpcPassword } = node.options
  const isAllowed = authorizer(rpcUser, rpcPassword)
  return listenLoopback((request, response) => {
    answer(node, request, isAllowed).then(
      (reply) => send(request, response, reply),
      (error: unknown) => {
        node.log(`rpc: ${error instanceof Error ? error.stack : String(error)}`)
        send(request, response, httpRefusal(500, 'internal error'))
      },
    )
  }, port)
}

interface Reply {
  readonly status: number
  readonly body: string
}

async function answer(
  node: ServedNode,
  request: IncomingMessage,
  isAllowed: (header: string | undefined) => boolean,
): Promise<Reply> {
  if (request.method === 'OPTIONS') return { status: 204, body: '' }
  if (request.method !== 'POST') {
    return httpRefusal(405, 'JSON-RPC protocol only allows POST method')
  }
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json' && type !== 'text/plain') {
    return httpRefusal(415, 'JSON-RPC need content type to be application/json or text/plain')
  }
  if (!isAllowed(request.headers.authorization)) {
    return httpRefusal(401, 'Client authenticate failed')
  }
  const body = await readBody(request, MAX_BODY_BYTES)
  if (body === undefined) {
    const message = 'JSON-RPC request reading error:http: request body too large'
    return refusal(400, RpcCode.invalidRequest, message)
  }
  const parsed = parse(Buffer.from(body).toString('utf8'))
  if ('fault' in parsed) {
    const message = `JSON-RPC request parsing error:${parsed.fault}`
    return refusal(400, RpcCode.parseError, message)
  }
  const { calls } = parsed
  if (calls === undefined) return { status: 200, body: await callOne(node, parsed.call) }
  return { status: 200, body: await callAll(node, calls) }
}

interface Call {
  readonly id: unknown
  readonly method: string
  readonly params: unknown
}

type Parsed =
  | { readonly call: Call; readonly calls?: undefined }
  | { readonly calls: readonly Call[] }
  | { readonly fault: string }

function parse(text: string): Parsed {
  if (exceedsDepth(text, MAX_DEPTH)) return { fault: 'exceeded max depth' }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { fault: messageOf(error) }
  }
  if (!Array.isArray(json)) {
    const call = callIn(json)
    return call === undefined ? { fault: 'a request must be an object or an array' } : { call }
  }
  // An empty batch counts as one request without a method.
  if (json.length === 0) return { call: { id: null, method: '', params: undefined } }
  if (json.length > MAX_BATCH)
    return { fault: `a batch must not have more than ${MAX_BATCH} calls` }
  const calls = json.map(callIn)
  if (calls.some((call) => call === undefined)) return { fault: 'a request must be an object' }
  return { calls: calls.filter((call) => call !== undefined) }
}

/** `undefined` for what is no request; absent fields are allowed. */
function callIn(json: unknown): Call | undefined {
  if (json === null) return { id: null, method: '', params: undefined }
  if (typeof json !== 'object' || Array.isArray(json)) return undefined
  const { id, method, params } = json as { id?: unknown; method?: unknown; params?: unknown }
  if (method !== undefined && method !== null && typeof method !== 'string') return undefined
  return { id: id ?? null, method: method ?? '', params }
}

async function callAll(node: ServedNode, calls: readonly Call[]): Promise<string> {
  const replies: string[] = []
  let length = 0
  for (const call of calls) {
    const reply =
      length > MAX_BATCH_REPLY_CHARS
        ? failed(call.id, RpcCode.internal, 'the answer to the batch is too large')
        : await callOne(node, call)
    replies.push(reply)
    length += reply.length
    if (replies.length % CALLS_PER_TURN === 0) await new Promise(setImmediate)
  }
  return `[${replies.join(',')}]`
}

async function callOne(node: ServedNode, { id, method, params }: Call): Promise<string> {
  try {
    if (method === '') throw new RpcRefusal(RpcCode.invalidRequest, 'JSON-RPC need a method')
    const run = methods.get(method)
    if (run === undefined) {
      throw new RpcRefusal(RpcCode.methodNotFound, `JSON-RPC method ${method} not found`)
    }
    const result = await run(node, paramsOf(method, params))
    return stringify({ jsonrpc: '2.0', result, id, error: null })
  } catch (error) {
    if (error instanceof RpcRefusal) return failed(id, error.code, error.message)
    // A defect in one method must not take the node, or the rest of a batch, with it.
    node.log(`rpc ${method}: ${error instanceof Error ? error.stack : String(error)}`)
    return failed(id, RpcCode.internal, `Internal error: ${messageOf(error)}`)
  }
}

function paramsOf(method: string, params: unknown): Params {
  if (params === undefined || params === null) return new Params({})
  if (Array.isArray(params)) {
    const names = positional.get(method)
    if (names === undefined) return new Params({})
    if (params.length > names.length) {
      throw new RpcRefusal(
        RpcCode.invalidParams,
        `${method} takes ${names.length} parameters by position, ${params.length} were given`,
      )
    }
    return new Params(Object.fromEntries(params.map((value, at) => [names[at], value])))
  }
  if (typeof params === 'object') return new Params(params as Readonly<Record<string, unknown>>)
  throw new RpcRefusal(RpcCode.invalidRequest, 'params format error, must be an array or a map')
}

function failed(id: unknown, code: number, message: string): string {
  return stringify({ jsonrpc: '2.0', result: null, id, error: { code, id, message } })
}

function httpRefusal(status: number, message: string): Reply {
  return refusal(status, RpcCode.httpRefused, message)
}

function refusal(status: number, code: number, message: string): Reply {
  const error = { code, id: null, message }
  return { status, body: stringify({ error, jsonrpc: '2.0', result: null }) }
}

/** Basic authentication; everybody is allowed when user and password are empty. */
function authorizer(user: string, password: string): (header: string | undefined) => boolean {
  if (user === '' && password === '') return () => true
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const wanted = digest(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
  return (header) => header !== undefined && timingSafeEqual(digest(header), wanted)
}

/** Pages of this machine may read the answer; requests of others never get this far. */
export function corsHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  if (headers.origin === undefined) return {}
  return {
    'access-control-allow-origin': headers.origin,
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    vary: 'origin',
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, body }: Reply): void {
  if (response.destroyed) return
  const type = status === 204 ? {} : { 'content-type': 'application/json' }
  // What was not read of a refused request would be taken for the next one.
  const close = request.complete ? {} : { connection: 'close' }
  response.writeHead(status, { ...type, ...close, ...corsHeaders(request) })
  response.end(body)
}
