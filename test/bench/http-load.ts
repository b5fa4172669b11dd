/** Load on an HTTP server of this machine, over raw sockets: a client library would be the bottleneck. */
import { connect, type Socket } from 'node:net'

export interface LoadRequest {
  readonly port: number
  /** `GET /x`, `POST /x`. */
  readonly line: string
  readonly body?: string
}

export interface LoadResult {
  readonly perSecond: number
  readonly p50: number
  /** Milliseconds. */
  readonly p99: number
}

/** One connection that has at most one request under way. */
class Line {
  readonly #socket: Socket
  #text = ''
  #done: ((error?: Error) => void) | undefined

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (part) => this.#take(String(part)))
    this.#socket.on('error', (error) => this.#finish(error))
    this.#socket.on('close', () => this.#finish(new Error('the server closed the connection')))
  }

  send(bytes: Buffer, done: (error?: Error) => void): void {
    this.#done = done
    this.#socket.write(bytes)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(part: string): void {
    this.#text += part
    const head = this.#text.indexOf('\r\n\r\n')
    if (head === -1) return
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#text)?.[1]
    const isWhole =
      length === undefined
        ? this.#text.endsWith('\r\n0\r\n\r\n')
        : this.#text.length >= head + 4 + Number(length)
    if (!isWhole) return
    const isFine = this.#text.startsWith('HTTP/1.1 200')
    const first = this.#text.slice(0, 40)
    this.#text = ''
    this.#finish(isFine ? undefined : new Error(`the server answered ${first}`))
  }

  #finish(error?: Error): void {
    const done = this.#done
    this.#done = undefined
    done?.(error)
  }
}

function requestBytes({ port, line, body = '' }: LoadRequest): Buffer {
  const length = body === '' ? '' : `content-length: ${body.length}\r\n`
  return Buffer.from(`${line} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${length}\r\n${body}`)
}

/** One request on a connection of its own; rejects when there is no answer. */
export async function once(request: LoadRequest): Promise<void> {
  const line = new Line(request.port)
  try {
    await new Promise<void>((resolve, reject) => {
      line.send(requestBytes(request), (error) => (error === undefined ? resolve() : reject(error)))
    })
  } finally {
    line.close()
  }
}

/** As many as possible: every connection sends again as soon as it was answered. */
export async function closedLoop(
  request: LoadRequest,
  { connections, forMs }: { readonly connections: number; readonly forMs: number },
): Promise<LoadResult> {
  const bytes = requestBytes(request)
  const lines = Array.from({ length: connections }, () => new Line(request.port))
  const times: number[] = []
  const began = performance.now()
  const until = began + forMs
  const work = (line: Line) =>
    new Promise<void>((resolve, reject) => {
      const again = () => {
        const sent = performance.now()
        if (sent >= until) return resolve()
        line.send(bytes, (error) => {
          if (error !== undefined) return reject(error)
          times.push(performance.now() - sent)
          again()
        })
      }
      again()
    })
  try {
    await Promise.all(lines.map(work))
  } finally {
    for (const line of lines) line.close()
  }
  return summary(times, performance.now() - began)
}

/**
 * So many a second, whether those before were answered or not. A time counts from when it was sent,
 * which may be a millisecond late: a loop that spins would take a core from the server.
 */
export async function openLoop(
  request: LoadRequest,
  { perSecond, forMs }: { readonly perSecond: number; readonly forMs: number },
): Promise<LoadResult> {
  const bytes = requestBytes(request)
  const idle: Line[] = []
  const all: Line[] = []
  const times: number[] = []
  const began = performance.now()
  const count = Math.floor((perSecond * forMs) / 1000)
  let failure: Error | undefined
  let answered = 0
  const send = () => {
    const sentAt = performance.now()
    let line = idle.pop()
    if (line === undefined) {
      line = new Line(request.port)
      all.push(line)
    }
    const used = line
    used.send(bytes, (error) => {
      failure ??= error
      answered += 1
      times.push(performance.now() - sentAt)
      idle.push(used)
    })
  }
  for (let sent = 0; answered < count && failure === undefined; ) {
    const due = Math.min(count, ((performance.now() - began) * perSecond) / 1000)
    for (; sent < due; sent += 1) send()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  for (const line of all) line.close()
  if (failure !== undefined) throw failure
  return summary(times, performance.now() - began)
}

function summary(times: number[], tookMs: number): LoadResult {
  times.sort((one, other) => one - other)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN
  return { perSecond: (times.length * 1000) / tookMs, p50: at(0.5), p99: at(0.99) }
}
