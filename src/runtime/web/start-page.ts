/** A DApp that is pages: verified files for browsers, and the gateway behind their own origin. */
import { closeServer, portOf } from '../../base/loopback-server.ts'
import type { EngineEnd, Runner } from '../engine/engine.ts'
import { listenNear } from '../port.ts'
import { type Site, siteServer } from './web-server.ts'

/**
 * Starts serving. A wanted port that is busy is an error, as for every DApp that is opened.
 *
 * Throws `runtime/portBusy` and `runtime/portForbidden`.
 *
 * @param port wanted on 127.0.0.1; 0 for any free one
 */
export async function startPage(site: Site, port: number): Promise<Runner> {
  const { handle, admit } = siteServer(site)
  const server = await listenNear({ port, strictPorts: true }, handle, admit)
  let markEnded: (end: EngineEnd) => void = () => {}
  const ended = new Promise<EngineEnd>((resolve) => {
    markEnded = resolve
  })
  let isOver = false
  return {
    pid: undefined,
    port: portOf(server),
    ended,
    usage: () => undefined,
    // There is no process that could be another one: this server is us.
    challenge: async () => !isOver,
    kill(why) {
      if (isOver) return
      isOver = true
      void closeServer(server).then(() => markEnded({ reason: 'killed', detail: why }))
    },
  }
}
