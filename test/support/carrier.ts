/** Carrier nodes for tests: in this process with their own clock, or as the programs users run. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { askCarrierStatus } from '../../src/nodes/carrier/ask-status.ts'
import { carrier } from '../../src/nodes/carrier/kind.ts'
import { CarrierNode, type CarrierNodeOptions } from '../../src/nodes/carrier/node.ts'
import { devnetTimes } from '../../src/nodes/carrier/times.ts'
import type { LaunchContext } from '../../src/nodes/kind.ts'
import { parseReport } from '../../src/nodes/report.ts'
import type { NodeInfo } from '../../src/protocol/carrier/node-info.ts'
import { nodeKeys } from '../../src/protocol/carrier/packet.ts'

const HOST = '127.0.0.1'

export function testSeed(name: string): Uint8Array {
  return createHash('sha256').update(`test ${name}`).digest()
}

export interface TestNode extends AsyncDisposable {
  readonly node: CarrierNode
  readonly info: NodeInfo
}

/** A node in this process on a free port. */
export async function startTestNode(
  name: string,
  options: Partial<CarrierNodeOptions> = {},
): Promise<TestNode> {
  const node = await CarrierNode.start({
    keys: await nodeKeys(testSeed(name)),
    host: HOST,
    port: 0,
    bootstraps: [],
    remembered: [],
    reach: 'devnet',
    times: devnetTimes,
    isLimited: () => false,
    ...options,
  })
  const info = { id: node.id, host: HOST, port: node.port }
  return { node, info, [Symbol.asyncDispose]: () => node.stop() }
}

/** A bare UDP socket that remembers what it received. */
export interface TestSocket extends AsyncDisposable {
  readonly socket: Socket
  readonly port: number
  readonly received: Uint8Array[]
  send(packet: Uint8Array, port: number): Promise<void>
}

export async function openSocket(): Promise<TestSocket> {
  const socket = createSocket('udp4')
  const received: Uint8Array[] = []
  socket.on('message', (packet) => received.push(packet))
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve))
  return {
    socket,
    port: socket.address().port,
    received,
    send: (packet, port) =>
      new Promise((resolve, reject) => {
        socket.send(packet, port, HOST, (error) => (error === null ? resolve() : reject(error)))
      }),
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

/** A devnet's Carrier as real processes below `folder`, on free ports. */
export class CarrierProcesses implements AsyncDisposable {
  readonly #folder: string
  readonly #ports: ReadonlyMap<string, number>
  readonly #children = new Map<string, ChildProcess>()

  private constructor(folder: string, ports: ReadonlyMap<string, number>) {
    this.#folder = folder
    this.#ports = ports
  }

  static async in(folder: string): Promise<CarrierProcesses> {
    const ports = new Map<string, number>()
    for (const instance of carrier.instances) {
      ports.set(`${instance} udp`, await freePort())
      ports.set(`${instance} rpc`, await freePort())
    }
    return new CarrierProcesses(folder, ports)
  }

  context(instance: string): LaunchContext {
    const portOf = (of: string, name: string) => this.#ports.get(`${of} ${name}`) ?? 0
    return {
      instance,
      dataDir: `${this.#folder}/${instance}`,
      profile: 'testnet',
      mining: { mode: 'auto' },
      genesis: { foundation: '', miner: '', mainchainTransactions: [], evmBalances: {} },
      port: (name) => portOf(instance, name),
      portOf,
      options: {},
    }
  }

  child(instance: string): ChildProcess {
    const child = this.#children.get(instance)
    if (child === undefined) throw new Error(`${instance} was not started`)
    return child
  }

  /** Starts a node and waits for its `ready` report; fails with its log when it ends before. */
  async start(instance: string): Promise<void> {
    await this.#launch(instance, instance)
  }

  /** Starts a second process of a node that runs. */
  async startAgain(instance: string): Promise<void> {
    await this.#launch(instance, `${instance} again`)
  }

  async #launch(instance: string, name: string): Promise<void> {
    const context = this.context(instance)
    mkdirSync(context.dataDir, { recursive: true })
    const { file, args, cwd } = carrier.launch(context)
    const child = spawn(file, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#children.set(name, child)
    let log = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
    const lines = createInterface({ input: child.stdout })
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        if (parseReport(line)?.report === 'ready') resolve()
      })
      child.once('close', (code) => reject(new Error(`${instance} ended with ${code}: ${log}`)))
    })
  }

  /** Names of the nodes that `instance` knows and can reach. */
  async reachableFrom(instance: string): Promise<readonly string[]> {
    const entry = carrier.describe(this.context(instance))
    const signal = AbortSignal.timeout(5_000)
    const { known } = await askCarrierStatus(String(entry['rpc']), String(entry['id']), signal)
    const reachable = known.filter((node) => node.reachable).map(({ id }) => id)
    return carrier.instances.filter((name) =>
      reachable.includes(String(carrier.describe(this.context(name))['id'])),
    )
  }

  /** Sends a signal and waits for the end; the exit code, or the signal that ended the process. */
  async end(instance: string, signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const child = this.child(instance)
    const ended = endOf(child)
    child.kill(signal)
    return ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#children.values()]
    await Promise.all(
      all.map((child) => {
        const ended = endOf(child)
        child.kill('SIGKILL')
        return ended
      }),
    )
  }
}

export function endOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode ?? child.signalCode)
  }
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
