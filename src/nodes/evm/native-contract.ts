/**
 * The contract that stands where a real node has native code whose answer depends on more than the
 * input. What the answer to an input is, is decided outside of the engine before a call runs, and
 * left as the code of an address made from contract and input.
 *
 *     place = keccak256(own address as 32 bytes ‖ input after its first 32 bytes)
 *
 *     no 32 bytes of input, or no code at place    fail and burn all gas
 *     otherwise                                    return the code at place without its first byte
 *
 * The first byte is STOP, so that calling the place itself does nothing. Costs about 2,700 gas where
 * the native code costs 1,000.
 */
import { concatBytes, fromHex, toHex } from '../../base/bytes-text.ts'
import { keccak256 } from '../../protocol/evm/keccak.ts'

const FAIL = '29'

export const NATIVE_CODE = `0x${[
  '30 5f 52', //                     memory[0…31] = this address
  `60 20 36 10 60 ${FAIL} 57`, //    calldatasize < 32 → fail
  '60 20 36 03', //                  length = calldatasize - 32
  '60 20 60 20 37', //               memory[32…] = calldata[32…]
  '36 5f 20', //                     place = keccak256(memory)
  `80 3b 80 15 60 ${FAIL} 57`, //    size = extcodesize(place); size == 0 → fail
  '60 01 90 03', //                  length = size - 1
  '80 60 01 5f 84 3c', //            memory[0…] = code at place from its second byte on
  '5f f3', //                        return length bytes
  '5b fe', //                        fail: burn all gas
]
  .join('')
  .replaceAll(' ', '')}`

/** Where the contract looks for its answer to call data. */
export function placeOf(contract: string, input: Uint8Array): string {
  const address = fromHex(contract.replace(/^0x/, '').padStart(64, '0'))
  return `0x${toHex(keccak256(concatBytes(address, input.subarray(32)))).slice(24)}`
}

/** The code that holds an answer; without one the place is empty. */
export function codeOf(answer: Uint8Array | undefined): string {
  return answer === undefined ? '0x' : `0x00${toHex(answer)}`
}
