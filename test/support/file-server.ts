/** Files over HTTP, and what was asked for: `await using server = await fileServer(…)`. */
import { existsSync, readFileSync } from 'node:fs'
import { closeServer, listenLoopback, portOf } from '../../src/base/loopback-server.ts'

export interface FileServer extends AsyncDisposable {
  readonly url: string
}

/** @param fileOf what stands at a path; 404 where there is none */
export async function fileServer(
  fileOf: (pathname: string) => string | undefined,
): Promise<FileServer> {
  const server = await listenLoopback((request, response) => {
    const file = fileOf(new URL(request.url ?? '/', 'http://server').pathname)
    if (file === undefined || !existsSync(file)) response.writeHead(404).end()
    else response.end(readFileSync(file))
  }, 0)
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    [Symbol.asyncDispose]: () => closeServer(server),
  }
}
