/** DApps in the engine and its jail, against a plain Node server that does the same. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { passGate } from '../../src/runtime/gate/gate.ts'
import { openDapp } from '../../src/runtime/open-dapp.ts'
import { startInstance, type TestInstance } from '../support/instance.ts'
import { type Figure, ratio } from './figure.ts'
import { freePort } from './http.ts'
import { closedLoop, type LoadRequest, once, openLoop } from './http-load.ts'
import { median, pair } from './measure.ts'
import { signedDapp } from './opened-dapp.ts'

const STARTS = 11
const GATES = 31
const ROUNDS = 3
const LOAD = { connections: 16, forMs: 2_000 }
const JSON_LOAD = { connections: 8, forMs: 2_000 }
const OPEN = { perSecond: 500, forMs: 6_000 }
const MANY = 50
const EVICTIONS = 11
const KIB = 'x'.repeat(1024)

/** About a millisecond of work on values, as services do it. */
const JSON_WORK = `function work() {
  const list = Array.from({ length: 1000 }, (_, id) => ({ id, name: 'song ' + id, tags: ['a', 'b'], at: id * 3.5 }))
  return JSON.stringify(JSON.parse(JSON.stringify(list)).filter((one) => one.id % 2 === 0)).length
}`

const DAPP = `${JSON_WORK}
export default { fetch(request) {
  if (request.method === 'POST') return new Response(request.body)
  return new Response(request.url.endsWith('/json') ? String(work()) : 'hello')
} }`

const NODE = `${JSON_WORK}
require('node:http').createServer((request, response) => {
  if (request.method === 'POST') {
    request.pipe(response)
  } else response.end(request.url === '/json' ? String(work()) : 'hello')
}).listen(Number(process.argv[1]), '127.0.0.1')`

interface PlainServer {
  readonly port: number
  stop(): Promise<void>
}

export async function benchRuntime(): Promise<readonly Figure[]> {
  return [
    ...[await coldStart(), await gate()],
    ...(await requests()),
    ...(await many()),
    await eviction(),
  ]
}

const start = () =>
  startInstance({ modules: { 'main.js': DAPP }, limits: { cpuSecondsPerMinute: 600 } })

/** From a signed bundle to the first answer: gate, grants, gateway, limits, jail, engine. */
async function coldStart(): Promise<Figure> {
  await using signed = await signedDapp(DAPP)
  const times = await pair(
    STARTS,
    async () => {
      const began = performance.now()
      const instance = await openDapp(signed.wish)
      await untilAnswers(Number(new URL(instance.url ?? '').port))
      const took = performance.now() - began
      await instance.stop('it was measured')
      return took
    },
    async () => {
      const port = await freePort()
      const began = performance.now()
      const server = startNode(port)
      await untilAnswers(port)
      const took = performance.now() - began
      await server.stop()
      return took
    },
  )
  return ratio('signed bundle → first answer / plain Node', times, '≤ 1 ×')
}

/** The gate without what it asks a chain: the answer of EID is timed and left out. */
async function gate(): Promise<Figure> {
  await using signed = await signedDapp(DAPP)
  const { bundled, proofs } = signed.wish
  const times: number[] = []
  for (let round = 0; round < GATES; round += 1) {
    // With an earlier proof and no chain to ask, all the rest is done.
    const world = round === 0 ? proofs : { ...proofs, eid: [] }
    const began = performance.now()
    await passGate(bundled, world, signed.freshFolder())
    if (round > 0) times.push(performance.now() - began)
  }
  const note = `at most ${Math.max(...times).toFixed(1)} ms`
  return { what: 'gate without RPC', measured: median(times), unit: 'ms', budget: '≤ 2 ms', note }
}

async function requests(): Promise<readonly Figure[]> {
  await using dapp = await start()
  const node = startNode(await freePort())
  await untilAnswers(node.port)
  try {
    const compare = async (
      what: string,
      budget: string,
      load: typeof LOAD,
      line: string,
      body = '',
    ) => {
      const rate = async (port: number) => (await closedLoop({ port, line, body }, load)).perSecond
      const rates = await pair(
        ROUNDS,
        () => rate(dapp.engine.port),
        () => rate(node.port),
      )
      return ratio(`${what} / plain Node`, rates, budget, 'a second')
    }
    return [
      await compare('GET', '≥ 0.15 ×', LOAD, 'GET /'),
      await compare('POST 1 KiB', '≥ 0.3 ×', LOAD, 'POST /', KIB),
      await compare('JSON handler', '≥ 1 ×', JSON_LOAD, 'GET /json'),
      await latency({ port: dapp.engine.port, line: 'GET /' }, { port: node.port, line: 'GET /' }),
    ]
  } finally {
    await node.stop()
  }
}

async function latency(dapp: LoadRequest, node: LoadRequest): Promise<Figure> {
  const tails = await pair(
    ROUNDS,
    async () => (await openLoop(dapp, OPEN)).p99,
    async () => (await openLoop(node, OPEN)).p99,
  )
  return {
    ...{ what: 'p99 at 500 requests a second', measured: tails.a, unit: 'ms', budget: '≤ 3 ms' },
    note: `plain Node ${tails.b.toFixed(2)} ms`,
  }
}

async function many(): Promise<readonly Figure[]> {
  const began = performance.now()
  const instances = await Promise.all(Array.from({ length: MANY }, start))
  await Promise.all(instances.map(({ engine }) => untilAnswers(engine.port)))
  const took = performance.now() - began
  try {
    const shares = instances.map(({ engine }) => pssMiB(engine.pid))
    return [
      {
        what: '50 DApps open',
        measured: took,
        unit: 'ms',
        budget: '≤ 2,000 ms',
        note: 'all at once',
      },
      {
        ...{
          what: 'memory of each of 50',
          measured: median(shares),
          unit: 'MB',
          budget: '≤ 15 MB',
        },
        note: 'proportional, engine process',
      },
    ]
  } finally {
    await Promise.all(instances.map((instance) => instance[Symbol.asyncDispose]()))
  }
}

/** From the call until nothing is left of the process. */
async function eviction(): Promise<Figure> {
  const times: number[] = []
  for (let round = 0; round < EVICTIONS; round += 1) {
    await using instance: TestInstance = await start()
    await untilAnswers(instance.engine.port)
    const began = performance.now()
    instance.engine.kill('measured')
    await instance.engine.ended
    times.push(performance.now() - began)
  }
  const note = `at most ${Math.max(...times).toFixed(1)} ms`
  return { what: 'eviction', measured: median(times), unit: 'ms', budget: '≤ 50 ms', note }
}

function startNode(port: number): PlainServer {
  const child = spawn(process.execPath, ['-e', NODE, String(port)], {
    stdio: 'ignore',
    // A session of its own, as the engine has: the scheduler shares among sessions.
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    port,
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function untilAnswers(port: number): Promise<void> {
  for (;;) {
    const isUp = await once({ port, line: 'GET /' }).then(
      () => true,
      () => false,
    )
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

function pssMiB(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1]) / 1024
}
