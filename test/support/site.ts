/** A site on the internet, for tests: an https server of this machine under the name site.test. */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import path from 'node:path'
import { closeServer, portOf } from '../../src/base/loopback-server.ts'
import type { TestNet } from '../../src/runtime/world.ts'
import { root } from './ela.ts'

const read = (name: string) => readFileSync(path.join(root, 'test/fixtures/tls', name), 'utf8')
/** Of site.test and other.test, by its own word. */
const cert = read('site.test.crt')

export interface Site extends AsyncDisposable {
  /** `https://site.test:PORT` */
  readonly origin: string
  readonly port: number
  /** `METHOD target host` of each request, in order. */
  readonly requests: string[]
  readonly connections: () => number
  /** For `RuntimeWorld.testNet`: 127.0.0.1 counts as public, and the site's certificate as good. */
  readonly testNet: TestNet
}

export async function openSite(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Site> {
  const requests: string[] = []
  let connections = 0
  const server = createServer({ cert, key: read('site.test.key') }, (request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.host}`)
    answer(request, response)
  })
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  return {
    ...{ origin: `https://site.test:${port}`, port, requests },
    connections: () => connections,
    testNet: { isPublic: (address) => address === '127.0.0.1', ca: cert },
    [Symbol.asyncDispose]: () => closeServer(server as never),
  }
}
