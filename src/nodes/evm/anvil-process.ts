/** The engine as a child of ours that never outlives us by long. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.ts'
import { LOOPBACK, portOf } from '../../base/loopback-server.ts'
import { isAlive, markOf } from '../../supervisor/process-table.ts'
import { EvmError } from './errors.ts'

export interface AnvilProcess {
  readonly host: string
  readonly port: number
  readonly pid: number
  /** Its local socket, where there can be one. */
  readonly ipc: string | undefined
  /** Settles when the process is gone; says how it ended. */
  readonly ended: Promise<string>
  /** What it printed last. */
  said(): string
  kill(): Promise<void>
}

export interface AnvilOptions {
  readonly binary: string
  readonly dataDir: string
  readonly args: readonly string[]
}

const KEPT_OUTPUT = 2_000
/** Bytes; macOS has the shortest, 104 with the zero at the end. */
const MAX_SOCKET_PATH = 103
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file))

/** Starts the engine without mining on an address and port of its own. */
export async function startAnvil({ binary, dataDir, args }: AnvilOptions): Promise<AnvilProcess> {
  endStale(dataDir)
  const host = privateHost()
  const port = await freePort(host)
  const ipc = await ipcFile(dataDir)
  const doors = ['--host', host, '--port', `${port}`, ...(ipc === undefined ? [] : ['--ipc', ipc])]
  const command = [binary, ...doors, '--quiet', '--no-cors', ...args]
  // The engine cannot watch whether we live; the kernel can, and ends it with us.
  const wrapped =
    process.platform === 'linux' && setpriv !== undefined
      ? [setpriv, '--pdeathsig', 'KILL', ...command]
      : command
  const [file = binary, ...rest] = wrapped
  // A signal to our process group must not reach the engine first: we still have to save its state.
  const detached = true
  const child = spawn(file, rest, { cwd: dataDir, stdio: ['ignore', 'pipe', 'pipe'], detached })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const ended = endOf(child)
  const pid = child.pid
  if (pid === undefined) throw EvmError.engineEnded(await ended, output.trim())
  remember(dataDir, pid)
  return {
    host,
    port,
    pid,
    ipc,
    ended,
    said: () => output.trim(),
    async kill() {
      child.kill('SIGKILL')
      await ended
      rmSync(pidFile(dataDir), { force: true })
      if (ipc !== undefined) rmSync(ipc, { force: true })
    },
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
}

/**
 * The engine checks neither `Host` nor `Origin`, so a web page that found its port could use it.
 * Linux answers on all of 127/8: an address nobody can guess keeps it private.
 */
function privateHost(): string {
  if (process.platform !== 'linux') return LOOPBACK
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(3))
  return `127.${1 + (a % 254)}.${b}.${1 + (c % 254)}`
}

async function freePort(host: string): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, host, resolve)
  })
  const port = portOf(probe)
  await new Promise<void>((resolve) => probe.close(() => resolve()))
  return port
}

/** `undefined` where the path is too long for the kernel or the disk has no sockets. */
async function ipcFile(dataDir: string): Promise<string | undefined> {
  const file = path.resolve(dataDir, 'engine.ipc')
  if (process.platform === 'win32' || Buffer.byteLength(file) > MAX_SOCKET_PATH) return undefined
  // One that an earlier engine left would be in the way.
  rmSync(file, { force: true })
  // The engine would end where it cannot listen.
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(undefined))
    probe.listen(file, () => probe.close(() => resolve(file)))
  })
}

function pidFile(dataDir: string): string {
  return path.join(dataDir, 'engine.json')
}

function remember(dataDir: string, pid: number): void {
  writeFileAtomic(pidFile(dataDir), JSON.stringify(markOf(pid) ?? {}))
}

/** Ends an engine that outlived its proxy (where the kernel cannot do it). */
function endStale(dataDir: string): void {
  let kept: { pid?: unknown; started?: unknown }
  try {
    kept = JSON.parse(readFileSync(pidFile(dataDir), 'utf8')) as typeof kept
  } catch {
    return
  }
  const { pid, started } = kept
  if (typeof pid !== 'number' || typeof started !== 'string') return
  if (!isAlive({ pid, started })) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in between.
  }
}
