/**
 * Requests to the engine: quick ones over its local socket, all others over a few kept HTTP
 * connections.
 *
 * The engine answers a small request in a fraction of a millisecond, so the general HTTP client of
 * Node would cost more than the work itself. The engine's answers have one shape: a status line, a
 * `content-length`, a body.
 */
import { createConnection, type Socket } from 'node:net'
import { type AnvilPipe, behindId } from './anvil-pipe.ts'
import { EvmError } from './errors.ts'

/** What the engine answers at once, or in a thread of its own (calls); see `anvil-pipe.ts`. */
const quick: ReadonlySet<string> = new Set([
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_coinbase',
  'eth_estimateGas',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getBlockTransactionCountByHash',
  'eth_getBlockTransactionCountByNumber',
  'eth_getCode',
  'eth_getRawTransactionByHash',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_syncing',
  'net_listening',
  'net_version',
  'txpool_status',
])
/** Longer requests go over HTTP: the local socket is searched from the start for each part of one. */
const MAX_QUICK_PARAMS = 4_096
/** Beyond some depth the engine refuses a request without saying which. */
const MAX_QUICK_DEPTH = 8
const WRONG_PARAMS = '"error":{"code":-32602,'
const MAX_SOCKETS = 32
const HEADERS_END = '\r\n\r\n'

interface Job {
  readonly body: string | Buffer
  readonly resolve: (answer: Buffer) => void
  readonly reject: (error: unknown) => void
}

interface Line {
  readonly socket: Socket
  job: Job | undefined
  parts: Buffer[]
  /** Bytes received so far of the current answer. */
  got: number
  /** Bytes of the whole answer, once its header is known. */
  wanted: number
  /** Where the body begins. */
  bodyAt: number
}

export class AnvilClient {
  readonly #host: string
  readonly #port: number
  readonly #idle: Line[] = []
  readonly #waiting: Job[] = []
  readonly #lines = new Set<Line>()
  readonly #head: string
  readonly #pipe: AnvilPipe | undefined
  #closed = false

  /** @param pipe the local socket, where there is one */
  constructor(host: string, port: number, pipe?: AnvilPipe) {
    this.#host = host
    this.#port = port
    this.#pipe = pipe
    this.#head = `POST / HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: `
  }

  /** Sends a JSON-RPC body and returns the body of the answer. Throws `evm/engineGone`. */
  send(body: string | Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const job = { body, resolve, reject }
      const line = this.#idle.pop()
      if (this.#closed) reject(EvmError.engineGone())
      else if (line !== undefined) this.#start(line, job)
      else if (this.#lines.size < MAX_SOCKETS) this.#start(this.#open(), job)
      else this.#waiting.push(job)
    })
  }

  /**
   * Asks one method and returns the answer from behind its id on: `"result":…}` or `"error":…}`.
   * Throws `evm/engineGone`.
   */
  async ask(method: string, params: unknown): Promise<string> {
    const given = JSON.stringify(params)
    if (this.#pipe?.isOpen === true && isQuick(method, params, given)) {
      const rest = await this.#pipe.ask(method, given)
      // Of a parameter, only HTTP says what is wrong with it; to ask twice changes nothing.
      if (!rest.startsWith(WRONG_PARAMS)) return rest
    }
    const body = `{"jsonrpc":"2.0","id":1,"method":${JSON.stringify(method)},"params":${given}}`
    return behindId((await this.send(body)).toString('utf8'))
  }

  /** Calls one method. Throws `evm/engineRefused` for an error, `evm/engineGone`. */
  async call(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const { result, error } = JSON.parse(`{${await this.ask(method, params)}`) as {
      result?: unknown
      error?: { message?: string }
    }
    if (error !== undefined) throw EvmError.engineRefused(method, error.message ?? 'no reason')
    return result
  }

  /** Ends all connections; what is under way fails with `evm/engineGone`. */
  close(): void {
    this.#closed = true
    this.#pipe?.close()
    for (const job of this.#waiting.splice(0)) job.reject(EvmError.engineGone())
    for (const line of this.#lines) line.socket.destroy()
  }

  #open(): Line {
    const socket = createConnection({ host: this.#host, port: this.#port, noDelay: true })
    const line: Line = { socket, job: undefined, parts: [], got: 0, wanted: 0, bodyAt: 0 }
    this.#lines.add(line)
    socket.on('data', (chunk) => this.#take(line, chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#lost(line))
    return line
  }

  #start(line: Line, job: Job): void {
    line.job = job
    line.parts = []
    line.got = 0
    line.wanted = 0
    const { body } = job
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    const head = `${this.#head}${length}${HEADERS_END}`
    if (typeof body === 'string') {
      line.socket.write(head + body)
    } else {
      line.socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]))
    }
  }

  #take(line: Line, chunk: Buffer): void {
    line.parts.push(chunk)
    line.got += chunk.length
    if (line.wanted === 0) {
      const whole = line.parts.length === 1 ? chunk : Buffer.concat(line.parts)
      line.parts = [whole]
      const end = whole.indexOf(HEADERS_END)
      if (end < 0) return
      const length = /\r\ncontent-length: *(\d+)/i.exec(whole.toString('latin1', 0, end))?.[1]
      if (length === undefined) {
        line.socket.destroy()
        return
      }
      line.bodyAt = end + HEADERS_END.length
      line.wanted = line.bodyAt + Number(length)
    }
    if (line.got >= line.wanted) this.#finish(line)
  }

  #finish(line: Line): void {
    const [first] = line.parts
    const whole = line.parts.length === 1 && first !== undefined ? first : Buffer.concat(line.parts)
    const { job, bodyAt, wanted } = line
    line.job = undefined
    line.parts = []
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(line)
    else this.#start(line, next)
    job?.resolve(whole.subarray(bodyAt, wanted))
  }

  #lost(line: Line): void {
    this.#lines.delete(line)
    const at = this.#idle.indexOf(line)
    if (at >= 0) this.#idle.splice(at, 1)
    line.job?.reject(EvmError.engineGone())
    const next = this.#waiting.shift()
    if (next !== undefined && !this.#closed) this.#start(this.#open(), next)
    else next?.reject(EvmError.engineGone())
  }
}

function isQuick(method: string, params: unknown, given: string): boolean {
  return quick.has(method) && given.length <= MAX_QUICK_PARAMS && isWithin(MAX_QUICK_DEPTH, params)
}

function isWithin(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((one) => isWithin(depth - 1, one))
}
