/** Providers that speak JSON-RPC 2.0 over HTTP, as nodes and services do. */
import { connect, isIP } from 'node:net'
import { ElaError, systemCodeOf } from '../../base/errors.ts'
import { callRpc } from '../../base/json-rpc.ts'
import type { ProcessSpec } from '../../supervisor/process-spec.ts'
import { type RunningProcess, startProcess } from '../../supervisor/supervised-process.ts'
import { isPublicAddress } from '../capabilities/public-address.ts'
import { Away, type Placement, type Provider } from './provider.ts'

export interface RpcProviderOptions {
  readonly name: string
  readonly url: string
  /** Found out from the URL when left out. */
  readonly placement?: Placement
  /** A method that answers at once; when left out, a connection that is taken will do. */
  readonly probe?: string
  readonly timeoutMs?: number
}

/** Failures of a connection that never came about: nothing was sent. */
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']

export function rpcProvider(options: RpcProviderOptions): Provider {
  const { name, url, placement = placementOf(url), probe, timeoutMs = 15_000 } = options
  const call = async (method: string, params: readonly unknown[], signal: AbortSignal) => {
    try {
      return await callRpc(url, method, params, { signal, timeoutMs })
    } catch (error) {
      throw awayOr(error)
    }
  }
  return {
    name,
    placement,
    call,
    async check(signal) {
      if (probe === undefined) {
        return accepts(new URL(url), signal)
      }
      // Whoever refuses a method is there.
      await call(probe, [], signal).catch((error: unknown) => {
        if (error instanceof Away) throw error
      })
    },
  }
}

export interface ServiceProgram {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  /** Where it answers once it runs. */
  readonly url: string
}

const READY_WITHIN_MS = 20_000
const STOP_WITHIN_MS = 3_000

/** A service of this machine that is started at first use and then answers at `url`. */
export function programProvider(
  { name, file, args, cwd, url }: ServiceProgram,
  onLine: (line: string) => void,
): Provider {
  let running: RunningProcess | undefined
  const provider = rpcProvider({ name, url, placement: 'local' })
  const spec: ProcessSpec = {
    ...{ name, file, args, cwd, env: {}, probe: (signal) => accepts(new URL(url), signal) },
    ...{ readyWithinMs: READY_WITHIN_MS, stopWithinMs: STOP_WITHIN_MS },
  }
  return {
    ...provider,
    async start() {
      running = await startProcess(spec, (_, line) => onLine(line))
    },
    async stop() {
      await running?.stop()
      running = undefined
    },
  }
}

/** Loopback is here, private addresses and names of the local network are near. */
export function placementOf(url: string): Placement {
  const hostname = new URL(url).hostname.replace(/^\[|\]$/g, '')
  if (hostname === 'localhost' || hostname === '::1' || hostname.startsWith('127.')) return 'local'
  if (hostname.endsWith('.local')) return 'near'
  return isIP(hostname) !== 0 && !isPublicAddress(hostname) ? 'near' : 'distant'
}

/** Whether somebody takes connections there. */
function accepts({ hostname, port, protocol }: URL, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
      signal,
    })
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}

function awayOr(error: unknown): unknown {
  if (!(error instanceof ElaError) || error.code === 'rpc/refused') return error
  const cause = error.cause instanceof Error ? (error.cause.cause ?? error.cause) : undefined
  const wasSent = !NOT_SENT.includes(systemCodeOf(cause) ?? '')
  return new Away(error.message, wasSent, error)
}
