import { createServer, type Server } from 'node:http'
import { type Nodes, readHeights } from './chains.ts'
import { resolveOn } from './sign-in.ts'
import { signInRoutes } from './sign-in-routes.ts'

export interface Settings {
  readonly nodes: Nodes
  /** On this machine; 0 takes any free one. */
  readonly port: number
  /** Where links for the wallet go. */
  readonly wallet: string
  /** Where people reach the service, when that is not `http://127.0.0.1:<port>`. */
  readonly publicUrl?: string | undefined
  /** The origin of the page that may sign people in here. */
  readonly webOrigin?: string | undefined
}

export interface Service {
  readonly port: number
  /** Answers what it has begun, then ends. */
  stop(): Promise<void>
}

/** Starts the service. Without EID it runs, and nobody can sign in. */
export async function startService(settings: Settings): Promise<Service> {
  const { nodes, wallet, webOrigin } = settings
  const server = createServer()
  const port = await listen(server, settings.port)
  const url = settings.publicUrl ?? `http://127.0.0.1:${port}`
  const signIn =
    nodes.eid === undefined
      ? undefined
      : signInRoutes({ url, wallet, webOrigin, resolve: resolveOn(nodes.eid) })

  server.on('request', async (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(`${JSON.stringify(body)}\n`)
    }
    // A connection that a client keeps for later would hold up the end.
    response.once('close', () => {
      if (!server.listening) server.closeIdleConnections()
    })
    if (await signIn?.(request, response)) return
    // Not by `new URL`, which throws for some of what a client may send, such as `//`.
    const [pathname = '/'] = (request.url ?? '/').split('?')
    if (pathname.startsWith('/sign-in')) {
      answer(503, { error: 'nobody can sign in without EID: set EID_RPC_URL' })
    } else if (request.method !== 'GET') answer(405, { error: 'only GET is answered' })
    else if (pathname === '/health') answer(200, { ok: true })
    else if (pathname === '/') answer(200, await readHeights(nodes))
    else answer(404, { error: `there is nothing at ${pathname}` })
  })
  return { port, stop: () => new Promise((done) => server.close(() => done())) }
}

async function listen(server: Server, wanted: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(wanted, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
