/**
 * Stands between `ela` and its world, and at one request answers no more: what is killed then is
 * killed exactly there. `await using proxy = await stallingProxy(…)`.
 */
import { closeServer, listenLoopback, portOf, readBody } from '../../src/base/loopback-server.ts'

export interface Stall {
  /** Number of the request among all, or the how manieth of those with a name, from 1. */
  readonly at: number
  readonly name?: string
  /** Whether the request still reaches its target; its answer never comes back. */
  readonly when: 'before' | 'after'
}

export interface StallingProxy extends AsyncDisposable {
  /** For a target by its name. */
  readonly url: (target: string) => string
  /** What was asked for, in order: a method of JSON-RPC or the path of a command. */
  readonly names: readonly string[]
  /** Resolves at the request that is meant. */
  readonly stalled: Promise<void>
}

const MAX_BODY_BYTES = 64 * 1024 * 1024

export async function stallingProxy(
  targets: Readonly<Record<string, string>>,
  stall?: Stall,
): Promise<StallingProxy> {
  const names: string[] = []
  let reached: () => void = () => undefined
  const stalled = new Promise<void>((resolve) => {
    reached = resolve
  })
  const isMeant = (name: string): boolean => {
    if (stall === undefined) return false
    if (stall.name === undefined) return names.length === stall.at
    return name === stall.name && names.filter((one) => one === name).length === stall.at
  }
  const server = await listenLoopback((request, response) => {
    const answer = async (): Promise<void> => {
      const [, target = '', ...rest] = (request.url ?? '').split('/')
      const body = Buffer.from((await readBody(request, MAX_BODY_BYTES)) ?? [])
      const { method } = rest.length === 0 ? JSON.parse(body.toString()) : { method: '' }
      const name = method === '' ? (rest.join('/').split('?')[0] ?? '') : method
      names.push(name)
      const meant = isMeant(name)
      if (meant && stall?.when === 'before') return reached()
      const type = request.headers['content-type']
      const answered = await fetch(`${targets[target]}/${rest.join('/')}`, {
        method: request.method ?? 'POST',
        body,
        headers: type === undefined ? {} : { 'content-type': type },
      })
      const bytes = Buffer.from(await answered.arrayBuffer())
      if (meant) return reached()
      response.writeHead(answered.status, { 'content-type': 'application/json' }).end(bytes)
    }
    answer().catch(() => response.destroy())
  }, 0)
  return {
    url: (target) => `http://127.0.0.1:${portOf(server)}/${target}`,
    names,
    stalled,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await closeServer(server)
    },
  }
}
