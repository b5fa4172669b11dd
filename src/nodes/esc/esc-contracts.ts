/**
 * What stands where ESC alone has native code, and the registry of releases. 0x3e8 gives the
 * keccak256 of the arbiters' public keys; on a devnet those never change.
 *
 * @see Elastos.ELA.SideChain.ESC core/vm/contracts.go arbiters, p256Verify
 */
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { DAPP_REGISTRY_CODE } from '../../contracts/dapp-registry.ts'
import { keccak256 } from '../../protocol/evm/keccak.ts'
import { P256_VERIFY_CODE } from '../evm/native-codes.ts'
import { DEV_ARBITERS } from '../mainchain/params.ts'
import { HEADER_ADDRESS, HEADER_CODE, HEIGHT_ADDRESS, HEIGHT_CODE } from './mainchain-contracts.ts'
import { REGISTRY_ADDRESS } from './registry-address.ts'

const ARBITERS_ADDRESS = `0x${'3e8'.padStart(40, '0')}`
const P256_ADDRESS = `0x${'3e9'.padStart(40, '0')}`

export function escContracts(): Readonly<Record<string, string>> {
  return {
    [ARBITERS_ADDRESS]: answering(
      DEV_ARBITERS.map((key) => toHex(keccak256(fromHex(key)))).join(''),
    ),
    [P256_ADDRESS]: P256_VERIFY_CODE,
    [HEADER_ADDRESS]: HEADER_CODE,
    [HEIGHT_ADDRESS]: HEIGHT_CODE,
    [REGISTRY_ADDRESS]: DAPP_REGISTRY_CODE,
  }
}

/** Code that returns these bytes, at most 65,535 of them: copies what follows itself. */
function answering(hex: string): string {
  const length = (hex.length / 2).toString(16).padStart(4, '0')
  return `0x61${length}600c5f3961${length}5ff3${hex}`
}
