/**
 * A page's way to what its DApp was granted: paths of its own origin that lead to the instance's
 * gateway, which decides. The page never sees the token.
 *
 *     POST /__ela/v1/<capability>/<method>   as `env.ELA.<capability>.<method>` of a service
 *     POST /__ela/rpc/<node>                 JSON-RPC 2.0, each request one `chain.read`
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../../base/loopback-server.ts'
import type { ChainName } from '../../bundle/capabilities/chain.ts'
import { READ_METHODS } from '../capabilities/chain-methods.ts'
import { callGateway, type GatewayAddress, openGatewayRequest } from '../gateway/gateway-client.ts'

export const CALL_PATH = '/__ela/v1/'
export const RPC_PATH = '/__ela/rpc/'

const LONGEST_RPC = 1024 ** 2
const MOST_IN_BATCH = 50
/** Node kind → chain, as the `chain` capability calls it. */
const chains: Readonly<Record<string, ChainName>> = { mainchain: 'ela', esc: 'esc', eid: 'eid' }

/** Hands a call on as it is, and its answer back. */
export function passCall(
  request: IncomingMessage,
  response: ServerResponse,
  gateway: GatewayAddress,
): void {
  const method = (request.url ?? '').slice(CALL_PATH.length)
  const { 'content-length': length } = request.headers
  const asked = openGatewayRequest(gateway, method, request.method ?? 'GET', length)
  asked.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' })
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  asked.on('error', () => {
    if (response.headersSent) response.destroy()
    else say(response, 502, { error: { code: 'capability/away', message: 'The runtime is away.' } })
  })
  response.on('close', () => asked.destroy())
  request.pipe(asked)
}

/** Answers one JSON-RPC request or a batch of them, by the rules of `chain.read`. */
export async function passRpc(
  request: IncomingMessage,
  response: ServerResponse,
  gateway: GatewayAddress,
): Promise<void> {
  const node = (request.url ?? '').slice(RPC_PATH.length)
  const chain = Object.hasOwn(chains, node) ? chains[node] : undefined
  if (chain === undefined) {
    say(response, 404, failure(null, -32601, `There is no node \`${node}\`.`))
    return
  }
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST')
    say(response, 405, failure(null, -32600, 'JSON-RPC is called with POST.'))
    return
  }
  const body = await readBody(request, LONGEST_RPC)
  if (body === undefined) {
    response.setHeader('connection', 'close')
    say(response, 413, failure(null, -32600, `The request is longer than ${LONGEST_RPC} bytes.`))
    return
  }
  const asked = parse(body)
  const list = Array.isArray(asked) ? (asked as readonly unknown[]) : [asked]
  if (asked === undefined || list.length === 0 || list.length > MOST_IN_BATCH) {
    say(response, 400, failure(null, -32600, `This is no request, nor 1 to ${MOST_IN_BATCH}.`))
    return
  }
  const bad = list.find((one) => !mayBeRead(one, chain))
  // One bad call, and none of its batch is asked: what is left could mean something else.
  const answers =
    bad === undefined
      ? await Promise.all(list.map((one) => answerOne(one, chain, gateway)))
      : refuseAll(list, await answerOne(bad, chain, gateway))
  say(response, 200, Array.isArray(asked) ? answers : answers[0])
}

async function answerOne(one: unknown, chain: ChainName, gateway: GatewayAddress): Promise<object> {
  const { id = null, method, params = [] } = isObject(one) ? one : {}
  if (typeof method !== 'string') return failure(id, -32600, 'A request names its method.')
  const outcome = await callGateway(gateway, 'chain/read', [chain, method, params])
  if (outcome.error === undefined) return { jsonrpc: '2.0', id, result: outcome.value ?? null }
  return failure(id, -32000, `${outcome.error.code}: ${outcome.error.message}`)
}

function mayBeRead(one: unknown, chain: ChainName): boolean {
  const { method } = isObject(one) ? one : {}
  return typeof method === 'string' && READ_METHODS[chain].has(method)
}

function refuseAll(list: readonly unknown[], refusal: object): readonly object[] {
  return list.map((one) => ({ ...refusal, id: (isObject(one) ? one['id'] : undefined) ?? null }))
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function failure(id: unknown, code: number, message: string): object {
  return { jsonrpc: '2.0', id, error: { code, message } }
}

function say(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
