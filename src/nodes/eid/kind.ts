/** EID, the chain of identities: limits, ids and contracts of the real nodes. */

import { evmKind } from '../evm/evm-kind.ts'
import { portOption } from '../evm/evm-options.ts'
import { GUARD_ADDRESS, GUARD_CODE } from '../evm/guard-contract.ts'
import { NATIVE_CODE } from '../evm/native-contract.ts'
import { withdrawContract } from '../evm/withdraw-contract.ts'
import type { Profile } from '../kind.ts'
import {
  DID_CONTRACT_CODE,
  didContractOf,
  KYC_ADDRESS,
  RESOLVE_DID_ADDRESS,
} from './did-contract.ts'
import { reservedNamesOption } from './reserved-names.ts'

/** Where test suites of the DID SDKs look for a chain. */
const SDK_PORT = 9123

const withdrawal: Readonly<Record<Profile, string>> = {
  testnet: '0x762a042b8b9f9f0d3179e992d965c11785219599',
  local: '0x762a042b8b9f9f0d3179e992d965c11785219599',
  mainnet: '0x6f60fded6303e73a83ef99c53963407f415e80b9',
}

/** @see Elastos.ELA.SideChain.EID params/config.go, core/tx_pool.go, eth/config.go */
export const eid = evmKind({
  name: 'eid',
  summary: 'Elastos Identity Chain, for DIDs',
  ports: { rpc: 20_646, ws: 20_645 },
  chainIds: { testnet: 23, local: 2023, mainnet: 22 },
  gasLimit: 100_000_000,
  maxTransactionBytes: 128 * 1024,
  minGasPrice: 0,
  clientVersion: 'Geth/v1.9.7.0-v1.12.0-v0.2.3.2/ela-devnet',
  contracts: (profile) => ({
    ...withdrawContract(withdrawal[profile]),
    [didContractOf(profile)]: DID_CONTRACT_CODE,
    [GUARD_ADDRESS]: GUARD_CODE,
    [RESOLVE_DID_ADDRESS]: NATIVE_CODE,
    [KYC_ADDRESS]: NATIVE_CODE,
  }),
  didContract: didContractOf,
  optionNames: ['reservedNames', 'sdkListener'],
  options: ({ options: { reservedNames, sdkListener } }) => ({
    reservedNames: reservedNamesOption(reservedNames),
    sdkListener: portOption('eid', 'sdkListener', sdkListener === true ? SDK_PORT : sdkListener),
  }),
})
