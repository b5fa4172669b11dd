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

/** Answers a request; `undefined` when it is not about sign-in. */
export type Answer = (request: Request) => Promise<Response | undefined>

export function signInRoutes({ url, wallet, webOrigin, resolve }: Door): Answer {
  const isSafe = url.startsWith('https:')
  const cookie = (name: string, value: string, ms: number) => ({
    'set-cookie': `${name}=${value}; Path=/; Max-Age=${ms / 1000}; HttpOnly; SameSite=Lax${isSafe ? '; Secure' : ''}`,
  })
  // The wallet shows the realm: people must recognise whom they sign in to.
  const signIn = new SignIn(webOrigin ?? url, resolve)
  const routes: Record<string, (request: Request) => Response | Promise<Response>> = {
    'GET /sign-in': () => json(200, { ...signIn.question(), wallet }),
    'GET /sign-in/wallet': () => {
      const { nonce, realm } = signIn.question()
      const redirecturl = `${url}/sign-in/answer`
      const query = new URLSearchParams({ claims: '{}', nonce, realm, redirecturl })
      return goTo(`${wallet}/credaccess?${query}`, cookie('question', nonce, QUESTION_MS))
    },
    'GET /sign-in/answer': async (request) => {
      const [, token] = /^\/sign-in\/answer\/([^?]+)/.exec(targetOf(request)) ?? []
      if (token === undefined) throw new Error('the wallet did not say who you are')
      const { session } = await signIn.accept(token, cookieOf(request, 'question') ?? '')
      return goTo(`${url}/me`, cookie('session', session, SESSION_MS))
    },
    'POST /sign-in': async (request) => {
      const { token, nonce } = await readJson(request)
      const begun = nonce === undefined ? undefined : String(nonce)
      return json(200, await signIn.accept(String(token), begun))
    },
    'GET /me': (request) => {
      const did = signIn.who(sessionOf(request))
      if (did === undefined) throw new Error('sign in first')
      return json(200, { did })
    },
    'POST /sign-out': (request) => {
      signIn.end(sessionOf(request))
      return json(200, {}, cookie('session', '', 0))
    },
  }

  return async (request) => {
    const path = pathOf(request)
    const methods = ['GET', 'POST'].filter((method) => routes[`${method} ${path}`] !== undefined)
    if (methods.length === 0) return undefined
    const response = await answered(request, routes[`${request.method} ${path}`], methods)
    response.headers.set('cache-control', 'no-store')
    response.headers.set('vary', 'origin')
    if (webOrigin !== undefined && request.headers.get('origin') === webOrigin) {
      response.headers.set('access-control-allow-origin', webOrigin)
      response.headers.set('access-control-allow-headers', 'authorization, content-type')
    }
    return response
  }
}

async function answered(
  request: Request,
  route: ((request: Request) => Response | Promise<Response>) | undefined,
  methods: readonly string[],
): Promise<Response> {
  try {
    if (route !== undefined) return await route(request)
    if (request.method === 'OPTIONS') return new Response(null, { status: 204 })
    return json(405, { error: `only ${methods.join(' and ')} is answered` })
  } catch (error) {
    const status = error instanceof CannotResolve ? 503 : 401
    return json(status, { error: error instanceof Error ? error.message : String(error) })
  }
}

/** The path that names the route: the wallet hangs its answer behind the address it was given. */
function pathOf(request: Request): string {
  const path = new URL(request.url).pathname
  return path.startsWith('/sign-in/answer/') ? '/sign-in/answer' : path
}

function targetOf(request: Request): string {
  const { pathname, search } = new URL(request.url)
  return pathname + search
}

function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  const all = { 'content-type': 'application/json', ...headers }
  return new Response(`${JSON.stringify(body)}\n`, { status, headers: all })
}

function goTo(location: string, headers: Record<string, string>): Response {
  // The address can hold an answer, which is nobody else's business.
  const all = { location, 'referrer-policy': 'no-referrer', ...headers }
  return new Response(null, { status: 302, headers: all })
}

async function readJson(request: Request): Promise<Record<string, unknown>> {
  const body = await request.text()
  if (body.length > MAX_TOKEN) throw new Error('this is no token')
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {}
  throw new Error('the body is no JSON object')
}

function sessionOf(request: Request): string {
  const authorization = request.headers.get('authorization') ?? ''
  const [, bearer] = /^Bearer (\S+)$/.exec(authorization) ?? []
  return bearer ?? cookieOf(request, 'session') ?? ''
}

function cookieOf({ headers }: Request, name: string): string | undefined {
  const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === name)?.[1]
}
