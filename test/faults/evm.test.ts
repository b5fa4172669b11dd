import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { esc } from '../../src/nodes/esc/kind.ts'
import { anvilBinary } from '../../src/nodes/evm/anvil-binary.ts'
import { markOf } from '../../src/supervisor/process-table.ts'
import { addressOf, ask, get, signed } from '../support/evm.ts'
import { fails, until } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'
import { type NodeOptions, startNode, type TestNode } from '../support/node.ts'

const test = suite('sudden ends of ESC')

const start = (folder: TemporaryFolder, options: NodeOptions = {}) =>
  startNode(esc, { ...options, dataDir: folder.path })
const urlOf = (node: TestNode) => String(node.entry['rpc'])

function kill(pid: number): Promise<unknown> {
  process.kill(pid, 'SIGKILL')
  return until(`the end of ${pid}`, () => markOf(pid) === undefined)
}

function enginePid(folder: TemporaryFolder): number {
  const { pid } = JSON.parse(readFileSync(folder.join('engine.json'), 'utf8')) as { pid: number }
  return pid
}

function journalOf(folder: TemporaryFolder): string {
  const name = readdirSync(folder.path).find((file) => /^journal-\d+\.log$/.test(file))
  return folder.join(name ?? '')
}

/** Everything a client can see of the chain. */
async function pictureOf(url: string) {
  const height = Number(await get(url, 'eth_blockNumber'))
  const blocks = []
  for (let number = 0; number <= height; number++) {
    const { transactions, ...header } = await get(url, 'eth_getBlockByNumber', [
      `0x${number.toString(16)}`,
      true,
    ])
    blocks.push({ header, transactions })
  }
  const balances = []
  for (let at = 0; at < 10; at++) {
    balances.push(await get(url, 'eth_getBalance', [addressOf(at), 'latest']))
  }
  return { blocks, balances, logs: await get(url, 'eth_getLogs', [{ fromBlock: '0x0' }]) }
}

test('is the same chain after a stop, to the last hash', async () => {
  using folder = temporaryFolder()
  let before: unknown
  {
    await using node = await start(folder)
    const url = urlOf(node)
    for (let nonce = 0; nonce < 5; nonce++) {
      await get(url, 'eth_sendRawTransaction', [signed(nonce).raw])
    }
    await get(url, 'evm_mine')
    before = await pictureOf(url)
  }
  for (const _again of [1, 2]) {
    await using node = await start(folder)
    assert.equal(await pictureOf(urlOf(node)), before)
  }
})

test('is the same chain after kill -9, to the last hash, admin calls and clock included', async () => {
  using folder = temporaryFolder()
  const rich = `0x${'ee'.repeat(20)}`
  let before: unknown
  let clock = 0
  {
    await using node = await start(folder)
    const url = urlOf(node)
    await get(url, 'eth_sendRawTransaction', [signed(0).raw])
    await get(url, 'anvil_setBalance', [rich, '0x1234'])
    await get(url, 'anvil_impersonateAccount', [addressOf(5)])
    const order = { from: addressOf(5), to: rich, value: '0x1' }
    await get(url, 'eth_sendTransaction', [order])
    await get(url, 'eth_sendRawTransaction', [signed(1).raw])
    const snapshot = await get(url, 'evm_snapshot')
    await get(url, 'eth_sendRawTransaction', [signed(2).raw])
    await get(url, 'evm_mine')
    await get(url, 'evm_revert', [snapshot])
    await get(url, 'evm_increaseTime', [3600])
    await get(url, 'eth_sendRawTransaction', [signed(2, { value: 77n }).raw])
    await get(url, 'evm_mine')
    await get(url, 'hardhat_mine', ['0x3'])
    before = await pictureOf(url)
    clock = Number((await get(url, 'eth_getBlockByNumber', ['latest', false])).timestamp)
    await kill(node.process.pid)
  }
  await using node = await start(folder)
  const url = urlOf(node)
  assert.equal(await pictureOf(url), before)
  assert.is(await get(url, 'eth_getBalance', [rich, 'latest']), '0x1235')
  await get(url, 'evm_mine')
  const { timestamp } = await get(url, 'eth_getBlockByNumber', ['latest', false])
  assert.ok(Number(timestamp) >= clock, 'the clock went back')
  const order = { from: addressOf(5), to: rich, value: '0x1' }
  await get(url, 'eth_sendTransaction', [order])
})

test('loses no acknowledged transaction to kill -9 under load', async () => {
  using folder = temporaryFolder()
  const acknowledged = new Set<string>()
  let nonces = Array.from({ length: 8 }, () => 0)
  for (const enough of [60, 120, 200]) {
    await using node = await start(folder)
    const url = urlOf(node)
    nonces = await Promise.all(
      nonces.map(async (_, at) =>
        Number(await get(url, 'eth_getTransactionCount', [addressOf(at), 'pending'])),
      ),
    )
    const load = nonces.map(async (first, from) => {
      for (let nonce = first; ; nonce++) {
        const { raw, hash } = signed(nonce, { from })
        try {
          const { result } = await ask(url, 'eth_sendRawTransaction', [raw])
          if (result !== hash) return
        } catch {
          return
        }
        acknowledged.add(hash)
      }
    })
    await until('enough load', () => acknowledged.size >= enough, 20_000)
    await kill(node.process.pid)
    await Promise.all(load)
  }
  await using node = await start(folder)
  assert.ok(acknowledged.size >= 200)
  for (const hash of acknowledged) {
    const receipt = await until(`the receipt of ${hash}`, async () => {
      return (await get(urlOf(node), 'eth_getTransactionReceipt', [hash])) ?? undefined
    })
    assert.is(receipt.status, '0x1')
  }
})

test('keeps what waits for a block nobody has asked for yet', async () => {
  using folder = temporaryFolder()
  const { raw, hash } = signed(0)
  for (const how of ['kill', 'stop']) {
    await using node = await start(folder, { mining: { mode: 'none' } })
    const url = urlOf(node)
    if (how === 'kill') await get(url, 'eth_sendRawTransaction', [raw])
    assert.is(await get(url, 'eth_blockNumber'), '0x0')
    assert.is((await get(url, 'eth_getTransactionByHash', [hash])).blockHash, null)
    if (how === 'kill') await kill(node.process.pid)
  }
  await using node = await start(folder, { mining: { mode: 'none' } })
  await get(urlOf(node), 'evm_mine')
  assert.is((await get(urlOf(node), 'eth_getTransactionReceipt', [hash])).status, '0x1')
})

test('ends with its engine, and begins again where it was', async () => {
  using folder = temporaryFolder()
  const { raw, hash } = signed(0)
  {
    await using node = await start(folder)
    await get(urlOf(node), 'eth_sendRawTransaction', [raw])
    await kill(enginePid(folder))
    const ending = await node.process.ended
    assert.is(ending.code, 1)
    assert.ok(node.lines.some((line) => line.includes('The EVM engine ended (SIGKILL)')))
  }
  await using node = await start(folder)
  await until('the receipt', async () => {
    return (await get(urlOf(node), 'eth_getTransactionReceipt', [hash])) ?? undefined
  })
})

test('takes its engine along, however it ends', async () => {
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    using folder = temporaryFolder()
    await using node = await start(folder)
    const pid = enginePid(folder)
    assert.ok(markOf(pid))
    process.kill(node.process.pid, signal)
    await until(`the end of the engine after ${signal}`, () => markOf(pid) === undefined, 2_000)
  }
})

test('drops a line that a sudden end cut off, and nothing else', async () => {
  using folder = temporaryFolder()
  {
    await using node = await start(folder)
    await get(urlOf(node), 'evm_mine')
    await get(urlOf(node), 'evm_mine')
    await kill(node.process.pid)
  }
  const journal = journalOf(folder)
  appendFileSync(journal, '12345678 {"kind":"sent","ha')
  await using node = await start(folder)
  assert.is(await get(urlOf(node), 'eth_blockNumber'), '0x2')
})

async function refusesToStart(folder: TemporaryFolder, file: string): Promise<void> {
  const error = await fails('supervisor/exitedEarly', () => start(folder))
  const said = `${error.message} ${error.hint}`
  assert.match(said, file)
  assert.match(said, 'damaged')
  assert.match(said, '--reset')
  assert.is(error.exit, 'environment')
}

test('names the file when the journal or the state is damaged', async () => {
  using folder = temporaryFolder()
  {
    await using node = await start(folder)
    for (let block = 0; block < 3; block++) await get(urlOf(node), 'evm_mine')
    await kill(node.process.pid)
  }
  const journal = journalOf(folder)
  const whole = readFileSync(journal, 'utf8')
  writeFileSync(journal, whole.replace('"number":2', '"number":9'))
  await refusesToStart(folder, path.basename(journal))
  writeFileSync(journal, whole)
  {
    await using node = await start(folder)
    assert.is(await get(urlOf(node), 'eth_blockNumber'), '0x3')
  }
  const state = folder.join(readdirSync(folder.path).find((f) => f.startsWith('state-')) ?? '')
  truncateSync(state, 100)
  await refusesToStart(folder, path.basename(state))
})

test('does not take the chain of another profile for its own', async () => {
  using folder = temporaryFolder()
  {
    await using node = await start(folder)
    await get(urlOf(node), 'evm_mine')
  }
  const error = await fails('supervisor/exitedEarly', () => start(folder, { profile: 'local' }))
  assert.match(`${error.message} ${error.hint}`, 'it is of chain 21, not of chain 2021')
})

test('explains a port that is taken', async () => {
  using folder = temporaryFolder()
  await using node = await start(folder)
  using other = temporaryFolder()
  // Its neighbour answers the probe in its place, so only its own words tell.
  const second = await start(other, { ports: node.ports })
  assert.is((await second.process.ended).code, 4)
  assert.match(second.lines.join(), `Port ${node.ports['ws']} is in use`)
  assert.not.match(second.lines.join(), 'ready')
})

test('names the package and the platforms when there is no engine', async () => {
  const missing = await fails('evm/engineMissing', () => anvilBinary('file:///nowhere/at/all.js'))
  assert.match(missing.message, `@foundry-rs/anvil-`)
  assert.is(missing.exit, 'environment')
  const here = import.meta.url
  const target = { platform: 'freebsd', arch: 'riscv64' }
  const unsupported = await fails('evm/platformUnsupported', () => anvilBinary(here, target))
  assert.match(unsupported.hint ?? '', 'linux x64 and arm64')
  assert.is(unsupported.exit, 'environment')
})

test.run()
