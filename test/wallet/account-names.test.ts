import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { accountOfName, addressOfName, chainsOfName } from '../../src/wallet/account-names.ts'
import { readOrder } from '../../src/wallet/transfer.ts'
import { fails } from '../support/fails.ts'

const test = suite('account names')

const [alice] = devnetAccounts()
if (alice === undefined) throw new Error('there are no devnet accounts')
const { ela, evm, did } = alice

test('knows each account by name on every chain', () => {
  for (const account of devnetAccounts()) {
    assert.is(addressOfName(account.name, 'mainchain'), account.ela.address)
    assert.is(addressOfName(account.name.toUpperCase(), 'esc'), account.evm.address)
    assert.is(addressOfName(account.name, 'eid'), account.evm.address)
  }
})

test('takes addresses as they are, and gives EVM addresses their checksum', () => {
  assert.is(addressOfName(ela.address, 'mainchain'), ela.address)
  assert.is(addressOfName(evm.address.toLowerCase(), 'esc'), evm.address)
  const multisig = '8VYXVxKKSAxkmRrfmGpQR2Kc66XhG6m3ta'
  assert.is(addressOfName(multisig, 'mainchain'), multisig)
})

test('says when an address is of another chain', async () => {
  const error = await fails('wallet/otherChainsAddress', () =>
    addressOfName(evm.address, 'mainchain'),
  )
  assert.match(error.message, 'an address of ESC and EID')
  await fails('wallet/otherChainsAddress', () => addressOfName(ela.address, 'esc'))
})

test('says that a DID holds no coins', async () => {
  await fails('wallet/didHasNoCoins', () => addressOfName(did.did, 'esc'))
  await fails('wallet/didHasNoCoins', () => addressOfName(did.did.slice(12), 'mainchain'))
})

test('notices one wrong character, on the main chain and by the case of EVM digits', async () => {
  const last = ela.address.endsWith('A') ? 'B' : 'A'
  await fails('wallet/damagedAddress', () =>
    addressOfName(ela.address.slice(0, -1) + last, 'mainchain'),
  )
  await fails('wallet/damagedAddress', () => addressOfName(ela.address.slice(0, -1), 'mainchain'))
  await fails('wallet/damagedAddress', () => addressOfName(evm.address.slice(0, -1), 'esc'))
  const wrongCase = evm.address.replace('fA5b', 'fa5b')
  await fails('wallet/damagedAddress', () => addressOfName(wrongCase, 'eid'))
})

test('suggests the name that was probably meant', async () => {
  const error = await fails('wallet/unknownName', () => addressOfName('alcie', 'esc'))
  assert.match(error.hint ?? '', '`alice`')
  assert.is(error.exit, 'misused')
  for (const typed of ['', 'x', 'constructor', '../..', '0y12']) {
    await fails('wallet/unknownName', () => addressOfName(typed, 'mainchain'))
  }
})

test('finds whose key signs by name or address', async () => {
  assert.is(accountOfName('alice', 'mainchain').name, 'alice')
  assert.is(accountOfName(evm.address.toLowerCase(), 'eid').name, 'alice')
  const stranger = 'ELANULLXXXXXXXXXXXXXXXXXXXXXYvs3rr'
  await fails('wallet/notOurAccount', () => accountOfName(stranger, 'mainchain'))
})

test('knows on which chains somebody can have coins', () => {
  assert.equal(chainsOfName('alice'), ['mainchain', 'esc', 'eid'])
  assert.equal(chainsOfName(ela.address), ['mainchain'])
  assert.equal(chainsOfName(evm.address), ['esc', 'eid'])
})

test('refuses to send where coins could not be taken out again', async () => {
  for (const locked of [
    'XVbCTM7vqM1qHKsABSFH4xKN1qbp7ijpWf',
    'DreWWZa4k6XuUcKcJRzSGUdGHMopoXnGUY',
    'SjTp237HTsMweUnP5rednVLSRW41YoQrfr',
  ]) {
    await fails('wallet/lockedAddress', () => readOrder('mainchain', locked, '1'))
  }
})

test.run()
