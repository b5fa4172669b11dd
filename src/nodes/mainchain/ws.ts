/**
 * The WebSocket interface: actions, and pushes of new blocks and transactions.
 *
 * @see Elastos.ELA servers/httpwebsocket/server.go
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { closeServer, comesFromHere, listenLoopback } from '../../base/loopback-server.ts'
import { stringify } from '../../base/printer.ts'
import { exceedsDepth } from './json-depth.ts'
import { enveloped, envelopeOf, unspent, viewAsset } from './rest.ts'
import { blockMethods } from './rpc-blocks.ts'
import type { Method, ServedNode } from './rpc-method.ts'
import { Params } from './rpc-params.ts'
import { RpcCode } from './rpc-refusal.ts'
import { minedTransaction, transactionMethods } from './rpc-transactions.ts'
import { viewBlock, viewBlockTransactions } from './view-block.ts'
import { viewTransactionIn } from './view-transaction.ts'

const MAX_MESSAGE_BYTES = 8 * 1024 * 1024
const MAX_DEPTH = 50
const CLOSE_NORMAL = 1000

interface WsLimits {
  /** A session without an action of its own for this long is told so and ended. */
  readonly idleMs: number
  /** Who does not read is cut off before the backlog fills the memory. */
  readonly backlogBytes: number
}

const defaultLimits: WsLimits = { idleMs: 60_000, backlogBytes: 64 * 1024 * 1024 }

interface Action {
  readonly run: Method
  /** Parameters that must be there, of any kind. */
  readonly needs: readonly string[]
}

interface Session {
  readonly socket: WebSocket
  lastActiveMs: number
}

export interface WsServer {
  readonly http: Server
  close(): Promise<void>
}

/** Starts the WebSocket on 127.0.0.1. @param port 0 for any free one */
export async function serveWs(
  node: ServedNode,
  port: number,
  limits: Partial<WsLimits> = {},
): Promise<WsServer> {
  const { idleMs, backlogBytes } = { ...defaultLimits, ...limits }
  const send = (socket: WebSocket, text: string) => {
    if (socket.bufferedAmount > backlogBytes) socket.terminate()
    else if (socket.readyState === socket.OPEN) socket.send(text)
  }
  const sessions = new Set<Session>()
  const actions = actionsOf(() => sessions.size)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  const http = await listenLoopback((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket' })
    response.end('This port speaks WebSocket.\n')
  }, port)
  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (!comesFromHere(request)) {
      stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const session: Session = { socket, lastActiveMs: performance.now() }
      sessions.add(session)
      socket.on('close', () => sessions.delete(session))
      socket.on('error', (error) => node.log(`ws: ${error.message}`))
      socket.on('message', (data) => {
        session.lastActiveMs = performance.now()
        void handle(node, actions, data.toString()).then((reply) => send(socket, reply))
      })
    })
  })
  pushNews(node, sessions, send)
  const sweep = setInterval(() => expire(sessions, idleMs), Math.min(idleMs, 5_000)).unref()
  return {
    http,
    close: async () => {
      clearInterval(sweep)
      for (const { socket } of sessions) socket.terminate()
      await closeServer(http)
    },
  }
}

function actionsOf(countSessions: () => number): ReadonlyMap<string, Action> {
  const none: readonly string[] = []
  const list: readonly (readonly [string, Method | undefined, readonly string[]])[] = [
    ['getconnectioncount', blockMethods['getconnectioncount'], none],
    ['getblockbyheight', blockMethods['getblockbyheight'], ['height']],
    ['getblockbyhash', blockMethods['getblock'], ['blockhash']],
    ['getblockheight', blockMethods['getcurrentheight'], none],
    ['gettransaction', minedTransaction, ['hash']],
    ['getasset', viewAsset, ['hash']],
    ['getunspendoutput', unspent, ['addr', 'assetid']],
    ['sendrawtransaction', transactionMethods['sendrawtransaction'], ['data']],
    ['heartbeat', () => '123', none],
    ['getsessioncount', countSessions, none],
  ]
  return new Map(
    list.flatMap(([name, run, needs]) => (run === undefined ? [] : [[name, { run, needs }]])),
  )
}

async function handle(
  node: ServedNode,
  actions: ReadonlyMap<string, Action>,
  text: string,
): Promise<string> {
  const request = recordIn(text)
  if (request === undefined) return stringify(envelopeOf(RpcCode.badFormat))
  const name = request['action']
  const action = typeof name === 'string' ? actions.get(name) : undefined
  if (action === undefined) return stringify(envelopeOf(RpcCode.invalidMethod))
  if (!action.needs.every((need) => Object.hasOwn(request, need))) {
    return stringify(envelopeOf(RpcCode.invalidParams))
  }
  try {
    const envelope = await enveloped(() => action.run(node, new Params(request)))
    return stringify({ Action: name, ...envelope })
  } catch (error) {
    node.log(`ws ${name}: ${error instanceof Error ? error.stack : String(error)}`)
    return stringify({ Action: name, ...envelopeOf(RpcCode.internal) })
  }
}

function recordIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (exceedsDepth(text, MAX_DEPTH)) return undefined
  try {
    const json: unknown = JSON.parse(text)
    const isRecord = typeof json === 'object' && json !== null && !Array.isArray(json)
    return isRecord ? (json as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

function pushNews(
  { chain, mempool }: ServedNode,
  sessions: ReadonlySet<Session>,
  send: (socket: WebSocket, text: string) => void,
): void {
  const push = (name: string, view: () => unknown) => {
    if (sessions.size === 0) return
    const text = stringify({ Action: name, Error: 0, Result: view() })
    for (const { socket } of sessions) send(socket, text)
  }
  chain.listen({
    connected: (block, entry) => {
      push('sendrawblock', () => viewBlock(chain, entry, true))
      push('sendblocktransactions', () => viewBlockTransactions(block, entry))
    },
  })
  mempool.onAccepted(({ transaction }) =>
    push('sendnewtransaction', () => viewTransactionIn(transaction, undefined, chain.height)),
  )
}

function expire(sessions: ReadonlySet<Session>, idleMs: number): void {
  const now = performance.now()
  for (const { socket, lastActiveMs } of sessions) {
    if (now - lastActiveMs < idleMs) continue
    socket.send(stringify(envelopeOf(RpcCode.sessionExpired)))
    socket.close(CLOSE_NORMAL)
  }
}
