/** A JSON-RPC server of a few methods on a free port: `await using chain = await fakeRpc({…})`. */
import type { ServerResponse } from 'node:http'
import { closeServer, listenLoopback, portOf, readBody } from '../../src/base/loopback-server.ts'
import { stringify } from '../../src/base/printer.ts'

export type FakeMethods = Readonly<Record<string, (params: never) => unknown>>

/** Thrown by a method: becomes the `error` of the reply. */
export class FakeRefusal extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface FakeRpc extends AsyncDisposable {
  readonly url: string
  /** Names of the methods that were called, in order. */
  readonly calls: readonly string[]
}

export async function fakeRpc(methods: FakeMethods): Promise<FakeRpc> {
  const calls: string[] = []
  const server = await listenLoopback((request, response) => {
    void readBody(request, 10_000_000).then((body) => answer(body, response))
  }, 0)
  function answer(body: Uint8Array | undefined, response: ServerResponse): void {
    const { id, method, params } = JSON.parse(Buffer.from(body ?? []).toString()) as {
      id: number
      method: string
      params: never
    }
    calls.push(method)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(stringify({ jsonrpc: '2.0', id, ...outcome(method, params) }))
  }
  function outcome(method: string, params: never): object {
    const run = methods[method]
    if (run === undefined) return { error: { code: -32601, message: `no method ${method}` } }
    try {
      return { result: run(params) ?? null }
    } catch (error) {
      if (error instanceof FakeRefusal)
        return { error: { code: error.code, message: error.message } }
      throw error
    }
  }
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    calls,
    [Symbol.asyncDispose]: () => closeServer(server),
  }
}
