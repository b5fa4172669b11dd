/**
 * The HTTP server of a web DApp.
 *
 *     /__ela/session.json   the devnet's public part
 *     /__ela/rpc/<node>     JSON-RPC of a node
 *     /__ela/live.js        the script that follows changes, and
 *     /__ela/events         the stream it listens to
 *     everything else       the public folder
 */
import { existsSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import path from 'node:path'
import { systemCodeOf } from '../base/errors.ts'
import { stringify } from '../base/printer.ts'
import type { DappOptions, Networks } from './dapp-options.ts'
import { LIVE_EVENTS_PATH, LIVE_SCRIPT, LIVE_SCRIPT_PATH, type LivePages } from './live-reload.ts'
import { listenNear } from './port.ts'
import { findPublicFile } from './public-file.ts'
import { passRpc, RPC_PATH } from './rpc-gateway.ts'
import { sendFile } from './send-file.ts'

const OWN_PATHS = '/__ela/'

/** Throws `runtime/portBusy` or `runtime/portForbidden`. */
export async function startWebServer(options: DappOptions, pages: LivePages): Promise<Server> {
  return listenNear(options, (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff')
    const url = request.url ?? '/'
    if (url.startsWith(OWN_PATHS)) answerOwn(request, response, { options, pages })
    else answerPublic(request, response, options.entry)
  })
}

interface Served {
  readonly options: DappOptions
  readonly pages: LivePages
}

function answerOwn(request: IncomingMessage, response: ServerResponse, served: Served): void {
  // Other origins of this machine are kept out by the browser too, not only foreign sites.
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  response.setHeader('cache-control', 'no-store')
  const { options, pages } = served
  const url = request.url ?? '/'
  if (url.startsWith(RPC_PATH)) {
    passRpc(request, response, options.networks()).catch(() => response.destroy())
  } else if (request.method !== 'GET') {
    response.writeHead(405, { allow: 'GET' }).end()
  } else if (url === '/__ela/session.json') {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(stringify(publicSession(options.name, options.networks())))
  } else if (url === LIVE_SCRIPT_PATH) {
    response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' })
    response.end(LIVE_SCRIPT)
  } else if (url === LIVE_EVENTS_PATH) {
    pages.add(response)
  } else {
    sayText(response, 404, `ela serves nothing at \`${url}\`.`)
  }
}

/** What a page may know: every URL is one that its own origin serves or lets through. */
function publicSession(name: string, { nodes, ...rest }: Networks): object {
  const doors = Object.entries(nodes).map(([node, door]) => [
    node,
    { ...door, rpc: `${RPC_PATH}${node}` },
  ])
  return { schema: 'ela/dapp-session@1', name, ...rest, nodes: Object.fromEntries(doors) }
}

function answerPublic(request: IncomingMessage, response: ServerResponse, root: string): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  try {
    const found = findPublicFile(root, request.url ?? '/')
    if (found.found === 'file') {
      sendFile(request, response, found)
    } else if (found.found === 'folder') {
      response.writeHead(302, { location: found.location }).end()
    } else {
      const own = path.join(root, '404.html')
      if (found.status === 404 && existsSync(own)) {
        sendFile(request, response, { file: own, status: 404 })
      } else {
        sayText(response, found.status, found.why)
      }
    }
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === undefined || response.headersSent) throw error
    // The file went away meanwhile, may not be read, or has a name no file can have.
    sayText(response, code === 'EACCES' ? 403 : 404, `The file cannot be read: ${code}.`)
  }
}

function sayText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${status}: ${text}\n`)
}
