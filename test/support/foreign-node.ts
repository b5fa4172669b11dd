/** A devnet's ESC that looks like somebody else's: `await using node = await foreignNode(url)`. */
import { closeServer, listenLoopback, portOf, readBody } from '../../src/base/loopback-server.ts'

export interface ForeignNode extends AsyncDisposable {
  readonly url: string
  /** Methods that were asked for. */
  readonly methods: readonly string[]
  /** Seconds that its newest block is older than the devnet's. */
  ageSeconds: number
}

interface Reply {
  readonly result?: { timestamp?: string } | undefined
  readonly [name: string]: unknown
}

/** Has none of the methods of a devnet's engine. */
export async function foreignNode(target: string): Promise<ForeignNode> {
  const methods: string[] = []
  const server = await listenLoopback((request, response) => {
    void (async () => {
      const body = Buffer.from((await readBody(request, 1_000_000)) ?? []).toString()
      const { id, method } = JSON.parse(body) as { id: number; method: string }
      methods.push(method)
      const answer: Reply = method.startsWith('anvil_')
        ? { jsonrpc: '2.0', id, error: { code: -32601, message: 'no such method' } }
        : await forward(body)
      if (method === 'eth_getBlockByNumber') age(answer.result)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })()
  }, 0)
  const forward = async (body: string) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(target, { method: 'POST', headers, body })
    return (await response.json()) as Reply
  }
  const age = (block: { timestamp?: string } | undefined) => {
    if (block?.timestamp === undefined) return
    block.timestamp = `0x${(Number(block.timestamp) - node.ageSeconds).toString(16)}`
  }
  const node: ForeignNode = {
    url: `http://127.0.0.1:${portOf(server)}`,
    methods,
    ageSeconds: 0,
    [Symbol.asyncDispose]: () => closeServer(server),
  }
  return node
}
