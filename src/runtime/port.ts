/** The port of a DApp: the one it wants, or the next free one. */
import type { Server } from 'node:http'
import { systemCodeOf } from '../base/errors.ts'
import {
  type Admission,
  closeServer,
  type Handler,
  listenLoopback,
  portOf,
} from '../base/loopback-server.ts'
import { RuntimeError } from './errors.ts'
import type { OnRuntimeEvent } from './events.ts'

export const DEFAULT_PORT = 8600
/** Ports tried after the wanted one before any free one is taken. */
const NEARBY = 20

export interface PortWish {
  readonly port: number | false | undefined
  readonly strictPorts: boolean
}

/** Listens at the wanted port or near it. Throws `runtime/portBusy` or `runtime/portForbidden`. */
export async function listenNear(
  wish: PortWish,
  handle: Handler,
  admit?: Admission,
): Promise<Server> {
  const wanted = wantedPort(wish)
  const last = wish.strictPorts || wanted === 0 ? wanted : Math.min(wanted + NEARBY, 65_535)
  let firstFailure: unknown
  for (let port = wanted; port <= last; port += 1) {
    try {
      return await listenLoopback(handle, port, admit)
    } catch (error) {
      const code = systemCodeOf(error)
      if (code === 'EACCES') throw RuntimeError.portForbidden(port, error)
      if (code !== 'EADDRINUSE') throw error
      firstFailure ??= error
    }
  }
  if (wish.strictPorts) throw RuntimeError.portBusy(wanted, firstFailure)
  return listenLoopback(handle, 0, admit)
}

/** A port that was free a moment ago, at the wanted one or near it, for a process to listen on. */
export async function findPort(wish: PortWish): Promise<number> {
  const server = await listenNear(wish, (_request, response) => response.destroy())
  const port = portOf(server)
  await closeServer(server)
  return port
}

/** 0 when any will do. */
export function wantedPort({ port }: PortWish): number {
  return port === undefined || port === false ? DEFAULT_PORT : port
}

/** Says that the DApp is not where it is usually looked for. */
export function sayMovedPort(wish: PortWish, got: number, onEvent: OnRuntimeEvent): void {
  const wanted = wantedPort(wish)
  if (wanted === 0 || wanted === got) return
  onEvent({ event: 'notice', message: `Port ${wanted} is in use: the DApp is at ${got}.` })
}
