import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../../src/base/errors.ts'
import { CHAIN_NAMES } from '../../../src/bundle/capabilities/chain.ts'
import { READ_METHODS } from '../../../src/runtime/capabilities/chain-methods.ts'
import { CallError } from '../../../src/runtime/capabilities/errors.ts'
import type { WalletRequest } from '../../../src/runtime/world.ts'
import { FakeRefusal, type FakeRpc, fakeRpc } from '../../support/fake-rpc.ts'
import { testGateway } from '../../support/gateway.ts'

const test = suite('runtime/capabilities: chain')
const EVERYTHING = {
  chain: { ela: ['read', 'send'], esc: ['read', 'send'], eid: ['read', 'send'] },
  wallet: { chains: ['ela', 'esc'], methods: ['address', 'send', 'signMessage', 'signTypedData'] },
  did: { signIn: true, credentials: ['name'] },
}
const EVM_ADDRESS = `0x${'aB'.repeat(20)}`
const MAIN_ADDRESS = 'EeEkSiRMZqg5rd9a2yPaWnvdPcikFtsrjE'
let node: FakeRpc

test.before(async () => {
  node = await fakeRpc({
    eth_chainId: () => '0x15',
    eth_blockNumber: () => '0x10',
    eth_getBalance: () => '0x5',
    eth_call: () => {
      throw new FakeRefusal(3, 'execution reverted')
    },
  })
})

test.after(async () => {
  await node[Symbol.asyncDispose]()
})

const urls = () => ({ chains: { ela: [node.url], esc: [node.url], eid: [node.url] } })

test('attack 14: methods that sign, send, mine or manage are refused, and never reach a node', async () => {
  await using gateway = await testGateway({ wishes: EVERYTHING, world: urls() })
  const before = node.calls.length
  const methods = [
    ...[
      'admin_peers',
      'debug_traceTransaction',
      'personal_sign',
      'eth_sendTransaction',
      'eth_sign',
    ],
    ...['eth_sendRawTransaction', 'eth_signTypedData_v4', 'did_sendRawTransaction', 'miner_start'],
    ...['txpool_content', 'eth_accounts', 'evm_mine', 'anvil_setBalance', 'hardhat_reset'],
    ...['sendrawtransaction', 'signrawtransactionwithkey', 'discretemining', 'togglemining'],
    ...['setloglevel', 'getrawmempool', 'submitauxblock', 'eth_newFilter', 'eth_subscribe'],
    ...['ETH_CALL', 'eth_call ', ' eth_call', 'eth_call\0', 'еth_call', 'eth_call​', 'eth call'],
    ...['', 'constructor', '__proto__', 'toString', 'has', 'eth_call\n'],
  ]
  for (const chain of CHAIN_NAMES) {
    for (const method of methods) {
      const code = await gateway.call('chain/read', chain, method, [])
      assert.is(code, 'capability/notReadable', `${chain} ${method}`)
      if (gateway.audit.length % 40 === 0) assert.is(gateway.audit.at(-1)?.decision, 'deny')
    }
  }
  assert.is(await gateway.call('chain/read', 'esc', ['eth_call'], []), 'capability/badArgument')
  assert.is(node.calls.length, before)
})

test('attack 14: a batch with one bad method is refused whole', async () => {
  await using gateway = await testGateway({ wishes: EVERYTHING, world: urls() })
  const before = node.calls.length
  const good = { method: 'eth_blockNumber' }
  for (const bad of [
    ...[{ method: 'eth_sendTransaction', params: [{}] }, { method: 'eth_blockNumber\0' }],
    ...[{ method: 'eth_blockNumber', id: 1 }, {}, null, 'eth_blockNumber', [good]],
  ]) {
    const code = await gateway.call('chain/batch', 'esc', [good, good, bad])
    assert.match(String(code), /^capability\/(notReadable|badArgument)$/)
  }
  const long = Array.from({ length: 51 }, () => good)
  assert.is(await gateway.call('chain/batch', 'esc', long), 'capability/badArgument')
  assert.is(node.calls.length, before)
  const balance = { method: 'eth_getBalance', params: [EVM_ADDRESS, 'latest'] }
  assert.equal(await gateway.call('chain/batch', 'esc', [good, balance]), ['0x10', '0x5'])
})

test('no method of the allow-list writes', () => {
  for (const chain of CHAIN_NAMES) {
    for (const method of READ_METHODS[chain]) {
      assert.not.match(method, /send|sign|mine|submit|set|new|subscri|admin|debug|personal|txpool/i)
    }
  }
})

test('only the chains and rights of the manifest can be used', async () => {
  const wishes = { chain: { esc: ['read'], ela: ['send'] } }
  await using gateway = await testGateway({ wishes, world: urls() })
  assert.is(await gateway.call('chain/read', 'esc', 'eth_blockNumber'), '0x10')
  assert.is(await gateway.call('chain/read', 'eid', 'eth_blockNumber'), 'capability/notDeclared')
  assert.is(await gateway.call('chain/read', 'ela', 'getblockcount'), 'capability/notDeclared')
  assert.is(await gateway.call('chain/send', 'esc', {}), 'capability/notDeclared')
  assert.is(await gateway.call('chain/read', 'btc', 'getblockcount'), 'capability/badArgument')
})

test('what a node refuses is told in its words, and who answered is in the audit log', async () => {
  await using gateway = await testGateway({ wishes: EVERYTHING, world: urls() })
  const code = await gateway.call('chain/read', 'esc', 'eth_call', [{}])
  assert.is(code, 'capability/nodeSaidNo')
  await gateway.call('chain/read', 'esc', 'eth_blockNumber')
  const { target, provider, placement } = gateway.audit.at(-1) ?? {}
  assert.equal([target, provider, placement], ['esc eth_blockNumber', 'esc-1', 'local'])
})

test('the next node is asked when the nearest is away', async () => {
  const placed: string[] = []
  const world = {
    chains: { esc: ['http://127.0.0.1:1', node.url] },
    onPlacement: ({ provider, passedOver }: { provider: string; passedOver: readonly unknown[] }) =>
      placed.push(`${provider} ${passedOver.length}`),
  }
  await using gateway = await testGateway({ wishes: EVERYTHING, world })
  assert.is(await gateway.call('chain/read', 'esc', 'eth_blockNumber'), '0x10')
  assert.equal(placed, ['esc-2 1'])
  assert.is(await gateway.call('chain/read', 'eid', 'eth_blockNumber'), 'capability/notHere')
  await using alone = await testGateway({
    wishes: EVERYTHING,
    world: { chains: { esc: ['http://127.0.0.1:1'] } },
  })
  assert.is(await alone.call('chain/read', 'esc', 'eth_blockNumber'), 'capability/noProvider')
})

function door(answer: (request: WalletRequest) => unknown) {
  const asked: WalletRequest[] = []
  const ask = async (request: WalletRequest) => {
    asked.push(request)
    return answer(request)
  }
  return { asked, world: { wallet: { ask } } }
}

test('coins are sent by the wallet only, as the intents wallets know', async () => {
  const { asked, world } = door(() => ({ txid: 'x' }))
  await using gateway = await testGateway({ wishes: EVERYTHING, world })
  const coins = { to: MAIN_ADDRESS, amount: '1.5', memo: 'thanks' }
  assert.equal(await gateway.call('chain/send', 'ela', coins), { txid: 'x' })
  const data = { to: EVM_ADDRESS, value: '0x1', data: '0xdeadbeef' }
  await gateway.call('chain/send', 'esc', data)
  await gateway.call('wallet/send', 'esc', { to: EVM_ADDRESS, amount: '2' })
  await gateway.call('wallet/address', 'ela')
  await gateway.call('wallet/signMessage', 'esc', 'hello')
  await gateway.call('wallet/signTypedData', 'esc', { types: {} })
  assert.equal(
    asked.map(({ action, params }) => ({ action, params: { ...params } })),
    [
      {
        action: 'pay',
        params: { receiver: MAIN_ADDRESS, amount: '1.5', currency: 'ELA', memo: 'thanks' },
      },
      { action: 'esctransaction', params: { payload: { params: [data] } } },
      { action: 'pay', params: { receiver: EVM_ADDRESS, amount: '2', currency: 'ETHSC' } },
      { action: 'walletaccess', params: { reqfields: { elaaddress: true } } },
      { action: 'personalsign', params: { data: 'hello' } },
      { action: 'signtypeddata', params: { payload: '{"types":{}}', useV4: true } },
    ],
  )
  assert.ok(
    asked.every(({ app, appName }) => app === 'did:elastos:iApp' && appName === 'song-shop'),
  )
})

test('what is no transaction never reaches the wallet', async () => {
  const { asked, world } = door(() => null)
  await using gateway = await testGateway({ wishes: EVERYTHING, world })
  for (const [chain, transaction] of [
    ...[
      ['ela', { to: EVM_ADDRESS, amount: '1' }],
      ['esc', { to: MAIN_ADDRESS, amount: '1' }],
    ],
    ...[
      ['esc', { to: EVM_ADDRESS, amount: 1 }],
      ['esc', { to: EVM_ADDRESS, amount: '-1' }],
    ],
    ...[
      ['esc', { to: EVM_ADDRESS, amount: '1e3' }],
      ['esc', { to: EVM_ADDRESS, amount: '0x1' }],
    ],
    ...[
      ['esc', { to: EVM_ADDRESS, data: '0xabc' }],
      ['ela', { to: MAIN_ADDRESS, data: '0x00' }],
    ],
    ...[
      ['esc', { to: EVM_ADDRESS, data: '0x00', from: EVM_ADDRESS }],
      ['esc', null],
      ['esc', []],
    ],
    ...[
      ['esc', { to: EVM_ADDRESS, data: '0x00', value: '1' }],
      ['esc', { amount: '1' }],
    ],
  ] as const) {
    const code = await gateway.call('chain/send', chain, transaction)
    assert.is(code, 'capability/badArgument', JSON.stringify(transaction))
  }
  assert.is(await gateway.call('wallet/send', 'eid', {}), 'capability/notDeclared')
  assert.is(await gateway.call('wallet/signMessage', 'ela', 'x'), 'capability/badArgument')
  assert.equal(asked, [])
})

test('signing in asks for declared credentials, with a nonce', async () => {
  const { asked, world } = door(() => ({ jwt: 'x' }))
  await using gateway = await testGateway({ wishes: EVERYTHING, world })
  const signIn = (request: unknown) => gateway.call('did/signIn', request)
  assert.is(
    await signIn({ nonce: 'n', realm: 'r', credentials: ['passport'] }),
    'capability/notDeclared',
  )
  assert.is(await signIn({ nonce: '', realm: 'r' }), 'capability/badArgument')
  assert.is(await signIn({ nonce: 'n', realm: 'r', callbackurl: 'x' }), 'capability/badArgument')
  assert.is(await signIn({ realm: 'r' }), 'capability/badArgument')
  assert.equal(asked, [])
  assert.equal(await signIn({ nonce: 'n', realm: 'r' }), { jwt: 'x' })
})

test('without a wallet, and when its user says no, the DApp is told so', async () => {
  await using without = await testGateway({ wishes: EVERYTHING })
  assert.is(await without.call('wallet/address', 'ela'), 'capability/notHere')
  const { world } = door(() => {
    throw CallError.walletRefused('its user said no')
  })
  await using refusing = await testGateway({ wishes: EVERYTHING, world })
  assert.is(await refusing.call('wallet/address', 'ela'), 'capability/walletRefused')
  const other = door(() => {
    throw new ElaError('intent/denied', { message: 'denied' })
  })
  await using denying = await testGateway({ wishes: EVERYTHING, world: other.world })
  assert.is(await denying.call('wallet/address', 'ela'), 'capability/walletRefused')
})

test('attack 15: Carrier takes no sender, no long message and no foreign service', async () => {
  await using gateway = await testGateway({
    wishes: { carrier: { services: ['chat'] } },
    limits: { requestsPerSecond: 20 },
  })
  const send = (...args: readonly unknown[]) => gateway.call('carrier/send', ...args)
  assert.is(await send('chat', 'peer', 'x', 'another address'), 'capability/tooManyArguments')
  assert.is(await send('mail', 'peer', 'x'), 'capability/notDeclared')
  assert.is(await send('chat', 'peer', 'x'.repeat(10_000_000)), 'capability/tooLong')
  assert.is(await send('chat', 'peer', 'x'.repeat(100_000)), 'capability/badArgument')
  assert.is(await send('chat', 'peer', 'x'), 'capability/notYet')
  const flood = await Promise.all(Array.from({ length: 200 }, () => send('chat', 'peer', 'x')))
  assert.ok(flood.filter((code) => code === 'capability/tooFast').length >= 100)
})

test.run()
