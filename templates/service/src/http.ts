import { createServer, type Server } from 'node:http'
import { type Nodes, readHeights } from './chains.ts'

export interface Service {
  readonly port: number
  /** Answers what it has begun, then ends. */
  stop(): Promise<void>
}

/** Starts the service on a port of this machine; 0 takes any free one. */
export async function startService(nodes: Nodes, port: number): Promise<Service> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) => {
      // A connection that a client keeps for later would hold up the end.
      if (!server.listening) response.setHeader('connection', 'close')
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(`${JSON.stringify(body)}\n`)
    }
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (request.method !== 'GET') answer(405, { error: 'only GET is answered' })
    else if (pathname === '/health') answer(200, { ok: true })
    else if (pathname === '/') answer(200, await readHeights(nodes))
    else answer(404, { error: `there is nothing at ${pathname}` })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return { port: portOf(server), stop: () => new Promise((done) => server.close(() => done())) }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
