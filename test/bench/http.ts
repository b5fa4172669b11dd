/** Load on a JSON-RPC port of this machine. */
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { callRpc } from '../../src/base/json-rpc.ts'
import { portOf } from '../../src/base/loopback-server.ts'

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

export async function untilAnswers(url: string, method = 'eth_chainId'): Promise<void> {
  for (;;) {
    try {
      await callRpc(url, method, [], { timeoutMs: 2_000 })
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
}

/** Milliseconds for `bodies`, sent over `connections` keep-alive connections. */
export async function loadTime(
  url: string,
  bodies: readonly string[],
  connections: number,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let next = 0
  const began = performance.now()
  const work = async () => {
    for (;;) {
      const body = bodies[next]
      next += 1
      if (body === undefined) return
      await post(url, body, agent)
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  const took = performance.now() - began
  agent.destroy()
  return took
}

function post(url: string, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.once('end', () => {
          if (text.includes('"error":{')) reject(new Error(text))
          else resolve()
        })
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}
