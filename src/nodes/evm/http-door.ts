/**
 * JSON-RPC over HTTP as the real nodes serve it.
 *
 * @see Elastos.ELA.SideChain.ESC rpc/http.go
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { messageOf, systemCodeOf } from '../../base/errors.ts'
import { type Handler, listenLoopback } from '../../base/loopback-server.ts'
import type { Dispatcher } from './dispatcher.ts'
import { EvmError } from './errors.ts'
import { answerBody, MAX_BODY_BYTES, type Special } from './messages.ts'
import { refusal } from './rpc-message.ts'

/** Clients keep connections for long; a server that closes one first breaks their next request. */
const KEEP_ALIVE_MS = 11 * 60 * 1000
const contentTypes = ['application/json', 'application/json-rpc', 'application/jsonrequest']

const noSubscriptions: Special = ({ method }) =>
  /_(?:un)?subscribe$/.test(method)
    ? Promise.resolve(refusal('notifications not supported'))
    : undefined

/** Throws `evm/portBusy`. */
export async function openHttpDoor(dispatcher: Dispatcher, port: number): Promise<Server> {
  return await listen((request, response) => {
    serve(dispatcher, request, response).catch(() => response.destroy())
  }, port)
}

/** Throws `evm/portBusy`. */
export async function listen(handle: Handler, port: number): Promise<Server> {
  try {
    const server = await listenLoopback(handle, port)
    server.keepAliveTimeout = KEEP_ALIVE_MS
    server.headersTimeout = KEEP_ALIVE_MS + 1_000
    return server
  } catch (error) {
    if (systemCodeOf(error) === 'EADDRINUSE') throw EvmError.portBusy(port, error)
    throw error
  }
}

async function serve(
  dispatcher: Dispatcher,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refused = refuse(request, response)
  if (refused) return
  const body = await bodyOf(request)
  if (body === undefined) {
    tooLong(response, 'more')
    return
  }
  let answer: string | undefined
  try {
    answer = await answerBody(body, dispatcher, noSubscriptions)
  } catch (error) {
    answer = JSON.stringify({ jsonrpc: '2.0', id: null, ...refusal(messageOf(error)) })
  }
  const length = answer === undefined ? 0 : Buffer.byteLength(answer)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': length })
  // Head and text leave in one write; bytes would be a second one.
  response.end(answer)
}

/** `undefined` when it is too long. Listeners cost less than iterating, and this is done per request. */
function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    request.on('data', (part: Buffer) => {
      length += part.length
      if (length > MAX_BODY_BYTES) resolve(undefined)
      else parts.push(part)
    })
    request.on('end', () => resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts)))
    request.on('error', reject)
  })
}

/** Answers what is no JSON-RPC request; whether it did. */
function refuse(request: IncomingMessage, response: ServerResponse): boolean {
  const { method, headers } = request
  if (headers.origin !== undefined) {
    response.setHeader('access-control-allow-origin', headers.origin)
    response.setHeader('vary', 'Origin')
  }
  if (method === 'OPTIONS') {
    response.writeHead(204, {
      'access-control-allow-methods': 'POST, GET',
      'access-control-allow-headers': headers['access-control-request-headers'] ?? 'content-type',
      'access-control-max-age': '600',
    })
    response.end()
    return true
  }
  // An empty GET is how load balancers ask whether the node lives.
  if (method === 'GET' && (headers['content-length'] ?? '0') === '0') {
    response.writeHead(200, { 'content-length': 0 }).end()
    return true
  }
  if (method === 'PUT' || method === 'DELETE') {
    plain(response, 405, 'method not allowed')
    return true
  }
  if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    tooLong(response, `${headers['content-length']}`)
    return true
  }
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (!contentTypes.includes(type)) {
    plain(response, 415, 'invalid content type, only application/json is supported')
    return true
  }
  return false
}

function tooLong(response: ServerResponse, length: string): void {
  response.setHeader('connection', 'close')
  plain(response, 413, `content length too large (${length}>${MAX_BODY_BYTES})`)
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${text}\n`)
}
