/**
 * The contract that stands where EID has native code for DID operations.
 *
 * The DID contract asks address 0x16 with 32 bytes it ignores and the operation. Whether an
 * operation is valid is decided outside of the engine and written into the guard's storage before
 * the call: slot keccak256(origin, 32 bytes ‖ operation) holds 0 for "no", or 1 + the gas the native
 * code would cost. The origin is in it so that of two accounts that send the same operation in one
 * block only one is admitted.
 *
 *     no call data                  burn all gas (this is how gas is burnt, see below)
 *     slot is 0                     return 0
 *     gas - gas / 64 < slot - 1     burn all gas: a call would be given less than the cost
 *     otherwise                     call itself without data and with slot - 1 gas; return 1
 */
export const GUARD_ADDRESS = '0x0000000000000000000000000000000000000016'

const jump = { zero: '3e', fail: '46' }

export const GUARD_CODE = `0x${[
  `36 15 60 ${jump.fail} 57`, //                calldatasize == 0 → fail
  '60 20 36 03', //                             length = calldatasize - 32
  '80 60 20 60 20 37', //                       memory[32…] = calldata[32…]
  '32 5f 52', //                                memory[0…31] = origin
  '60 20 01 5f 20 54', //                       value = storage[keccak256(memory)]
  `80 15 60 ${jump.zero} 57`, //                value == 0 → zero
  '60 01 90 03', //                             cost = value - 1
  '5a 80 60 06 1c 90 03', //                    available = gas - (gas >> 6)
  `81 11 60 ${jump.fail} 57`, //                cost > available → fail
  '5f 5f 5f 5f 30 85 fa 50 50', //              staticcall(cost, this, no data)
  '60 01 5f 52 60 20 5f f3', //                 return 1
  '5b 5f 5f 52 60 20 5f f3', //                 zero: return 0
  '5b fe', //                                   fail: burn all gas
]
  .join('')
  .replaceAll(' ', '')}`
