/** Our line to one instance: its health worker, on a socket that nobody else can reach. */
import { Agent, request } from 'node:http'

const MOST_BYTES = 4096

export class ControlLine {
  readonly #socketPath: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 })

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  /**
   * The body of the answer. Rejects with what the socket says, and with an `AbortError` when the
   * signal is aborted first.
   */
  ask(path: string, signal: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const asking = request({
        socketPath: this.#socketPath,
        path,
        agent: this.#agent,
        signal,
        headers: { host: 'ctl' },
      })
      asking.once('error', reject)
      asking.once('response', (answer) => {
        const parts: Buffer[] = []
        let length = 0
        answer.on('data', (part: Buffer) => {
          length += part.length
          if (length > MOST_BYTES) asking.destroy(new Error('the answer is too long'))
          parts.push(part)
        })
        answer.once('error', reject)
        answer.once('end', () => {
          if (answer.statusCode === 200) resolve(Buffer.concat(parts))
          else reject(new Error(`the instance answered ${answer.statusCode}`))
        })
      })
      asking.end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
