/** HTTP servers that only this machine can reach, and only programs, not foreign web pages. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const LOOPBACK = '127.0.0.1'

/**
 * Whether a request comes from a program or page of this machine.
 *
 * A page of a foreign site can make a browser send requests to 127.0.0.1 (`Origin` names the site),
 * and can give 127.0.0.1 a name of its own by DNS rebinding (`Host` names the site). Both are
 * refused. `Origin: null` (sandboxed frames, files) is foreign too: anyone can make it.
 */
export function comesFromHere({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  if (headers.host === undefined || !isOfThisMachine(`http://${headers.host}`)) return false
  return headers.origin === undefined || isOfThisMachine(headers.origin)
}

function refuseForeign(request: IncomingMessage, response: ServerResponse): boolean {
  if (comesFromHere(request)) return true
  response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' })
  response.end('Requests from other sites are refused.\n')
  return false
}

/** Whether an address, such as that of a page, names this machine. */
export function isOfThisMachine(url: string): boolean {
  let hostname: string
  try {
    hostname = new URL(url).hostname
  } catch {
    return false
  }
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void
/** Whether a request may go on; one that may not has been answered. */
export type Admission = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Starts an HTTP server on 127.0.0.1. Requests of foreign origin get 403 before `handle` sees them,
 * unless `admit` decides otherwise; WebSocket upgrades are the caller's to check with
 * `comesFromHere`.
 *
 * @param port 0 for any free one
 */
export async function listenLoopback(
  handle: Handler,
  port: number,
  admit: Admission = refuseForeign,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (admit(request, response)) handle(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server
}

/** The port a listening server got. */
export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

/** Stops listening and ends every open connection. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

/** The whole body of a request, or `undefined` when it is longer than `limit` bytes. */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > limit) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts, length)
}
