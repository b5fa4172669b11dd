/** A content store for the programs of this machine: Kubo's RPC and a gateway on one port. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ElaError, messageOf } from '../../base/errors.ts'
import { closeServer, LOOPBACK, listenLoopback, portOf } from '../../base/loopback-server.ts'
import { API, answerApi } from './api.ts'
import { answerGateway, GATEWAY } from './gateway.ts'
import type { LocalStore } from './local-store.ts'

export interface ContentServer extends AsyncDisposable {
  /** Without a path: `http://127.0.0.1:PORT`. */
  readonly url: string
}

export interface ContentServerOptions {
  readonly store: LocalStore
  /** 0 for any free one. */
  readonly port: number
  /** Pages that may use the RPC, as browsers name them, such as `http://127.0.0.1:3000`. */
  readonly origins?: readonly string[]
}

/** Starts serving. The RPC writes, so pages may use it only when `origins` names them. */
export async function serveContent(options: ContentServerOptions): Promise<ContentServer> {
  const server = await listenLoopback((request, response) => {
    answer(request, response, options).catch((error: unknown) => refuse(response, error))
  }, options.port)
  return {
    url: `http://${LOOPBACK}:${portOf(server)}`,
    [Symbol.asyncDispose]: () => closeServer(server),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { store, origins = [] }: ContentServerOptions,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store')
  if (pathname.startsWith(GATEWAY)) {
    await answerGateway(request, response, store)
  } else if (!pathname.startsWith(API)) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n')
  } else if (request.headers.origin !== undefined && !origins.includes(request.headers.origin)) {
    response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' })
    response.end('Pages may not use the content store.\n')
  } else {
    await answerApi({ request, response, query: searchParams, store }, pathname)
  }
}

const NOT_FOUND = new Set(['content/notHere', 'content/noSuchEntry', 'content/notAFolder'])

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    // Too late for another status: the client must see that the bytes are not all.
    response.destroy()
    return
  }
  const code = error instanceof ElaError ? error.code : ''
  const isGateway = response.req.url?.startsWith(GATEWAY) === true
  const status = !isGateway ? 500 : NOT_FOUND.has(code) ? 404 : code === '' ? 500 : 400
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(`${JSON.stringify({ Message: messageOf(error), Code: 0, Type: 'error' })}\n`)
}
