/** Requests and answers as the messages of frames. */
import type { IncomingMessage, ServerResponse } from 'node:http'

const LINE_END = 10
/** What a connection has of its own, and is not the DApp's to say. */
const OF_THE_CONNECTION = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding'],
  ...['upgrade', 'content-length', 'date'],
])

/** The request without its body, with the empty line that ends its head. */
export function requestHead({ method, url, headers }: IncomingMessage): string {
  const lines = [`${method} http://${headers.host}${url}`]
  for (const [name, value] of Object.entries(headers)) {
    if (!OF_THE_CONNECTION.has(name)) lines.push(`${name}: ${[value].flat().join(', ')}`)
  }
  return `${lines.join('\n')}\n\n`
}

/**
 * Sends what a DApp answers. Throws when it is no answer, before anything of it is sent.
 *
 * @param forced header → value that every answer has, or `undefined` for one that none has
 */
export function sendAnswer(
  response: ServerResponse,
  message: Buffer,
  forced: Readonly<Record<string, string | undefined>>,
): void {
  let at = 0
  const line = () => {
    const end = message.indexOf(LINE_END, at)
    if (end < 0) throw new RangeError('the head of the answer has no end')
    const text = message.toString('utf8', at, end)
    at = end + 1
    return text
  }
  const status = Number(line())
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`${status} is no status`)
  }
  for (let text = line(); text !== ''; text = line()) {
    const colon = text.indexOf(':')
    const name = text.slice(0, colon).toLowerCase()
    if (colon < 1) throw new RangeError(`\`${text}\` is no header`)
    if (OF_THE_CONNECTION.has(name)) continue
    response.appendHeader(name, text.slice(colon + 1).trim())
  }
  for (const [name, value] of Object.entries(forced)) {
    if (value === undefined) response.removeHeader(name)
    else response.setHeader(name, value)
  }
  const hasBody = status !== 204 && status !== 304
  response.writeHead(status)
  response.end(hasBody ? message.subarray(at) : undefined)
}
