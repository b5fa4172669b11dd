/** JSON-RPC over WebSocket, with subscriptions. */
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { messageOf } from '../../base/errors.ts'
import { closeServer, comesFromHere } from '../../base/loopback-server.ts'
import type { Chain } from './chain.ts'
import type { Dispatcher } from './dispatcher.ts'
import { listen } from './http-door.ts'
import { answerBody, MAX_BODY_BYTES } from './messages.ts'
import { type RpcAnswer, type RpcRequest, refusal } from './rpc-message.ts'
import { shapeHeader, shapeLog } from './shapes.ts'

export interface WsDoor {
  readonly server: Server
  /** Ends all connections; clients connect again and subscribe anew. */
  disconnect(): void
  close(): Promise<void>
}

/** A client that reads so slowly that more than this waits for it is cut off. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024
const MAX_SUBSCRIPTIONS = 1_000
const SERVICE_RESTART = 1012

const shapes: ReadonlyMap<string, (result: unknown) => unknown> = new Map([
  ['newHeads', shapeHeader],
  ['logs', shapeLog],
  ['newPendingTransactions', (hash: unknown) => hash],
])

/** Throws `evm/portBusy`. */
export async function openWsDoor(
  chain: Chain,
  dispatcher: Dispatcher,
  port: number,
): Promise<WsDoor> {
  const server = await listen((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket' })
    response.end('This port speaks WebSocket.\n')
  }, port)
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_BODY_BYTES,
  })
  server.on('upgrade', (request, stream: Duplex, head) => {
    if (!comesFromHere(request)) {
      stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      new Client(socket, chain, dispatcher).serve()
    })
  })
  const disconnect = () => {
    for (const socket of sockets.clients) socket.close(SERVICE_RESTART)
  }
  return {
    server,
    disconnect,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      await closeServer(server)
    },
  }
}

class Client {
  readonly #socket: WebSocket
  readonly #chain: Chain
  readonly #dispatcher: Dispatcher
  readonly #subscriptions = new Set<string>()
  /** Notifications begin only after the answer that names their subscription. */
  #starters: (() => void)[] = []

  constructor(socket: WebSocket, chain: Chain, dispatcher: Dispatcher) {
    this.#socket = socket
    this.#chain = chain
    this.#dispatcher = dispatcher
  }

  serve(): void {
    this.#socket.on('message', (data: Buffer) => {
      this.#answer(data).catch(() => this.#socket.terminate())
    })
    this.#socket.on('error', () => this.#socket.terminate())
    this.#socket.on('close', () => {
      for (const id of this.#subscriptions) this.#drop(id)
    })
  }

  async #answer(data: Buffer): Promise<void> {
    const answer = await answerBody(data, this.#dispatcher, (request) => this.#special(request))
    if (answer !== undefined) this.#send(answer)
    for (const start of this.#starters.splice(0)) start()
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > MAX_UNSENT_BYTES) this.#socket.terminate()
    else this.#socket.send(text)
  }

  #special(request: RpcRequest): Promise<RpcAnswer> | undefined {
    if (request.method === 'eth_subscribe') return this.#subscribe(request.params)
    if (request.method === 'eth_unsubscribe') return this.#unsubscribe(request.params)
    return undefined
  }

  async #subscribe(params: unknown): Promise<RpcAnswer> {
    const name = Array.isArray(params) ? String(params[0]) : ''
    const shape = shapes.get(name)
    if (shape === undefined) return refusal(`no "${name}" subscription in eth namespace`, -32601)
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) return refusal('too many subscriptions')
    try {
      const made = await this.#chain.socket.subscribe(params)
      if ('error' in made) return made
      const { id } = made
      this.#subscriptions.add(id)
      if (this.#socket.readyState !== this.#socket.OPEN) this.#drop(id)
      const listener = (result: unknown) => this.#notify(id, shape(result))
      this.#starters.push(() => made.start(listener))
      return { result: id }
    } catch (error) {
      return refusal(messageOf(error))
    }
  }

  #notify(subscription: string, result: unknown): void {
    const params = { subscription, result }
    this.#send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params }))
  }

  async #unsubscribe(params: unknown): Promise<RpcAnswer> {
    const id = Array.isArray(params) ? String(params[0]) : ''
    if (!this.#subscriptions.delete(id)) return refusal('subscription not found')
    this.#drop(id)
    return { result: true }
  }

  #drop(id: string): void {
    // The engine may be gone already, and the subscription with it.
    this.#chain.socket.unsubscribe(id).catch(() => undefined)
  }
}
