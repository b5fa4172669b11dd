/** Keys that stay unlocked for a while: starting their agents and asking them. */
import { spawn } from 'node:child_process'
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { programOf } from '../base/program.ts'
import {
  type AgentOrder,
  type AgentReply,
  type AgentRequest,
  LISTENING,
  MAX_LINE_BYTES,
  socketOf,
} from './key-agent-protocol.ts'
import { KeyError } from './key-errors.ts'
import { encodeSecret } from './key-secret.ts'
import { type Keystore, readKey } from './keystore.ts'
import { keyOfBytes, type OpenKey } from './open-key.ts'
import { hasPrivateFolder, privateFolder } from './private-file.ts'

const START_WITHIN_MS = 10_000
const ANSWER_WITHIN_MS = 2_000
/** A socket's path is a field of 108 bytes on Linux, 104 elsewhere. */
const MAX_SOCKET_PATH = 103

export interface Unlocked {
  readonly name: string
  readonly until: Date
}

/**
 * Keeps an open key in a process of its own until a time; an earlier agent of it ends.
 * Throws `keys/agentFailed`, `keys/unsafe`.
 */
export async function startAgent(key: OpenKey, until: Date, keystore: Keystore): Promise<Unlocked> {
  const socket = socketOf(key.name, keystore)
  if (Buffer.byteLength(socket) > MAX_SOCKET_PATH) {
    throw KeyError.agentFailed(`the path of its socket is too long: ${socket}`)
  }
  privateFolder(keystore.runFolder)
  await lockKey(key.name, keystore)
  const { digest } = readKey(key.name, keystore)
  const secret = Buffer.from(encodeSecret(key.secret())).toString('base64')
  const order: AgentOrder = { name: key.name, digest, secret, until: until.getTime() }
  await spawnAgent(socket, order)
  return { name: key.name, until }
}

function spawnAgent(socket: string, order: AgentOrder): Promise<void> {
  const { file, args } = programOf('key-agent', 'identity/key-agent-main.ts')
  // No environment: nothing of it is needed, and NODE_OPTIONS could load code into the agent.
  const child = spawn(file, [...args, socket], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), START_WITHIN_MS)
    const ended = (how: string) => {
      clearTimeout(limit)
      reject(KeyError.agentFailed(how))
    }
    child.once('error', (error) => ended(error.message))
    child.once('exit', (code, signal) => ended(`its process ended with ${signal ?? code}`))
    child.stdout.setEncoding('utf8').once('data', (line: string) => {
      clearTimeout(limit)
      child.removeAllListeners('exit')
      child.stdout.destroy()
      child.unref()
      if (line.trim() === LISTENING) resolve()
      else reject(KeyError.agentFailed('its process is another'))
    })
    child.stdin.on('error', () => {})
    child.stdin.end(`${JSON.stringify(order)}\n`)
  })
}

/** The key if it is unlocked; `undefined` asks for a password. Throws what `readKey` does. */
export async function unlockedKey(name: string, keystore: Keystore): Promise<OpenKey | undefined> {
  const stored = readKey(name, keystore)
  const reply = await ask(socketOf(name, keystore), { op: 'open', digest: stored.digest }, keystore)
  if (reply?.secret === undefined) return undefined
  return keyOfBytes(stored, new Uint8Array(Buffer.from(reply.secret, 'base64')))
}

/** Until when a key is unlocked. */
export async function unlockedUntil(name: string, keystore: Keystore): Promise<Date | undefined> {
  const reply = await ask(socketOf(name, keystore), { op: 'state' }, keystore)
  return reply?.until === undefined ? undefined : new Date(reply.until)
}

/** Ends the agent of a key; `false` when there is none. */
export async function lockKey(name: string, keystore: Keystore): Promise<boolean> {
  return lockSocket(socketOf(name, keystore), keystore)
}

/** Ends every agent of this user, of other keystores too; says how many. */
export async function lockAll(keystore: Keystore): Promise<number> {
  const { runFolder } = keystore
  if (!hasPrivateFolder(runFolder)) return 0
  const sockets = readdirSync(runFolder).filter((file) => /^key-[0-9a-f]{16}\.sock$/.test(file))
  let count = 0
  for (const file of sockets) {
    if (await lockSocket(path.join(runFolder, file), keystore)) count += 1
  }
  return count
}

async function lockSocket(socket: string, keystore: Keystore): Promise<boolean> {
  const reply = await ask(socket, { op: 'lock' }, keystore)
  // What nobody answers on is left over from an agent that was killed.
  if (hasPrivateFolder(keystore.runFolder)) rmSync(socket, { force: true })
  return reply?.locked === true
}

/** `undefined` when nobody is there. Throws `keys/unsafe` for a socket somebody else put there. */
async function ask(
  socket: string,
  request: AgentRequest,
  { runFolder }: Keystore,
): Promise<AgentReply | undefined> {
  if (!hasPrivateFolder(runFolder)) return undefined
  const stats = lstatSync(socket, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  const own = process.getuid?.()
  if (!stats.isSocket() || (own !== undefined && stats.uid !== own)) {
    throw KeyError.unsafe(socket, 'it is not a socket of ours', 'Remove it.')
  }
  const line = await exchange(socket, `${JSON.stringify(request)}\n`)
  return line === undefined ? undefined : (JSON.parse(line) as AgentReply)
}

function exchange(socket: string, line: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    const connection = connect(socket)
    const done = () => {
      connection.destroy()
      resolve(text.endsWith('\n') ? text : undefined)
    }
    connection.setTimeout(ANSWER_WITHIN_MS, done)
    connection.setEncoding('utf8')
    connection.once('error', done)
    connection.once('end', done)
    connection.on('data', (part: string) => {
      text += part
      if (text.length > MAX_LINE_BYTES) done()
    })
    connection.once('connect', () => connection.write(line))
  })
}
