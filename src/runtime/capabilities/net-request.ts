/** One https request to an address that was looked up before: nothing is resolved again here. */
import type { IncomingMessage } from 'node:http'
import { request as openRequest } from 'node:https'
import { isIPv4 } from 'node:net'
import { ElaError, messageOf, systemCodeOf } from '../../base/errors.ts'
import { CallError } from './errors.ts'

export interface OutgoingRequest {
  readonly url: URL
  readonly method: string
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
}

export interface Dialing {
  /** Any of them will do. */
  readonly addresses: readonly string[]
  /** PEM of the only root that is trusted; the system's when left out. */
  readonly ca: string | undefined
  readonly signal: AbortSignal
}

export interface SiteAnswer {
  readonly status: number
  /** Names in small letters; of several of one name the values are joined. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

const ANSWER_WITHIN_MS = 30_000
const MOST_BODY_BYTES = 8 * 1024 ** 2
const MOST_HEADER_BYTES = 32 * 1024
const MOST_TRIED = 3
/** The connection never came about: another address may be tried. */
const NOT_CONNECTED = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']

/** Throws `capability/siteFailed`, `capability/siteTooLong`. */
export async function sendRequest(
  request: OutgoingRequest,
  { addresses, ca, signal }: Dialing,
): Promise<SiteAnswer> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
  // Many machines have no route for IPv6, and find out late.
  const sorted = [...addresses].sort((a, b) => Number(isIPv4(b)) - Number(isIPv4(a)))
  let failure: unknown
  for (const address of sorted.slice(0, MOST_TRIED)) {
    try {
      const response = await dial(request, address, ca, limit)
      return {
        status: response.statusCode ?? 0,
        headers: plainHeaders(response),
        body: await bodyOf(response),
      }
    } catch (error) {
      if (error instanceof ElaError) throw error
      failure = error
      if (!NOT_CONNECTED.includes(systemCodeOf(error) ?? '')) break
    }
  }
  const isLate = limit.aborted && !signal.aborted
  throw CallError.siteFailed(isLate ? `not within ${ANSWER_WITHIN_MS} ms` : messageOf(failure))
}

function dial(
  { url, method, headers, body }: OutgoingRequest,
  address: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = openRequest({
      // The address, so that no second lookup can answer otherwise; the name for its certificate.
      host: address,
      servername: url.hostname,
      port: url.port === '' ? 443 : Number(url.port),
      path: `${url.pathname}${url.search}`,
      method,
      headers: { ...headers, host: url.host, 'accept-encoding': 'identity' },
      agent: false,
      maxHeaderSize: MOST_HEADER_BYTES,
      signal,
      ...(ca === undefined ? {} : { ca }),
    })
    asked.on('response', resolve)
    asked.on('error', reject)
    // Answered to none of our requests: an upgrade nobody asked for.
    asked.on('upgrade', (_, socket) => socket.destroy())
    asked.end(body)
  })
}

async function bodyOf(response: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MOST_BODY_BYTES) {
      response.destroy()
      throw CallError.siteTooLong(MOST_BODY_BYTES)
    }
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts, length))
}

function plainHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}
