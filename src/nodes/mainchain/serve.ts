/** A main chain node with its network interfaces. */
import { closeServer, portOf } from '../../base/loopback-server.ts'
import { type MainchainNode, openNode } from './node.ts'
import type { NodeOptions } from './options.ts'
import { serveRest } from './rest.ts'
import { serveRpc } from './rpc.ts'
import type { ServedNode } from './rpc-method.ts'
import { serveWs } from './ws.ts'

export interface RunningNode extends ServedNode {
  /** Ends the servers, then the store. Safe to call twice. */
  readonly stop: () => Promise<void>
}

/**
 * Opens the chain and starts RPC, REST and WebSocket. `announce` gets the node before anybody can
 * talk to it, so that nothing is missed.
 */
export async function startNode(
  options: NodeOptions,
  log: (line: string) => void,
  announce: (node: MainchainNode) => void = () => undefined,
): Promise<RunningNode> {
  const node = openNode(options, log)
  const closers: (() => Promise<void>)[] = []
  const ports = { ...options.ports }
  const served: ServedNode = { ...node, ports }
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= Promise.all(closers.map((close) => close())).then(() => node.close())
    return stopped
  }
  try {
    announce(node)
    const rpc = await serveRpc(served, options.ports.rpc)
    closers.push(() => closeServer(rpc))
    const rest = await serveRest(served, options.ports.rest)
    closers.push(() => closeServer(rest))
    const ws = await serveWs(served, options.ports.ws)
    closers.push(() => ws.close())
    Object.assign(ports, { rpc: portOf(rpc), rest: portOf(rest), ws: portOf(ws.http) })
  } catch (error) {
    await stop()
    throw error
  }
  return { ...served, stop }
}
