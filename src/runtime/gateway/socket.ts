import { chmodSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { messageOf } from '../../base/errors.ts'
import { closeServer } from '../../base/loopback-server.ts'
import { GatewayError } from './errors.ts'

/** What the address of a unix socket holds on every system we know; Linux takes 3 bytes more. */
const LONGEST_PATH = 104

/**
 * Listens on a unix socket that only its owner may open. Returns how to stop.
 * Throws `runtime/gatewaySocket`.
 */
export async function listenOnSocket(server: Server, socket: string): Promise<() => Promise<void>> {
  if (Buffer.byteLength(socket) >= LONGEST_PATH) {
    throw GatewayError.gatewaySocket(socket, `its path is longer than ${LONGEST_PATH - 1} bytes`)
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(GatewayError.gatewaySocket(socket, messageOf(error))))
    server.listen(socket, resolve)
  })
  chmodSync(socket, 0o600)
  return async () => {
    await closeServer(server)
    rmSync(socket, { force: true })
  }
}
