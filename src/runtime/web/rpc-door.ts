/** `/__ela/rpc/<node>`: a page's way to the nodes, by its own origin. */
import { type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http'
import { readBody } from '../../base/loopback-server.ts'
import type { Networks } from '../dapp-options.ts'

export const RPC_PATH = '/__ela/rpc/'
const LONGEST_BODY = 8 * 1024 * 1024
const ANSWER_WITHIN_MS = 30_000

/** Hands a JSON-RPC request on to the node it names and the answer back, both as they are. */
export async function passRpc(
  request: IncomingMessage,
  response: ServerResponse,
  { nodes }: Networks,
): Promise<void> {
  const name = (request.url ?? '').slice(RPC_PATH.length).split(/[?#]/, 1)[0] ?? ''
  const node = Object.hasOwn(nodes, name) ? nodes[name] : undefined
  if (node === undefined) {
    const known = Object.keys(nodes).join(', ')
    refuse(response, 404, `There is no node \`${name}\` here. Running: ${known || 'none'}.`)
    return
  }
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST')
    refuse(response, 405, 'JSON-RPC is called with POST.')
    return
  }
  const body = await readBody(request, LONGEST_BODY)
  if (body === undefined) {
    response.setHeader('connection', 'close')
    refuse(response, 413, `The request is longer than ${LONGEST_BODY} bytes.`)
    return
  }
  await forward(response, node.rpc, body)
}

function forward(response: ServerResponse, url: string, body: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const asked = openRequest(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length },
      timeout: ANSWER_WITHIN_MS,
    })
    asked.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, {
        'content-type': answer.headers['content-type'] ?? 'application/json',
        'cache-control': 'no-store',
      })
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => {
      if (response.headersSent) response.destroy()
      else refuse(response, 502, 'The node does not answer.')
    })
    response.on('close', () => {
      asked.destroy()
      resolve()
    })
    asked.end(body)
  })
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message: why } }))
}
