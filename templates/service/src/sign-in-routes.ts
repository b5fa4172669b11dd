/**
 * Sign-in over HTTP.
 *
 *     GET  /sign-in/wallet          a browser goes to the wallet, which sends it on to
 *     GET  /sign-in/answer/<token>  and this to /me, with the session in a cookie
 *
 *     GET  /sign-in                 {nonce, realm, wallet}, for a page that asks by itself (see
 *                                   `sign-in.js` of the `web` template), and with its answer
 *     POST /sign-in {token, nonce?} {did, session, shown}
 *
 *     GET  /me                      {did}, with the session: cookie or `Authorization: Bearer …`
 *     POST /sign-out                ends the session
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  CannotResolve,
  MAX_TOKEN,
  QUESTION_MS,
  type Resolve,
  SESSION_MS,
  SignIn,
} from './sign-in.ts'

export interface Door {
  /** Where people reach this service, without a `/` at the end. */
  readonly url: string
  /** Where links for the wallet go. */
  readonly wallet: string
  /** The origin of the page that may sign in here by itself. */
  readonly webOrigin?: string | undefined
  readonly resolve: Resolve
}

/** Answers a request; `false` when it is not about sign-in. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

export function signInRoutes({ url, wallet, webOrigin, resolve }: Door): Answer {
  const isSafe = url.startsWith('https:')
  const cookie = (name: string, value: string, ms: number) =>
    `${name}=${value}; Path=/; Max-Age=${ms / 1000}; HttpOnly; SameSite=Lax${isSafe ? '; Secure' : ''}`
  // The wallet shows the realm: people must recognise whom they sign in to.
  const signIn = new SignIn(webOrigin ?? url, resolve)
  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => unknown> = {
    'GET /sign-in': (_, response) => json(response, 200, { ...signIn.question(), wallet }),
    'GET /sign-in/wallet': (_, response) => {
      const { nonce, realm } = signIn.question()
      const redirecturl = `${url}/sign-in/answer`
      const query = new URLSearchParams({ claims: '{}', nonce, realm, redirecturl })
      response.setHeader('set-cookie', cookie('question', nonce, QUESTION_MS))
      goTo(response, `${wallet}/credaccess?${query}`)
    },
    'GET /sign-in/answer': async (request, response) => {
      const [, token] = /^\/sign-in\/answer\/([^?]+)/.exec(request.url ?? '') ?? []
      if (token === undefined) throw new Error('the wallet did not say who you are')
      const { session } = await signIn.accept(token, cookieOf(request, 'question') ?? '')
      response.setHeader('set-cookie', cookie('session', session, SESSION_MS))
      goTo(response, `${url}/me`)
    },
    'POST /sign-in': async (request, response) => {
      const { token, nonce } = await readJson(request)
      const begun = nonce === undefined ? undefined : String(nonce)
      json(response, 200, await signIn.accept(String(token), begun))
    },
    'GET /me': (request, response) => {
      const did = signIn.who(sessionOf(request))
      if (did === undefined) throw new Error('sign in first')
      json(response, 200, { did })
    },
    'POST /sign-out': (request, response) => {
      signIn.end(sessionOf(request))
      response.setHeader('set-cookie', cookie('session', '', 0))
      json(response, 200, {})
    },
  }

  return async (request, response) => {
    const path = pathOf(request)
    const methods = ['GET', 'POST'].filter((method) => routes[`${method} ${path}`] !== undefined)
    if (methods.length === 0) return false
    response.setHeader('cache-control', 'no-store')
    response.setHeader('vary', 'origin')
    if (webOrigin !== undefined && request.headers.origin === webOrigin) {
      response.setHeader('access-control-allow-origin', webOrigin)
      response.setHeader('access-control-allow-headers', 'authorization, content-type')
    }
    try {
      const route = routes[`${request.method} ${path}`]
      if (route !== undefined) await route(request, response)
      else if (request.method === 'OPTIONS') response.writeHead(204).end()
      else json(response, 405, { error: `only ${methods.join(' and ')} is answered` })
    } catch (error) {
      const status = error instanceof CannotResolve ? 503 : 401
      json(response, status, { error: error instanceof Error ? error.message : String(error) })
    }
    return true
  }
}

/** The path that names the route: the wallet hangs its answer behind the address it was given. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const [path = ''] = url.split('?')
  return path.startsWith('/sign-in/answer/') ? '/sign-in/answer' : path
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}

function goTo(response: ServerResponse, location: string): void {
  // The address can hold an answer, which is nobody else's business.
  response.writeHead(302, { location, 'referrer-policy': 'no-referrer' }).end()
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let body = ''
  for await (const part of request) {
    body += part
    if (body.length > MAX_TOKEN) throw new Error('this is no token')
  }
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {}
  throw new Error('the body is no JSON object')
}

function sessionOf(request: IncomingMessage): string {
  const [, bearer] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
  return bearer ?? cookieOf(request, 'session') ?? ''
}

function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === name)?.[1]
}
