/**
 * The origin of a DApp's page: a host name of its own below `.localhost`.
 *
 * Ports separate what pages store, but not cookies, so each DApp gets a name too. Chromium and
 * Firefox resolve every name below `.localhost` to this machine, without asking anybody; programs
 * often do not, and use 127.0.0.1.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

const LONGEST_LABEL = 63
const DIGEST_LENGTH = 8

/**
 * The first label of the host name.
 *
 * @param apart what tells two DApps of one name apart; `undefined` for a project in work, whose
 *   address people type
 */
export function labelOf(name: string, apart: string | undefined): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9-]+/g, '-')
  if (apart === undefined) return trimmed(plain, LONGEST_LABEL)
  const digest = createHash('sha256').update(apart).digest('hex').slice(0, DIGEST_LENGTH)
  return `${trimmed(plain, LONGEST_LABEL - DIGEST_LENGTH - 1)}-${digest}`
}

function trimmed(text: string, length: number): string {
  return text.replace(/^-+/, '').slice(0, length).replace(/-+$/, '') || 'dapp'
}

/**
 * Whether the DApp may see a request. One that it may not see is answered here: 421 for a host that
 * is not this DApp's (a name that somebody else let point to this machine), 403 for one that
 * another page made. Browsers that come by number or as `localhost` are sent to the DApp's own name.
 */
export function admitTo(
  label: string,
): (request: IncomingMessage, answer: ServerResponse) => boolean {
  return (request, answer) => {
    const { headers, socket } = request
    const port = socket.localPort
    const own = `${label}.localhost:${port}`
    const host = headers.host?.toLowerCase()
    if (host !== own && host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
      refuse(answer, 421, 'This host name is not one of the DApp.')
      return false
    }
    if (isForeign(request, `http://${host}`)) {
      refuse(answer, 403, 'Requests from other sites are refused.')
      return false
    }
    if (host !== own && isVisit(request) && resolvesNames(headers['user-agent'])) {
      const { method, url = '/' } = request
      if (method === 'GET' && url.startsWith('/')) {
        answer
          .writeHead(307, { location: `http://${own}${url}`, 'cache-control': 'no-store' })
          .end()
        return false
      }
    }
    return true
  }
}

/** Another page may lead people here by a link, and do nothing else. */
function isForeign(request: IncomingMessage, own: string): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && origin !== own) return true
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  return !(request.method === 'GET' && isVisit(request))
}

/** Somebody opens the page itself, in a tab and not in a frame. */
function isVisit({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}

/** Safari asks the system for names below `.localhost`, and many systems know none. */
function resolvesNames(agent = ''): boolean {
  return /Chrome\/|Firefox\//.test(agent)
}

function refuse(answer: ServerResponse, status: number, why: string): void {
  answer.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  answer.end(`${status}: ${why}\n`)
}
