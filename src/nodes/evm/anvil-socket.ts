/** One WebSocket to the engine that carries every subscription: ours and those of all clients. */
import { WebSocket } from 'ws'
import { EvmError } from './errors.ts'

export type Subscribed =
  | { readonly id: string; start(listener: (result: unknown, text: string) => void): void }
  | { readonly error: { readonly code: number; readonly message: string } }

interface Feed {
  listener: ((result: unknown, text: string) => void) | undefined
  readonly early: string[]
}

interface Reply {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

export class AnvilSocket {
  readonly #socket: WebSocket
  readonly #replies = new Map<number, (reply: Reply | undefined) => void>()
  readonly #feeds = new Map<string, Feed>()
  #lastId = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer) => this.#take(data.toString('utf8')))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      for (const settle of this.#replies.values()) settle(undefined)
      this.#replies.clear()
    })
  }

  static open(host: string, port: number): Promise<AnvilSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${host}:${port}`, { perMessageDeflate: false })
      socket.once('error', reject)
      socket.once('open', () => {
        socket.off('error', reject)
        resolve(new AnvilSocket(socket))
      })
    })
  }

  /** Throws `evm/engineGone`. What comes before `start` is kept for the listener. */
  async subscribe(params: unknown): Promise<Subscribed> {
    const { result, error } = await this.#call('eth_subscribe', params)
    if (error !== undefined) return { error }
    const id = String(result)
    return {
      id,
      start: (listener) => {
        const feed = this.#feeds.get(id)
        if (feed === undefined) return
        feed.listener = listener
        for (const text of feed.early.splice(0)) deliver(listener, text)
      },
    }
  }

  async unsubscribe(id: string): Promise<void> {
    this.#feeds.delete(id)
    await this.#call('eth_unsubscribe', [id])
  }

  close(): void {
    this.#feeds.clear()
    this.#socket.terminate()
  }

  #call(method: string, params: unknown): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(EvmError.engineGone())
        return
      }
      this.#lastId += 1
      const id = this.#lastId
      this.#replies.set(id, (reply) => {
        if (reply === undefined) reject(EvmError.engineGone())
        else resolve(reply)
      })
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  }

  #take(text: string): void {
    const feedId = /"subscription":"(0x[0-9a-f]+)"/.exec(text)
    if (feedId?.[1] !== undefined && text.includes('"method":"eth_subscription"')) {
      const feed = this.#feeds.get(feedId[1])
      if (feed === undefined) return
      if (feed.listener === undefined) feed.early.push(text)
      else deliver(feed.listener, text)
      return
    }
    const reply = JSON.parse(text) as Reply & { readonly id?: number }
    const settle = this.#replies.get(Number(reply.id))
    this.#replies.delete(Number(reply.id))
    // Made here, before the next message: the first notification may follow in the same packet.
    if (typeof reply.result === 'string') {
      this.#feeds.set(reply.result, { listener: undefined, early: [] })
    }
    settle?.(reply)
  }
}

function deliver(listener: (result: unknown, text: string) => void, text: string): void {
  const { params } = JSON.parse(text) as { params?: { result?: unknown } }
  listener(params?.result, text)
}
