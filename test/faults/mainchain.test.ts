/** The main chain node as a process of its own: sudden death, damage, and a parent that is gone. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { exitCodes } from '../../src/base/exit-codes.ts'
import { callRpc } from '../../src/base/json-rpc.ts'
import { portOf } from '../../src/base/loopback-server.ts'
import type { LaunchContext } from '../../src/nodes/kind.ts'
import { mainchain } from '../../src/nodes/mainchain/kind.ts'
import { openNode } from '../../src/nodes/mainchain/node.ts'
import { type NodeReport, parseReport } from '../../src/nodes/report.ts'
import { until } from '../support/fails.ts'
import { temporaryFolder } from '../support/folder.ts'
import { GENESIS_COIN, hexOf, labKey, optionsIn, transfer } from '../support/mainchain.ts'

const test = suite('faults/mainchain')

interface Child extends Disposable {
  readonly process: ChildProcessWithoutNullStreams
  readonly reports: NodeReport[]
  readonly log: () => string
  readonly ended: Promise<number | NodeJS.Signals | null>
  readonly call: (method: string, params?: Readonly<Record<string, unknown>>) => Promise<unknown>
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return portOf(server)
    }),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

async function contextIn(
  dataDir: string,
  mainchainTransactions: readonly string[] = [],
): Promise<LaunchContext> {
  const names = ['rpc', 'rest', 'ws', 'p2p']
  const ports = await freePorts(names.length)
  const port = (name: string) => ports[names.indexOf(name)] ?? 0
  return {
    instance: 'mainchain',
    dataDir,
    profile: 'testnet',
    mining: { mode: 'auto' },
    genesis: {
      foundation: labKey(0).address,
      miner: labKey(0).address,
      mainchainTransactions,
      evmBalances: {},
    },
    port,
    portOf: (_instance, name) => port(name),
    options: {},
  }
}

/** Runs what the kind launches. */
function run(context: LaunchContext): Child {
  const spec = mainchain.launch(context)
  const child = spawn(spec.file, [...spec.args], {
    cwd: spec.cwd,
    env: { PATH: process.env['PATH'], ...spec.env },
  })
  const reports: NodeReport[] = []
  let log = ''
  let line = ''
  child.stdout.on('data', (part: Buffer) => {
    const lines = (line + part.toString()).split('\n')
    line = lines.pop() ?? ''
    for (const one of lines) {
      const said = parseReport(one)
      if (said !== undefined) reports.push(said)
    }
  })
  child.stderr.on('data', (part: Buffer) => {
    log += part.toString()
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  )
  const url = `http://127.0.0.1:${context.port('rpc')}`
  return {
    process: child,
    reports,
    log: () => log,
    ended,
    call: (method, params = {}) => callRpc(url, method, params),
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  }
}

async function ready(child: Child): Promise<Child> {
  await until('ready', () => child.reports.some(({ report }) => report === 'ready'), 20_000)
  return child
}

test('starts a new chain with its genesis transactions, reports, and ends when asked', async () => {
  using folder = temporaryFolder()
  const spend = transfer({
    from: labKey(0),
    coins: [GENESIS_COIN],
    to: [[labKey(1), 500_000_000n]],
  })
  const context = await contextIn(folder.path, [hexOf(spend)])
  using child = await ready(run(context))
  const entry = mainchain.describe(context)
  const signal = AbortSignal.timeout(5_000)
  assert.equal(await mainchain.health(entry, signal), { height: 11, peers: 0 })
  await mainchain.mine?.(entry, 2, signal)
  const blocks = () => child.reports.filter(({ report }) => report === 'block')
  await until('the reports of all blocks', () => blocks().length === 13)
  const moved = child.reports.find((one) => one.report === 'transaction')
  assert.ok(moved?.report === 'transaction')
  assert.is(moved.summary, '5 ELA ERmHei…tC3v → EVQdRk…t2PV')
  child.process.kill('SIGTERM')
  assert.is(await child.ended, 0)
})

test('loses no block and no mined transaction to kill -9 under load, three times over', async () => {
  using folder = temporaryFolder()
  const outputs = Array.from({ length: 60 }, (_, n) => [labKey(1), 1_000_000n + BigInt(n)] as const)
  const split = transfer({ from: labKey(0), coins: [GENESIS_COIN], to: outputs })
  const context = await contextIn(folder.path, [hexOf(split)])
  const answered: string[] = []
  let next = 0
  for (let round = 0; round < 3; round += 1) {
    using child = await ready(run(context))
    const coins = (await child.call('listunspent', {
      addresses: [labKey(1).address],
    })) as readonly { txid: string; vout: number; amount: string }[]
    const mine = coins.slice(0, 20)
    const enough = answered.length + 8
    const load = mine.map(async ({ txid, vout, amount }) => {
      const value = BigInt(amount.replace('.', ''))
      const coin = { txid, index: vout, value }
      next += 1
      const spend = transfer({
        from: labKey(1),
        coins: [coin],
        to: [[labKey(2), 5n]],
        nonce: `${next}`,
      })
      const id = await child.call('sendrawtransaction', { data: hexOf(spend) })
      answered.push(String(id))
      if (answered.length >= enough) child.process.kill('SIGKILL')
    })
    await Promise.allSettled(load)
    child.process.kill('SIGKILL')
    assert.is(await child.ended, 'SIGKILL')
  }
  assert.ok(answered.length >= 24, `${answered.length} answers`)
  using child = await ready(run(context))
  for (const txid of answered) {
    const found = (await child.call('getrawtransaction', { txid, verbose: true })) as {
      readonly confirmations: number
    }
    assert.ok(found.confirmations > 0, txid)
  }
  await child.call('discretemining', { count: 1 })
  child.process.kill('SIGTERM')
  assert.is(await child.ended, 0)
  const node = openNode(optionsIn(folder.path), () => undefined)
  for (let height = node.chain.height; height > 0; height -= 1) {
    assert.is(node.chain.at(height)?.parent, node.chain.at(height - 1))
  }
  node.close()
})

test('ends by itself when its parent is gone', async () => {
  using folder = temporaryFolder()
  using child = await ready(run(await contextIn(folder.path)))
  const began = performance.now()
  child.process.stdin.end()
  assert.is(await child.ended, 0)
  assert.ok(performance.now() - began < 2_000)
})

test('does not start on a damaged chain, and names the file and the way out', async () => {
  using folder = temporaryFolder()
  const node = openNode(optionsIn(folder.path), () => undefined)
  for (let blocks = 0; blocks < 5; blocks += 1) node.miner.mine()
  node.close()
  const file = path.join(folder.path, 'blocks.dat')
  const bytes = readFileSync(file)
  bytes.writeUInt8(bytes.readUInt8(700) ^ 1, 700)
  writeFileSync(file, bytes)
  using child = run(await contextIn(folder.path))
  assert.is(await child.ended, exitCodes.environment)
  assert.match(child.log(), file)
  assert.match(child.log(), 'ela dev --reset')
  assert.is(Buffer.compare(readFileSync(file), bytes), 0)
})

test('does not share its folder, and says when a port is taken', async () => {
  using folder = temporaryFolder()
  using other = temporaryFolder()
  const context = await contextIn(folder.path)
  using child = await ready(run(context))
  using second = run(await contextIn(folder.path))
  assert.is(await second.ended, exitCodes.devnetState)
  assert.match(second.log(), `process ${child.process.pid}`)
  using third = run({ ...context, dataDir: other.path })
  assert.is(await third.ended, exitCodes.environment)
  assert.match(third.log(), `rpc port ${context.port('rpc')}`)
  assert.is(await child.call('getblockcount'), 1)
  child.process.kill('SIGTERM')
  await child.ended
})

test.run()
