/**
 * The program that keeps one key unlocked for a while: it gets the key on stdin, hands it to whoever
 * reaches its socket, and ends when it is told to or when the time is up.
 */
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import {
  type AgentOrder,
  type AgentReply,
  type AgentRequest,
  LISTENING,
  MAX_LINE_BYTES,
} from './key-agent-protocol.ts'

const ASK_WITHIN_MS = 2_000
/** Timers stand still while a machine sleeps, so the clock is looked at now and then. */
const LOOK_EVERY_MS = 1_000

const file = process.argv[2] ?? ''
const order = JSON.parse(await firstLine(process.stdin)) as AgentOrder
const secret = Buffer.from(order.secret, 'base64')
process.stdin.destroy()

let left = false
const server = createServer((socket) => {
  socket.setTimeout(ASK_WITHIN_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  firstLine(socket).then(
    (line) => answer(line, socket),
    () => socket.destroy(),
  )
})
// The socket is born closed to others; there is no moment in which it is open.
process.umask(0o177)
server.on('error', leave)
server.listen(file, () => {
  chmodSync(file, 0o600)
  process.stdout.write(`${LISTENING}\n`)
})
const watch = setInterval(() => isOver() && leave(), Math.min(LOOK_EVERY_MS, lifeLeft()))
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, leave)

function answer(line: string, socket: Socket): void {
  const request = requestIn(line)
  if (request === undefined) {
    socket.destroy()
    return
  }
  const reply = replyTo(request)
  // Before the answer: a new agent may take the place of the socket as soon as it is told.
  if (reply.locked === true || isOver()) leave()
  socket.end(`${JSON.stringify(reply)}\n`)
}

function requestIn(line: string): Partial<AgentRequest> | undefined {
  try {
    const request: unknown = JSON.parse(line)
    return typeof request === 'object' && request !== null ? request : undefined
  } catch {
    return undefined
  }
}

function replyTo(request: Partial<AgentRequest>): AgentReply {
  if (isOver()) return {}
  if (request.op === 'lock') return { locked: true }
  if (request.op === 'state') return { name: order.name, until: order.until }
  return request.op === 'open' && request.digest === order.digest
    ? { secret: secret.toString('base64') }
    : {}
}

function lifeLeft(): number {
  return Math.max(order.until - Date.now(), 1)
}

function isOver(): boolean {
  return Date.now() >= order.until
}

function leave(): void {
  if (left) return
  left = true
  secret.fill(0)
  clearInterval(watch)
  server.close()
  rmSync(file, { force: true })
}

async function firstLine(stream: Readable): Promise<string> {
  let text = ''
  // The other direction of a socket is still needed.
  for await (const part of stream.iterator({ destroyOnReturn: false })) {
    text += String(part)
    if (text.length > MAX_LINE_BYTES) break
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'))
  }
  throw new Error('no line')
}
