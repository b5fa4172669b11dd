/**
 * The admin port of a devnet: how another `ela` process watches and steers it.
 *
 *     GET  /status             the session, without its token
 *     GET  /events?recent=1    DevnetEvents as JSON lines, first the last ones; ends with the devnet
 *     POST /intent             an `Intent`; answers when it is done
 *
 * Loopback only, and only with the bearer token of the session file.
 */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ElaError, messageOf } from '../base/errors.ts'
import { closeServer, listenLoopback, portOf, readBody } from '../base/loopback-server.ts'
import { stringify } from '../base/printer.ts'
import type { OnEvent } from './event-hub.ts'
import type { DevnetEvent, Intent } from './events.ts'
import { parseIntent } from './intent.ts'

const MAX_BODY_BYTES = 64 * 1024
/** A watcher that does not read is cut off rather than remembered for. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024

export interface AdminDuties {
  readonly token: string
  readonly status: () => object
  readonly recent: () => readonly DevnetEvent[]
  readonly listen: (listener: OnEvent) => () => void
  readonly perform: (intent: Intent) => Promise<void>
  /** Somebody began to watch; returns what to do when they are gone. */
  readonly watched: () => () => void
}

export interface AdminPort {
  readonly url: string
  close(): Promise<void>
}

export async function openAdminPort(duties: AdminDuties): Promise<AdminPort> {
  const server = await listenLoopback((request, response) => {
    answer(request, response, duties).catch((error: unknown) => refuse(response, error))
  }, 0)
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close: () => closeServer(server),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  duties: AdminDuties,
): Promise<void> {
  if (!mayEnter(request, duties.token)) {
    reply(response, 401, {
      error: { code: 'devnet/token', message: 'The admin token is missing.' },
    })
    return
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const route = `${request.method} ${pathname}`
  if (route === 'GET /status') {
    reply(response, 200, duties.status())
  } else if (route === 'GET /events') {
    stream(response, duties, searchParams.get('recent') === '1')
  } else if (route === 'POST /intent') {
    const body = await readBody(request, MAX_BODY_BYTES)
    const intent = body === undefined ? undefined : parseIntent(Buffer.from(body).toString())
    if (intent === undefined) {
      reply(response, 400, { error: { code: 'devnet/intent', message: 'This is no intent.' } })
      return
    }
    // The answer must be out before the devnet that gives it is gone.
    if (intent.intent === 'stop') reply(response, 200, {})
    await duties.perform(intent)
    if (intent.intent !== 'stop') reply(response, 200, {})
  } else {
    reply(response, 404, { error: { code: 'devnet/route', message: `There is no ${route}.` } })
  }
}

function stream(response: ServerResponse, duties: AdminDuties, recent: boolean): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  response.flushHeaders()
  const write = (event: DevnetEvent): void => {
    response.write(`${stringify(event)}\n`)
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy()
  }
  if (recent) for (const event of duties.recent()) write(event)
  const ignore = duties.listen(write)
  const leave = duties.watched()
  response.once('close', () => {
    ignore()
    leave()
  })
}

function mayEnter({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function refuse(response: ServerResponse, thrown: unknown): void {
  const error =
    thrown instanceof ElaError
      ? { code: thrown.code, message: thrown.message, hint: thrown.hint, exit: thrown.exit }
      : { code: 'devnet/defect', message: messageOf(thrown), exit: 'defect' }
  reply(response, 409, { error })
}

function reply(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${stringify(body)}\n`)
}
