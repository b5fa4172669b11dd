/**
 * The listener that test suites of the DID SDKs talk to (`SimulatedIDChainAdapter`): they publish and
 * resolve over plain HTTP, without a wallet. What they publish becomes transactions on the chain.
 *
 *     POST /idtx       a request as JSON → 202 without a body; 400 with the reason when it is refused
 *     POST /resolve    JSON-RPC as on the chain's own port
 *     POST /reset      a new chain; `?idtxsonly` forgets DIDs alone, `?vctxsonly` credentials alone,
 *                      and the chain keeps the transactions
 *     POST /shutdown   ends the node
 *
 * @see Elastos.DID.JS.SDK SIMULATED_CHAIN.md, src/backend/simulatedidchainadapter.ts
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as after } from 'node:timers/promises'
import { toHex } from '../../base/bytes-text.ts'
import { messageOf } from '../../base/errors.ts'
import { closeServer, readBody } from '../../base/loopback-server.ts'
import { encodeStringCall, selectorOf } from '../../protocol/evm/abi.ts'
import type { Dispatcher } from '../evm/dispatcher.ts'
import { EvmError } from '../evm/errors.ts'
import { listen } from '../evm/http-door.ts'
import { isObject } from '../evm/json-values.ts'
import { answerBody, MAX_BODY_BYTES } from '../evm/messages.ts'
import type { Forgettable } from './did-state.ts'

/** Pays nothing, as gas costs nothing there; has no key. */
const SENDER = `0x${'5d'.repeat(20)}`
const GAS = '0x2625a00'
const PUBLISH = selectorOf('publishDidTransaction(string)')
const MINED_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 5

export interface SdkListenerOptions {
  readonly port: number
  readonly contract: string
  readonly dispatcher: Dispatcher
  /** Whether blocks are made without asking. */
  readonly automine: () => boolean
  readonly forget: (what: Forgettable) => void
  readonly shutDown: () => void
}

interface Reply {
  readonly status: number
  readonly body?: string | Buffer | undefined
}

/** Throws `evm/portBusy`. Returns how to close it. */
export async function openSdkListener(options: SdkListenerOptions): Promise<() => Promise<void>> {
  const listener = new SdkListener(options)
  const server: Server = await listen((request, response) => {
    listener.serve(request, response).catch(() => response.destroy())
  }, options.port)
  return () => closeServer(server)
}

class SdkListener {
  readonly #options: SdkListenerOptions
  /** Operations follow each other: the next one is judged when the one before is mined. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: SdkListenerOptions) {
    this.#options = options
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await this.#answer(request).catch((error: unknown) => {
      return { status: 500, body: `${messageOf(error)}\n` }
    })
    const type = status === 200 && body !== undefined ? 'application/json' : 'text/plain'
    response.writeHead(status, {
      'content-type': type,
      'content-length': body === undefined ? 0 : Buffer.byteLength(body),
    })
    response.end(body)
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    if (request.method !== 'POST') return { status: 405, body: 'Only POST is answered.\n' }
    const body = await readBody(request, MAX_BODY_BYTES)
    if (body === undefined) return { status: 413, body: 'The request is too long.\n' }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    switch (pathname) {
      case '/resolve':
        return { status: 200, body: await this.#resolve(Buffer.from(body)) }
      case '/idtx':
        return this.#inTurn(() => this.#publish(Buffer.from(body).toString('utf8')))
      case '/reset':
        return this.#inTurn(() => this.#reset(searchParams))
      case '/shutdown':
        setImmediate(this.#options.shutDown)
        return { status: 200 }
      default:
        return { status: 404, body: 'There are /resolve, /idtx, /reset and /shutdown.\n' }
    }
  }

  async #resolve(body: Buffer): Promise<string | Buffer | undefined> {
    return await answerBody(body, this.#options.dispatcher, () => undefined)
  }

  #inTurn(act: () => Promise<Reply>): Promise<Reply> {
    const next = this.#last.then(act)
    this.#last = next.catch(() => undefined)
    return next
  }

  async #publish(text: string): Promise<Reply> {
    await this.#call('anvil_impersonateAccount', SENDER)
    const data = `0x${toHex(encodeStringCall(PUBLISH, text))}`
    const to = this.#options.contract
    const order = { from: SENDER, to, data, gas: GAS, gasPrice: '0x0' }
    const hash = await this.#call('eth_sendTransaction', order)
    const receipt = await this.#receiptOf(String(hash))
    if (receipt['status'] === '0x1') return { status: 202 }
    const why = await this.#call('ela_whyRefused', text)
    return { status: 400, body: `${why ?? 'The operation was refused.'}\n` }
  }

  async #receiptOf(hash: string): Promise<Readonly<Record<string, unknown>>> {
    if (!this.#options.automine()) await this.#call('evm_mine')
    for (const deadline = performance.now() + MINED_WITHIN_MS; performance.now() < deadline; ) {
      const receipt = await this.#call('eth_getTransactionReceipt', hash)
      if (isObject(receipt)) return receipt
      await after(LOOK_EVERY_MS)
    }
    throw EvmError.engineSilent(MINED_WITHIN_MS)
  }

  async #reset(params: URLSearchParams): Promise<Reply> {
    const { forget } = this.#options
    if (params.has('idtxsonly')) forget('dids')
    else if (params.has('vctxsonly')) forget('credentials')
    else await this.#call('anvil_reset')
    return { status: 200 }
  }

  async #call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const request = { id: 1, hasId: true, method, params }
    const answer = await this.#options.dispatcher.answer(request)
    if ('result' in answer) return answer.result
    const text = 'rest' in answer ? answer.rest : answer.error.message
    throw EvmError.engineRefused(method, text)
  }
}
