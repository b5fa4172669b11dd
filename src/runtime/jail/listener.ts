/**
 * Sockets that listen before the instance exists and are inherited by it. A socket belongs to the
 * network namespace that it was made in, so an instance without any network can still accept on it,
 * and nothing stands between a client and the engine.
 */
import { renameSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { systemCodeOf } from '../../base/errors.ts'
import { LOOPBACK, portOf } from '../../base/loopback-server.ts'
import { RuntimeError } from '../errors.ts'

export interface Listener {
  /** File descriptor in this process, to be inherited. */
  readonly fd: number
  /** Closes our copy: as long as it is open, connections could come to us. */
  release(): void
}

/**
 * Listens on 127.0.0.1. Throws `runtime/portBusy` and `runtime/portForbidden`.
 *
 * @param wanted 0 for any free one
 */
export async function listenOnPort(wanted: number): Promise<Listener & { readonly port: number }> {
  const server = createServer(refuse)
  try {
    await listening(server, () => server.listen(wanted, LOOPBACK))
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'EACCES') throw RuntimeError.portForbidden(wanted, error)
    if (code === 'EADDRINUSE') throw RuntimeError.portBusy(wanted, error)
    throw error
  }
  return { ...inheritable(server), port: portOf(server) }
}

/** Listens on a Unix socket at `file`, full path, in a folder that only its user can enter. */
export async function listenOnSocket(file: string): Promise<Listener> {
  // Node removes the file that it made when it closes the socket, and the instance would keep
  // listening where nobody can reach it. It does not find a file that has moved.
  const made = path.join(path.dirname(file), `.${path.basename(file)}`)
  const server = createServer(refuse)
  rmSync(made, { force: true })
  await listening(server, () => server.listen(made))
  renameSync(made, file)
  return inheritable(server)
}

/**
 * Until our copy is closed a connection may come to us instead of the instance. Nobody would ever
 * answer it; this way its client learns at once that it has to try again.
 */
function refuse(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.resetAndDestroy()
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', () => {
      server.off('error', reject)
      resolve()
    })
    listen()
  })
}

function inheritable(server: Server): Listener {
  // Node has no public name for the descriptor of a listening socket.
  const { _handle: handle } = server as unknown as { _handle?: { fd?: number } }
  const fd = handle?.fd
  if (fd === undefined || fd < 0) throw new Error('a listening socket has no descriptor')
  return { fd, release: () => void server.close() }
}
