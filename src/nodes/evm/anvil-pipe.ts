/**
 * Small requests to the engine over its local socket. Any number may be under way at once; those of
 * one turn of the event loop leave in one write.
 *
 *     {"jsonrpc":"2.0","id":7,"method":…}{"jsonrpc":"2.0","id":8,…}     requests, end to end
 *     {"jsonrpc":"2.0","id":8,"result":…}\n                             answers, a line each, in any order
 *
 * Beside HTTP it costs the engine a third and us a quarter. The engine works on all requests of one
 * socket in turn, so a long one would keep the others waiting: only quick ones belong here, and
 * calls, which it runs in threads of their own.
 */
import { createConnection, type Socket } from 'node:net'
import { EvmError } from './errors.ts'

const ANSWER_BEGINS = '{"jsonrpc":"2.0","id":'
/** Of the largest whole number that is safe. */
const ID_DIGITS = 16

interface Question {
  readonly resolve: (rest: string) => void
  readonly reject: (error: unknown) => void
}

export class AnvilPipe {
  readonly #socket: Socket
  readonly #questions = new Map<number, Question>()
  #lastId = 0
  /** Requests of this turn of the event loop. */
  #unsent = ''
  /** The beginning of a line whose end has not come yet. */
  #line = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    // Decodes bytes of a character that come in two parts, too.
    socket.setEncoding('utf8')
    socket.on('data', (text) => this.#take(String(text)))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      for (const { reject } of this.#questions.values()) reject(EvmError.engineGone())
      this.#questions.clear()
    })
  }

  /** Rejects as long as the engine does not listen. */
  static open(file: string): Promise<AnvilPipe> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(file)
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new AnvilPipe(socket))
      })
    })
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  /**
   * Returns the answer from behind its id on: `"result":…}` or `"error":…}`. Throws
   * `evm/engineGone`.
   *
   * @param params as JSON
   */
  ask(method: string, params: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(EvmError.engineGone())
        return
      }
      this.#lastId += 1
      this.#questions.set(this.#lastId, { resolve, reject })
      if (this.#unsent === '') setImmediate(() => this.#flush())
      this.#unsent += `{"jsonrpc":"2.0","id":${this.#lastId},"method":"${method}","params":${params}}`
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #flush(): void {
    const text = this.#unsent
    this.#unsent = ''
    if (this.isOpen) this.#socket.write(text)
  }

  #take(text: string): void {
    let from = 0
    for (;;) {
      const end = text.indexOf('\n', from)
      if (end < 0) break
      this.#answer(this.#line + text.slice(from, end))
      this.#line = ''
      from = end + 1
    }
    this.#line += text.slice(from)
  }

  #answer(line: string): void {
    const id = Number.parseInt(
      line.slice(ANSWER_BEGINS.length, ANSWER_BEGINS.length + ID_DIGITS),
      10,
    )
    const question = this.#questions.get(id)
    if (question === undefined) {
      // Nothing was asked like that, so nothing can be trusted to be the answer to anything.
      this.#socket.destroy()
      return
    }
    this.#questions.delete(id)
    question.resolve(behindId(line))
  }
}

/** An answer of the engine without its beginning: `"result":…}` or `"error":…}`. */
export function behindId(answer: string): string {
  return answer.slice(answer.indexOf(',', ANSWER_BEGINS.length) + 1)
}
