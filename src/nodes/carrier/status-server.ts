/** The loopback JSON-RPC port on which a node tells how it is. One method: `carrier_status`. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { messageOf, systemCodeOf } from '../../base/errors.ts'
import { LOOPBACK, listenLoopback, readBody } from '../../base/loopback-server.ts'
import { CarrierNodeError } from './errors.ts'
import type { CarrierStatus } from './status.ts'

const BODY_LIMIT = 64 * 1024
const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600
const METHOD_NOT_FOUND = -32_601
const INTERNAL_ERROR = -32_603

/** Throws `carrier/portInUse` and `carrier/cannotListen`. */
export async function serveStatus(port: number, status: () => CarrierStatus): Promise<Server> {
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, status).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else send(response, 500, failure(null, INTERNAL_ERROR, messageOf(error)))
    })
  }
  try {
    return await listenLoopback(handle, port)
  } catch (error) {
    if (systemCodeOf(error) === 'EADDRINUSE') {
      throw CarrierNodeError.portInUse('TCP', LOOPBACK, port)
    }
    throw CarrierNodeError.cannotListen(`${LOOPBACK}:${port}`, error)
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: () => CarrierStatus,
): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST')
    send(response, 405, failure(null, INVALID_REQUEST, 'only POST is answered here'))
    return
  }
  const body = await readBody(request, BODY_LIMIT)
  if (body === undefined) {
    response.setHeader('connection', 'close')
    send(response, 413, failure(null, INVALID_REQUEST, `more than ${BODY_LIMIT} bytes`))
    return
  }
  send(response, 200, reply(Buffer.from(body).toString('utf8'), status))
}

function reply(text: string, status: () => CarrierStatus): object {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    return failure(null, PARSE_ERROR, 'the body is not JSON')
  }
  if (Array.isArray(said)) return failure(null, INVALID_REQUEST, 'batches are not supported')
  if (typeof said !== 'object' || said === null) {
    return failure(null, INVALID_REQUEST, 'a request is an object')
  }
  const { id: given, method } = said as { id?: unknown; method?: unknown }
  const id = typeof given === 'string' || typeof given === 'number' ? given : null
  if (typeof method !== 'string') return failure(id, INVALID_REQUEST, 'the method is missing')
  if (method !== 'carrier_status') {
    return failure(id, METHOD_NOT_FOUND, `there is no method ${method.slice(0, 80)}`)
  }
  return { jsonrpc: '2.0', id, result: status() }
}

function failure(id: string | number | null, code: number, message: string): object {
  return { jsonrpc: '2.0', id, error: { code, message } }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
