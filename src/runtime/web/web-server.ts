/**
 * The HTTP server of a DApp's page.
 *
 *     /__ela/session.json   the networks the page may ask
 *     /__ela/v1/…           calls of capabilities, and
 *     /__ela/rpc/<node>     JSON-RPC of a node, as far as the page may read it
 *     /__ela/live.js        in `ela dev`: the script that follows changes, and
 *     /__ela/events         the stream it listens to
 *     everything else       the files
 */
import { existsSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import path from 'node:path'
import { systemCodeOf } from '../../base/errors.ts'
import type { Admission, Handler } from '../../base/loopback-server.ts'
import { stringify } from '../../base/printer.ts'
import type { Networks } from '../dapp-options.ts'
import type { GatewayAddress } from '../gateway/gateway-client.ts'
import { listenNear, type PortWish } from '../port.ts'
import { LIVE_EVENTS_PATH, LIVE_SCRIPT, LIVE_SCRIPT_PATH, type LivePages } from './live-reload.ts'
import { admitTo } from './origin.ts'
import { CALL_PATH, passCall, passRpc, RPC_PATH } from './page-door.ts'
import { type PageWish, pageHeaders } from './page-policy.ts'
import { findPublicFile } from './public-file.ts'
import { sendFile } from './send-file.ts'

const OWN_PATHS = '/__ela/'

/** A page and what it may do. */
export interface Site {
  readonly name: string
  /** First label of its host name. */
  readonly label: string
  /** Full path of the folder that is served. */
  readonly root: string
  readonly policy: PageWish
  readonly networks: () => Networks
  /** What decides over its calls. */
  readonly gateway: () => GatewayAddress
  /** In `ela dev`: the pages that follow changes. */
  readonly live?: LivePages | undefined
  /**
   * Of a verified release: path below `root`, with `/`, → SHA-256 in hex. Other files are not there,
   * and those that are never change, so browsers keep them.
   */
  readonly digests?: ReadonlyMap<string, string> | undefined
}

/** How requests of a site are answered, and which are not. */
export function siteServer(site: Site): { readonly handle: Handler; readonly admit: Admission } {
  const headers = Object.entries(pageHeaders(site.policy)).filter(
    (header): header is [string, string] => header[1] !== undefined,
  )
  return {
    admit: admitTo(site.label),
    handle: (request, response) => {
      for (const [name, value] of headers) response.setHeader(name, value)
      const url = request.url ?? '/'
      if (url.startsWith(OWN_PATHS)) answerOwn(request, response, site)
      else answerPublic(request, response, site)
    },
  }
}

/** Throws `runtime/portBusy` or `runtime/portForbidden`. */
export async function startWebServer(site: Site, wish: PortWish): Promise<Server> {
  const { handle, admit } = siteServer(site)
  return listenNear(wish, handle, admit)
}

function answerOwn(request: IncomingMessage, response: ServerResponse, site: Site): void {
  response.setHeader('cache-control', 'no-store')
  const { live } = site
  const url = request.url ?? '/'
  if (url.startsWith(RPC_PATH)) {
    passRpc(request, response, site.gateway()).catch(() => response.destroy())
  } else if (url.startsWith(CALL_PATH)) {
    passCall(request, response, site.gateway())
  } else if (request.method !== 'GET') {
    response.writeHead(405, { allow: 'GET' }).end()
  } else if (url === '/__ela/session.json') {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(stringify(publicSession(site.name, site.networks())))
  } else if (live !== undefined && url === LIVE_SCRIPT_PATH) {
    response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' })
    response.end(LIVE_SCRIPT)
  } else if (live !== undefined && url === LIVE_EVENTS_PATH) {
    live.add(response)
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

function answerPublic(request: IncomingMessage, response: ServerResponse, site: Site): void {
  const { root, digests } = site
  const isLive = site.live !== undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const digestOf = (file: string) =>
    digests?.get(path.relative(root, file).split(path.sep).join('/'))
  try {
    const found = findPublicFile(root, request.url ?? '/')
    if (found.found === 'file' && (digests === undefined || digestOf(found.file) !== undefined)) {
      sendFile(request, response, { file: found.file, digest: digestOf(found.file), isLive })
    } else if (found.found === 'folder') {
      response.writeHead(302, { location: found.location }).end()
    } else {
      const own = path.join(root, '404.html')
      const { status, why } = found.found === 'nothing' ? found : NOT_LISTED
      if (status === 404 && existsSync(own)) {
        sendFile(request, response, { file: own, status: 404, isLive })
      } else {
        sayText(response, status, why)
      }
    }
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === undefined || response.headersSent) throw error
    // The file went away meanwhile, may not be read, or has a name no file can have.
    sayText(response, code === 'EACCES' ? 403 : 404, `The file cannot be read: ${code}.`)
  }
}

const NOT_LISTED = { status: 404, why: 'The release has no such file.' } as const

function sayText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${status}: ${text}\n`)
}
