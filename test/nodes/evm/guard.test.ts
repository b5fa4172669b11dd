import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex } from '../../../src/base/bytes-text.ts'
import { DID_CONTRACT_CODE, didContractOf } from '../../../src/nodes/eid/did-contract.ts'
import type { Admission, ChainExtension } from '../../../src/nodes/evm/extension.ts'
import { GUARD_ADDRESS, GUARD_CODE } from '../../../src/nodes/evm/guard-contract.ts'
import { openNode, type RunningNode } from '../../../src/nodes/evm/program.ts'
import type { EvmSettings } from '../../../src/nodes/evm/settings.ts'
import { decodeStringArgument, encodeStringCall } from '../../../src/protocol/evm/abi.ts'
import { addressOf, ask, freePort, get, signed } from '../../support/evm.ts'
import { until } from '../../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../../support/folder.ts'

const test = suite('calls of the DID contract')
const CONTRACT = didContractOf('testnet')
const PUBLISH = fromHex('03c6d240')
const GAS = 50_000n

interface Fake extends ChainExtension {
  readonly seen: { text: string; height: number }[]
}

/** Admits texts that begin with `good`. */
function fakeExtension(gas = GAS): Fake {
  const seen: Fake['seen'] = []
  const textOf = (data: Uint8Array) => decodeStringArgument(data, PUBLISH) ?? ''
  return {
    seen,
    contract: CONTRACT,
    admit: ({ data, from, time }): Admission => {
      assert.ok(from === undefined || /^0x[0-9a-f]{40}$/.test(from))
      assert.ok(Math.abs(time - Date.now() / 1000) < 60)
      if (textOf(data).startsWith('good')) return { admitted: true, gas }
      return { admitted: false, reason: 'not good' }
    },
    mined: ({ data, height }) => {
      seen.push({ text: textOf(data), height })
      return { did: textOf(data), removed: false }
    },
    rolledBack: (height) => {
      while ((seen.at(-1)?.height ?? 0) > height) seen.pop()
    },
    call: (method, params) =>
      method === 'did_echo'
        ? Promise.resolve({ result: { params, seen: seen.length } })
        : undefined,
  }
}

interface Running {
  readonly url: string
  readonly node: RunningNode
}

async function open(folder: TemporaryFolder, extension: Fake, given: Partial<EvmSettings> = {}) {
  const [rpcPort, wsPort] = [await freePort(), await freePort()]
  const settings: EvmSettings = {
    name: 'eid',
    dataDir: folder.path,
    rpcPort,
    wsPort,
    chainId: 21,
    gasLimit: 100_000_000,
    maxTransactionBytes: 131_072,
    minGasPrice: 0,
    clientVersion: 'test',
    balances: { [addressOf(0)]: `${10n ** 24n}`, [addressOf(1)]: `${10n ** 24n}` },
    contracts: { [CONTRACT]: DID_CONTRACT_CODE, [GUARD_ADDRESS]: GUARD_CODE },
    ruledContract: CONTRACT,
    blockEveryMs: 0,
    ...given,
  }
  const node = await openNode({
    settings,
    extension,
    log: () => undefined,
    onReport: () => undefined,
    onFailure: (error) => {
      throw error
    },
  })
  return { url: `http://127.0.0.1:${rpcPort}`, node } satisfies Running
}

const publication = (nonce: number, text: string) =>
  signed(nonce, {
    to: CONTRACT as `0x${string}`,
    value: 0n,
    gasLimit: 500_000n,
    data: encodeStringCall(PUBLISH, text),
  })

async function publish({ url }: Running, nonce: number, text: string) {
  const { raw, hash } = publication(nonce, text)
  await get(url, 'eth_sendRawTransaction', [raw])
  return until('the receipt', async () => {
    return (await get(url, 'eth_getTransactionReceipt', [hash])) ?? undefined
  })
}

const callOf = (text: string) => ({
  from: addressOf(0),
  to: CONTRACT,
  data: `0x${Buffer.from(encodeStringCall(PUBLISH, text)).toString('hex')}`,
})

test('lets what is admitted through, burns its gas, and logs it', async () => {
  using folder = temporaryFolder()
  const extension = fakeExtension()
  const running = await open(folder, extension)
  const receipt = await publish(running, 0, 'good morning')
  assert.is(receipt.status, '0x1')
  assert.equal(receipt.didLog, { did: 'good morning', removed: false })
  assert.equal(extension.seen, [{ text: 'good morning', height: 1 }])
  const refused = await publish(running, 1, 'bad morning')
  assert.is(refused.status, '0x0')
  assert.not('didLog' in refused)
  assert.is(extension.seen.length, 1)
  const echo = await ask(running.url, 'did_echo', ['x'])
  assert.equal(echo.result, { params: ['x'], seen: 1 })
  assert.is((await ask(running.url, 'did_other', [])).error?.code, -32601)
  await running.node.stop()
})

test('costs what the native check costs, and estimates enough', async () => {
  const used: bigint[] = []
  for (const gas of [GAS, 3n * GAS]) {
    using folder = temporaryFolder()
    const running = await open(folder, fakeExtension(gas))
    const text = `good ${'x'.repeat(1_000)}`
    const estimate = await get(running.url, 'eth_estimateGas', [callOf(text)])
    const { gasUsed } = await publish(running, 0, text)
    used.push(BigInt(gasUsed))
    assert.ok(BigInt(estimate) >= BigInt(gasUsed))
    await running.node.stop()
  }
  const [one = 0n, three = 0n] = used
  assert.is(three - one, 2n * GAS)
})

test('reverts with diderror in calls and estimates of what is not admitted', async () => {
  using folder = temporaryFolder()
  const running = await open(folder, fakeExtension())
  for (const method of ['eth_call', 'eth_estimateGas']) {
    const { error } = await ask(running.url, method, [callOf('bad')])
    assert.is(error?.code, 3)
    assert.match(error?.message ?? '', 'execution reverted: diderror')
  }
  assert.is(await get(running.url, 'eth_call', [callOf('good'), 'latest']), '0x')
  await running.node.stop()
})

test('leaves nothing open behind an operation', async () => {
  using folder = temporaryFolder()
  const extension = fakeExtension()
  const running = await open(folder, extension)
  await publish(running, 0, 'good')
  // The same text once more, refused this time: the first admission must not count for it.
  extension.admit = () => ({ admitted: false, reason: 'twice' })
  assert.is((await publish(running, 1, 'good')).status, '0x0')
  await running.node.stop()
})

test('hears of operations once more after a restart, and of those that are gone', async () => {
  using folder = temporaryFolder()
  const first = fakeExtension()
  let running = await open(folder, first)
  await publish(running, 0, 'good 1')
  await publish(running, 1, 'good 2')
  const snapshot = await get(running.url, 'evm_snapshot')
  await publish(running, 2, 'good 3')
  assert.is(first.seen.length, 3)
  await get(running.url, 'evm_revert', [snapshot])
  assert.is(first.seen.length, 2)
  const { didLog, transactionHash } = await publish(running, 2, 'good 4')
  await publish(running, 3, 'good 5')
  await get(running.url, 'anvil_rollback', [1])
  const expected = first.seen.slice()
  assert.equal(
    expected.map(({ text }) => text),
    ['good 1', 'good 2', 'good 4'],
  )
  for (const _again of [1, 2]) {
    await running.node.stop()
    const later = fakeExtension()
    running = await open(folder, later)
    assert.equal(later.seen, expected)
    const receipt = await get(running.url, 'eth_getTransactionReceipt', [transactionHash])
    assert.equal(receipt.didLog, didLog)
  }
  await get(running.url, 'hardhat_reset', [])
  assert.is((await get(running.url, 'did_echo', [])).seen, 0)
  await running.node.stop()
})

test('admits an operation that is mined later', async () => {
  using folder = temporaryFolder()
  const extension = fakeExtension()
  const running = await open(folder, extension, { blockEveryMs: -1 })
  const { raw, hash } = publication(0, 'good')
  await get(running.url, 'eth_sendRawTransaction', [raw])
  assert.is(extension.seen.length, 0)
  await get(running.url, 'evm_mine')
  assert.is((await get(running.url, 'eth_getTransactionReceipt', [hash])).status, '0x1')
  assert.is(extension.seen.length, 1)
  await running.node.stop()
})

test('makes blocks at an interval', async () => {
  using folder = temporaryFolder()
  const running = await open(folder, fakeExtension(), { blockEveryMs: 20 })
  await until('three blocks', async () => Number(await get(running.url, 'eth_blockNumber')) >= 3)
  assert.is((await publish(running, 0, 'good')).status, '0x1')
  await running.node.stop()
})

test.run()
