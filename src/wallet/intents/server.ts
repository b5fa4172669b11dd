/**
 * The wallet on a loopback port, in the place of the phone.
 *
 *     GET  /did.web3essentials.io/<action>?…   a link of a DApp, its https:// replaced by this server;
 *                                              answered by the redirect Essentials would open
 *     POST /intent     {url, account?}      →  {status, action, result, reply}
 *     GET  /intents                         →  {waiting, rules}                     with the token
 *     POST /decisions  {decision, id | action | all, once?}                         with the token
 *     POST /api/v2/did/…                       a Hive node's sign-in, when one is wanted
 *
 * Pages of this machine may ask; only who can read the server's file may decide.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { ElaError, messageOf, systemCodeOf } from '../../base/errors.ts'
import { exitCodes } from '../../base/exit-codes.ts'
import {
  closeServer,
  isOfThisMachine,
  LOOPBACK,
  listenLoopback,
  portOf,
  readBody,
} from '../../base/loopback-server.ts'
import type { ChallengeDesk } from '../../identity/challenge.ts'
import type { IntentAnswer } from './answer.ts'
import { answerChallengeRoute, isChallengeRoute } from './challenge-routes.ts'
import type { IntentDesk } from './desk.ts'
import { IntentError } from './errors.ts'
import { EVERY_ACTION } from './rules.ts'

export interface WalletServer extends AsyncDisposable {
  readonly url: string
  /** Whoever has it may list and decide. */
  readonly token: string
}

const MAX_BODY = 512 * 1024
const TOKEN_BYTES = 24

/**
 * Throws `intent/portBusy`.
 *
 * @param port 0 for any free one
 * @param hive whom apps can sign in to by a challenge; nobody when left out
 */
export async function serveWallet(
  desk: IntentDesk,
  port: number,
  hive?: ChallengeDesk,
): Promise<WalletServer> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  let server: Server
  try {
    server = await listenLoopback((request, response) => {
      void handle(request, response, { desk, token, hive })
    }, port)
  } catch (error) {
    if (systemCodeOf(error) === 'EADDRINUSE') throw IntentError.portBusy(port)
    throw error
  }
  return {
    url: `http://${LOOPBACK}:${portOf(server)}`,
    token,
    [Symbol.asyncDispose]: () => closeServer(server),
  }
}

interface Serving {
  readonly desk: IntentDesk
  readonly token: string
  readonly hive: ChallengeDesk | undefined
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  serving: Serving,
): Promise<void> {
  const { origin } = request.headers
  // Foreign origins never come this far.
  if (origin !== undefined) response.setHeader('access-control-allow-origin', origin)
  response.setHeader('vary', 'origin')
  response.setHeader('cache-control', 'no-store')
  try {
    await route(request, response, serving)
  } catch (error) {
    sendError(response, error)
  }
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  { desk, token, hive }: Serving,
): Promise<void> {
  const { method = '', url = '/' } = request
  if (method === 'OPTIONS') {
    response.writeHead(204, {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'content-type',
    })
    response.end()
  } else if (method === 'GET' && /^\/(did|wallet)\./.test(url)) {
    if (isForeignLink(request)) throw IntentError.foreignLink()
    followLink(response, await desk.submit(`https:/${url}`, { gone: whenGone(response) }))
  } else if (method === 'POST' && url === '/intent') {
    const { url: intent, account } = await readJson(request)
    const who = typeof account === 'string' ? { account } : {}
    const gone = whenGone(response)
    sendJson(response, 200, answerJson(await desk.submit(String(intent), { gone, ...who })))
  } else if (method === 'POST' && hive !== undefined && isChallengeRoute(url)) {
    sendJson(response, 201, await answerChallengeRoute(url, hive, await readJson(request)))
  } else if (url === '/intents' && method === 'GET' && mayDecide(request, token)) {
    sendJson(response, 200, { waiting: desk.waiting(), rules: desk.rules.all() })
  } else if (url === '/decisions' && method === 'POST' && mayDecide(request, token)) {
    sendJson(response, 200, { decided: decide(desk, await readJson(request)) })
  } else {
    sendJson(response, 404, {
      error: { code: 'intent/noSuchPath', message: 'There is nothing here.' },
    })
  }
}

function decide(desk: IntentDesk, wish: Readonly<Record<string, unknown>>): number {
  const { decision, id, action, all, once } = wish
  if (decision !== 'approve' && decision !== 'deny') {
    throw IntentError.badParameter('decision', '`approve` or `deny`')
  }
  if (typeof id === 'string') {
    desk.decide(id, decision)
    return 1
  }
  if (typeof action !== 'string' && all !== true) {
    throw IntentError.badParameter('id', 'given, or `action`, or `all`')
  }
  const meant = typeof action === 'string' ? action : EVERY_ACTION
  return desk.decideAll(decision, meant, { once: once === true })
}

function mayDecide({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  // A page has an origin, and none of them may decide about its own intents.
  return (
    headers.origin === undefined && given.length === wanted.length && timingSafeEqual(given, wanted)
  )
}

/**
 * A page of another site can lead a browser here, or name a link as a picture, and no `Origin` tells:
 * only that it was another site, and which page of this machine it was if it was one.
 */
function isForeignLink({ headers }: IncomingMessage): boolean {
  const { referer = '' } = headers
  return headers['sec-fetch-site'] === 'cross-site' && !isOfThisMachine(referer)
}

/** What the phone would do with the browser. */
function followLink(response: ServerResponse, answer: IntentAnswer): void {
  const { reply } = answer
  if (reply.way === 'redirect') {
    response.writeHead(302, { location: asciiUrl(reply.url) })
    response.end()
  } else {
    sendJson(response, 200, answerJson(answer))
  }
}

/** Headers carry no characters outside ASCII; addresses are the same in percent form. */
function asciiUrl(url: string): string {
  return url.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character))
}

export function answerJson({ action, status, result, reply, error }: IntentAnswer): object {
  const why = error === undefined ? {} : { error: { code: error.code, message: error.message } }
  return { action, status, result, reply, ...why }
}

/** Aborted when the one who asked closes the connection before the answer. */
function whenGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const body = await readBody(request, MAX_BODY)
  if (body === undefined) throw IntentError.tooLong(MAX_BODY + 1, MAX_BODY)
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString())
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {}
  throw IntentError.badParameter('the body', 'a JSON object')
}

const STATUSES: Readonly<Record<number, number>> = {
  [exitCodes.refused]: 403,
  [exitCodes.notVerified]: 401,
  [exitCodes.unreachable]: 502,
  [exitCodes.devnetState]: 503,
}

function sendError(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) {
    response.destroy()
  } else if (thrown instanceof ElaError) {
    const { code, message, hint, exit } = thrown
    sendJson(response, STATUSES[exitCodes[exit]] ?? 400, { error: { code, message, hint } })
  } else {
    sendJson(response, 500, { error: { code: 'intent/defect', message: messageOf(thrown) } })
  }
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(value)}\n`)
}
