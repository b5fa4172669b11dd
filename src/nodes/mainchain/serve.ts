/** A main chain node with its network interfaces. */
import { systemCodeOf } from '../../base/errors.ts'
import { closeServer, portOf } from '../../base/loopback-server.ts'
import { MainchainError } from './errors.ts'
import { type Announce, openNode } from './node.ts'
import type { NodeOptions } from './options.ts'
import { serveRest } from './rest.ts'
import { serveRpc } from './rpc.ts'
import type { ServedNode } from './rpc-method.ts'
import { serveWs } from './ws.ts'

export interface RunningNode extends ServedNode {
  /** Ends the servers, then the store. Safe to call twice. */
  readonly stop: () => Promise<void>
}

/** Opens the chain (see `openNode`) and starts RPC, REST and WebSocket. */
export async function startNode(
  options: NodeOptions,
  log: (line: string) => void,
  announce?: Announce,
): Promise<RunningNode> {
  const node = openNode(options, log, announce)
  const closers: (() => Promise<void>)[] = []
  const ports = { ...options.ports }
  const served: ServedNode = { ...node, ports }
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= Promise.all(closers.map((close) => close())).then(() => node.close())
    return stopped
  }
  try {
    const rpc = await onPort('rpc', options.ports.rpc, (port) => serveRpc(served, port))
    closers.push(() => closeServer(rpc))
    const rest = await onPort('rest', options.ports.rest, (port) => serveRest(served, port))
    closers.push(() => closeServer(rest))
    const ws = await onPort('ws', options.ports.ws, (port) => serveWs(served, port))
    closers.push(() => ws.close())
    Object.assign(ports, { rpc: portOf(rpc), rest: portOf(rest), ws: portOf(ws.http) })
  } catch (error) {
    await stop()
    throw error
  }
  return { ...served, stop }
}

async function onPort<T>(
  name: string,
  port: number,
  listen: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await listen(port)
  } catch (error) {
    if (systemCodeOf(error) !== 'EADDRINUSE') throw error
    throw MainchainError.portBusy(name, port, error)
  }
}
