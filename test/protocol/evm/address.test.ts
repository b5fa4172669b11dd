import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromHex, toHex } from '../../../src/base/bytes-text.ts'
import {
  addressOfPrivateKey,
  addressOfPublicKey,
  checksumAddress,
  contractAddress,
  isAddress,
  parseAddress,
} from '../../../src/protocol/evm/address.ts'
import { keccak256 } from '../../../src/protocol/evm/keccak.ts'
import { fails } from '../../support/fails.ts'

const test = suite('EVM addresses')

// The test cases of EIP-55.
const checksummed = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
]

test('writes the checksums of EIP-55', () => {
  for (const address of checksummed) {
    assert.is(checksumAddress(address.toLowerCase()), address)
    assert.is(parseAddress(address), address.toLowerCase())
  }
})

test('refuses a typing error in a checksummed address', async () => {
  await fails('protocol/malformed', () =>
    parseAddress('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD'),
  )
  await fails('protocol/malformed', () => parseAddress('5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'))
  await fails('protocol/malformed', () => parseAddress('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA'))
  assert.not(isAddress('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD'))
  assert.ok(isAddress(`0x${'AB'.repeat(20)}`))
})

test('hashes the empty message to the known value', () => {
  assert.is(
    toHex(keccak256(new Uint8Array())),
    'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
  )
})

test('derives addresses of keys and contracts', () => {
  // The first account of the phrase `test test test … junk`, known from every EVM tool.
  const key = fromHex('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
  const address = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
  assert.is(addressOfPrivateKey(key), address)
  const compressed = fromHex('038318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed75')
  assert.is(addressOfPublicKey(compressed), address)
  assert.is(contractAddress(address, 0n), '0x5fbdb2315678afecb367f032d93f642f64180aa3')
  assert.is(contractAddress(address, 1n), '0xe7f1725e7734ce288f8367e1bb143e90bb3f0512')
})

test.run()
