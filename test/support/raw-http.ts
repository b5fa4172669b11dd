/** HTTP as a hostile client sends it: the request line and headers exactly as given. */
import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
}

export function rawRequest(port: number, text: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (part) => parts.push(part))
    socket.on('error', reject)
    socket.on('close', () => {
      const [head = '', ...rest] = Buffer.concat(parts).toString('utf8').split('\r\n\r\n')
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1])
      resolve({ status, head, body: rest.join('\r\n\r\n') })
    })
  })
}

/** A GET of any target, with any further header lines. */
export function rawGet(
  url: string,
  target: string,
  headers: readonly string[] = [],
): Promise<RawAnswer> {
  const { port, host } = new URL(url)
  const hasHost = headers.some((line) => /^host:/i.test(line))
  const lines = [...(hasHost ? [] : [`Host: ${host}`]), ...headers, 'Connection: close']
  return rawRequest(Number(port), `GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
}
