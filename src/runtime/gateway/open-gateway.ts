/**
 * The gateway of one instance: the only way out of it. The unix socket is the instance's identity
 * (no other can even name it), the token the second factor; both end with the instance.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { systemCodeOf } from '../../base/errors.ts'
import { CallDesk } from './call-desk.ts'
import type { GatewayStats } from './call-ledger.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { listenOnSocket } from './socket.ts'

export interface Gateway {
  stats(): GatewayStats
  /** Marks the instance as ended: from now on every call is refused with 401. */
  end(): void
  /** Ends the instance, cuts off the calls that are under way, and removes the socket. */
  close(): Promise<void>
}

const MOST_CALLS_AT_ONCE = 256
const HEADER_BYTES = 16 * 1024

/** Opens the gateway. Throws `runtime/gatewaySocket`. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const desk = new CallDesk(options)
  const server = createServer(
    // Engines send the whole URL in the request line and no Host.
    { requireHostHeader: false, maxHeaderSize: HEADER_BYTES },
    (request, response) => {
      desk.answer(request, response).catch(() => response.destroy())
    },
  )
  server.maxConnections = MOST_CALLS_AT_ONCE
  // The engine keeps connections and could send into one that we are just closing.
  server.keepAliveTimeout = 0
  for (const verb of ['connect', 'upgrade']) {
    server.on(verb, (_: IncomingMessage, socket: Duplex) => {
      desk.refuse(verb.toUpperCase())
      socket.on('error', () => socket.destroy())
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    })
  }
  server.on('clientError', (error, socket: Socket) => {
    // A caller that went away (the parser calls that an end in the wrong state) tried nothing.
    const code = systemCodeOf(error) ?? ''
    if (code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE') desk.refuse('-')
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
    else socket.destroy()
  })
  const stopListening = await listenOnSocket(server, options.socket)
  return {
    stats: () => desk.stats(),
    end: () => desk.end(),
    async close() {
      desk.end()
      await stopListening()
      await desk.closeServices()
    },
  }
}
