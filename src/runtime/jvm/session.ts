/** A conversation with a DApp on a Java virtual machine: requests in, calls out, pings between. */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable, Writable } from 'node:stream'
import { readBody } from '../../base/loopback-server.ts'
import { callGateway, type GatewayAddress } from '../gateway/gateway-client.ts'
import { requestHead, sendAnswer } from './answer.ts'
import { encodeFrame, type Frame, FrameReader, LONGEST_CONTENT } from './frames.ts'

const MOST_REQUESTS = 256
const MOST_CALLS = 256
const NONCE_BYTES = 32
const CALL = /^[a-z][A-Za-z]{0,31}$/

export interface SessionOptions {
  readonly input: Writable
  readonly output: Readable
  readonly gateway: GatewayAddress
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Called once when what it says is no frame: nothing after that can be understood. */
  readonly onNonsense: (why: string) => void
}

export class JvmSession {
  readonly #options: SessionOptions
  readonly #reader = new FrameReader()
  readonly #requests = new Map<number, ServerResponse>()
  readonly #pings = new Map<number, (nonce: Buffer) => void>()
  #calls = 0
  #lastRequest = 0

  constructor(options: SessionOptions) {
    this.#options = options
    const { input, output, onNonsense } = options
    input.on('error', () => undefined)
    output.on('error', () => undefined)
    output.on('data', (part: Buffer) => {
      try {
        for (const frame of this.#reader.take(part)) this.#hear(frame)
      } catch (error) {
        output.destroy()
        onNonsense(error instanceof Error ? error.message : String(error))
      }
    })
  }

  /** Hands a request to the DApp; its answer comes when it comes. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#requests.size >= MOST_REQUESTS) {
      response.writeHead(503, { 'retry-after': '1' }).end('The DApp has too many requests.\n')
      return
    }
    const head = Buffer.from(requestHead(request))
    const body = await readBody(request, LONGEST_CONTENT - head.length)
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end('The request is too long.\n')
      return
    }
    this.#lastRequest = (this.#lastRequest + 1) >>> 0
    const id = this.#lastRequest
    this.#requests.set(id, response)
    response.on('close', () => this.#requests.delete(id))
    this.#say({ kind: 'request', id, content: Buffer.concat([head, body]) })
  }

  /** Whether it sends these bytes back. Rejects when the signal is aborted first. */
  async ping(signal: AbortSignal, nonce = randomBytes(NONCE_BYTES)): Promise<boolean> {
    const id = randomInt(2 ** 32 - 1)
    try {
      const heard = await new Promise<Buffer>((resolve, reject) => {
        this.#pings.set(id, resolve)
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        this.#say({ kind: 'ping', id, content: nonce })
      })
      return heard.length === nonce.length && timingSafeEqual(heard, nonce)
    } finally {
      this.#pings.delete(id)
    }
  }

  #hear({ kind, id, content }: Frame): void {
    if (kind === 'answer') this.#finish(id, content)
    else if (kind === 'pong') this.#pings.get(id)?.(Buffer.from(content))
    else if (kind === 'call') void this.#call(id, content)
    else throw new RangeError(`a frame \`${kind}\`, which is ours to send`)
  }

  #finish(id: number, message: Buffer): void {
    const response = this.#requests.get(id)
    if (response === undefined) return
    try {
      sendAnswer(response, message, this.#options.headers)
    } catch {
      for (const name of response.getHeaderNames()) response.removeHeader(name)
      response.writeHead(502).end('The DApp gave no answer that can be sent.\n')
    }
  }

  async #call(id: number, content: Buffer): Promise<void> {
    const text = await this.#outcomeOf(content)
    this.#say({ kind: 'outcome', id, content: Buffer.from(text) })
  }

  async #outcomeOf(content: Buffer): Promise<string> {
    const [capability, method, args] = parseCall(content)
    if (args === undefined) return '-capability/badArgument: This is no call.'
    if (this.#calls >= MOST_CALLS) {
      return `-capability/tooMany: More than ${MOST_CALLS} calls at once.`
    }
    this.#calls += 1
    const path = `${capability}/${method}`
    const { value, error } = await callGateway(this.#options.gateway, path, args)
    this.#calls -= 1
    return error === undefined
      ? `+${JSON.stringify(value ?? null)}`
      : `-${error.code}: ${error.message}`
  }

  #say(frame: Frame): void {
    if (this.#options.input.writable) this.#options.input.write(encodeFrame(frame))
  }
}

function parseCall(content: Buffer): readonly [string, string, readonly unknown[] | undefined] {
  const nothing = ['', '', undefined] as const
  let value: unknown
  try {
    value = JSON.parse(content.toString('utf8'))
  } catch {
    return nothing
  }
  if (!Array.isArray(value) || value.length !== 3) return nothing
  const [capability, method, args] = value as readonly unknown[]
  const isCall = CALL.test(String(capability)) && CALL.test(String(method)) && Array.isArray(args)
  return isCall ? [String(capability), String(method), args as readonly unknown[]] : nothing
}
