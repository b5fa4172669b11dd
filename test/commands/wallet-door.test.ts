import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { servingWalletDoor, walletDoorOf } from '../../src/commands/wallet-door.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import type { WalletRequest } from '../../src/runtime/world.ts'
import { IntentDesk } from '../../src/wallet/intents/desk.ts'
import { serveWallet } from '../../src/wallet/intents/server.ts'
import { writeServerFile } from '../../src/wallet/intents/server-file.ts'
import { fails, until } from '../support/fails.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/folder.ts'
import { identity, testGateway } from '../support/gateway.ts'

const test = suite('the wallet behind DApps')
const [alice] = devnetAccounts()
assert.ok(alice)

function deskIn(folder: TemporaryFolder): IntentDesk {
  const hand = {
    ...{ account: alice, mainchain: undefined, esc: undefined, eid: undefined, waitMs: 0 },
    boxFile: folder.join('wallet.json'),
    ...{ signal: new AbortController().signal, now: () => 1_795_000_000 },
  }
  return new IntentDesk({ handOf: () => hand as never, patienceMs: 60_000 })
}

const wishes = {
  wallet: { chains: ['ela', 'esc'], methods: ['address', 'send', 'signMessage'] },
  did: { signIn: true },
}

function gatewayOf(desk: IntentDesk, as: Partial<typeof identity> = {}) {
  return testGateway({ wishes, world: { wallet: walletDoorOf(desk) }, identity: as })
}

test('a DApp gets what its user said yes to', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  await using gateway = await gatewayOf(desk)
  const answer = gateway.call('wallet/signMessage', 'esc', '{"not":"a parameter"')
  const waiting = await until('it waits', () => desk.waiting()[0])
  assert.equal([waiting.action, waiting.app], ['personalsign', identity.app])
  assert.is(waiting.does, 'sign the message "{\\"not\\":\\"a parameter\\""')
  desk.decide(waiting.id, 'approve')
  assert.match(((await answer) as { signedData: string }).signedData, /^0x[0-9a-f]{130}$/)
})

test('a no, and nobody to answer, are told as a refusal', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  await using gateway = await gatewayOf(desk)
  const coins = { to: `0x${'1'.repeat(40)}`, amount: '2' }
  const answer = gateway.call('wallet/send', 'esc', coins)
  const { id, does } = await until('it waits', () => desk.waiting()[0])
  assert.is(does, `pay 2 ETHSC to 0x${'1'.repeat(40)}`)
  desk.decide(id, 'deny')
  assert.is(await answer, 'capability/walletRefused')
  const second = gateway.call('wallet/address', 'ela')
  await until('it waits', () => desk.waiting()[0])
  desk.close()
  assert.is(await second, 'capability/walletRefused')
})

test('a request is withdrawn when its DApp is ended', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  const gateway = await gatewayOf(desk)
  const answer = gateway.call('did/signIn', { nonce: 'n', realm: 'r' }).catch(() => 'cut off')
  await until('it waits', () => desk.waiting()[0])
  await gateway[Symbol.asyncDispose]()
  assert.is(await answer, 'cut off')
  await until('it is withdrawn', () => desk.waiting().length === 0)
})

test('who nobody signed is not called by the DID it claims', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  await using gateway = await gatewayOf(desk, { bundleId: undefined })
  const answer = gateway.call('wallet/address', 'ela')
  const { app, id } = await until('it waits', () => desk.waiting()[0])
  assert.is(app, 'song-shop, which nobody signed')
  desk.decide(id, 'approve')
  assert.equal(await answer, { walletinfo: [{ elaaddress: alice.ela.address }] })
})

test('a wallet that serves on a port is asked there, and one that is gone is told as such', async () => {
  using folder = temporaryFolder()
  const desk = deskIn(folder)
  const file = folder.join('wallet-server.json')
  const world = { wallet: servingWalletDoor(file) }
  await using gateway = await testGateway({ wishes, world })
  assert.is(await gateway.call('wallet/address', 'ela'), 'capability/notHere')
  const server = await serveWallet(desk, 0)
  try {
    writeServerFile(file, { ...server, url: server.url, pid: process.pid, account: 'alice' })
    const answer = gateway.call('wallet/address', 'ela')
    desk.decide((await until('it waits', () => desk.waiting()[0])).id, 'approve')
    assert.equal(await answer, { walletinfo: [{ elaaddress: alice.ela.address }] })
    const second = gateway.call('wallet/address', 'ela')
    desk.decide((await until('it waits', () => desk.waiting()[0])).id, 'deny')
    assert.is(await second, 'capability/walletRefused')
  } finally {
    desk.close()
    await server[Symbol.asyncDispose]()
  }
})

test('no parameter of a DApp decides where the answer goes', async () => {
  const asked: string[] = []
  const submit = async (url: string) => {
    asked.push(url)
    return { action: 'x', status: 'done', result: {}, reply: { way: 'none' } } as never
  }
  const door = walletDoorOf({ submit })
  const request: WalletRequest = {
    action: 'pay',
    params: { receiver: 'a&redirecturl=https://evil.example/#', amount: '1' },
    ...{ app: identity.app, appName: 'x', isSigned: true, signal: new AbortController().signal },
  }
  await door.ask(request)
  const { searchParams, hash } = new URL(asked[0] ?? '')
  assert.equal([searchParams.get('redirecturl'), hash], [null, ''])
  await fails('capability/walletRefused', () =>
    walletDoorOf({
      submit: async () =>
        ({ action: 'x', status: 'denied', result: {}, reply: { way: 'none' } }) as never,
    }).ask(request),
  )
})

test.run()
