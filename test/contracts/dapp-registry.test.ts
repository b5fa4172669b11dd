/** The code of the registry: made of its source, and such as the chains can run. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DAPP_REGISTRY_ABI, DAPP_REGISTRY_CREATION } from '../../src/contracts/dapp-registry.ts'
import { compileContract, foreignOpcodes, sourceOf } from '../support/contracts.ts'
import { registrySource } from '../support/write-contracts.ts'

const test = suite('DAppRegistry')

test('is what the compiler makes of its source', () => {
  const kept = new URL('../../src/contracts/dapp-registry.ts', import.meta.url)
  // The compiler's code is compared as it is; how it is laid out on lines is biome's matter.
  const words = (text: string) => text.replace(/[\s,]+/g, ' ')
  assert.is(words(registrySource()), words(readFileSync(kept, 'utf8')))
})

test('has no instruction that the chains lack', () => {
  assert.equal(foreignOpcodes(DAPP_REGISTRY_CREATION), [])
  const compiled = compileContract('DAppRegistry', sourceOf('DAppRegistry'))
  assert.equal(foreignOpcodes(compiled.code), [])
  // The limit of a contract's size. @see EIP-170
  assert.ok((compiled.code.length - 2) / 2 < 24_576)
})

test('would be refused if it had one', () => {
  const source = `// SPDX-License-Identifier: MIT
    pragma solidity 0.8.37;
    contract Later {
      function copy(bytes calldata a) external pure returns (bytes memory) {
        bytes memory b = a;
        return abi.encodePacked(b, b);
      }
    }`
  assert.equal(foreignOpcodes(compileContract('Later', source).code), [])
  const later = foreignOpcodes(compileContract('Later', source, 'cancun').code)
  assert.ok(later.some((found) => found.endsWith('0x5e')))
  // Data of a push is no instruction.
  assert.equal(foreignOpcodes('0x615e5e00'), [])
  for (const opcode of ['5c', '5d', '5e', '49', '4a', '1e', '0c', '21', 'a5', 'f6']) {
    assert.equal(foreignOpcodes(`0x00${opcode}`), [`1: 0x${opcode}`])
  }
})

test('names its functions for other tools', () => {
  assert.ok(DAPP_REGISTRY_ABI.includes('function veto(bytes20 app)'))
  assert.ok(DAPP_REGISTRY_ABI.every((entry) => /^(function|event|error) \w+\(.*\)/.test(entry)))
})

test.run()
