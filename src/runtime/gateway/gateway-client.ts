/** Calls of a gateway from this process, for DApps that have no way to it themselves. */
import { type ClientRequest, request as openRequest } from 'node:http'
import { GATEWAY_HOST, TOKEN_HEADER } from './checks.ts'

const ANSWER_WITHIN_MS = 60_000

export interface GatewayAddress {
  /** Full path of the gateway's socket. */
  readonly socket: string
  readonly token: string
}

export interface Outcome {
  /** As JSON has it: bytes are `{$bytes: base64}`. */
  readonly value?: unknown
  readonly error?: { readonly code?: string; readonly message?: string }
}

const AWAY: Outcome = { error: { code: 'capability/away', message: 'The runtime is away.' } }

/** One call: `storage/get` with its arguments. A gateway that does not answer is an outcome too. */
export function callGateway(
  gateway: GatewayAddress,
  path: string,
  args: readonly unknown[],
): Promise<Outcome> {
  return new Promise((resolve) => {
    const body = Buffer.from(JSON.stringify(args))
    const asked = openGatewayRequest(gateway, path, 'POST', `${body.length}`)
    asked.on('response', (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', () => resolve(AWAY))
      answer.on('end', () => resolve(parseOutcome(Buffer.concat(parts))))
    })
    asked.on('error', () => resolve(AWAY))
    asked.end(body)
  })
}

/** The request for a call, whose body is the caller's to send. */
export function openGatewayRequest(
  { socket, token }: GatewayAddress,
  path: string,
  method: string,
  length: string | undefined,
): ClientRequest {
  const asked = openRequest({
    socketPath: socket,
    path: `/v1/${path}`,
    method,
    timeout: ANSWER_WITHIN_MS,
    headers: {
      host: GATEWAY_HOST,
      [TOKEN_HEADER]: token,
      'content-type': 'application/json',
      ...(length === undefined ? {} : { 'content-length': length }),
    },
  })
  asked.on('timeout', () => asked.destroy())
  return asked
}

function parseOutcome(bytes: Buffer): Outcome {
  try {
    return JSON.parse(bytes.toString('utf8')) as Outcome
  } catch {
    return AWAY
  }
}
