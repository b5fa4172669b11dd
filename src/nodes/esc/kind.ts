/** ESC, the smart contract chain: limits and ids of the real nodes. */
import { LOOPBACK } from '../../base/loopback-server.ts'
import { evmKind } from '../evm/evm-kind.ts'
import { withdrawContract } from '../evm/withdraw-contract.ts'
import { REGISTRY_ADDRESS } from './registry-address.ts'

/** @see Elastos.ELA.SideChain.ESC params/config.go, core/tx_pool.go, eth/config.go */
export const esc = evmKind({
  name: 'esc',
  summary: 'Elastos Smart Chain, for contracts',
  ports: { rpc: 20_636, ws: 20_635 },
  chainIds: { testnet: 21, local: 2021, mainnet: 20 },
  gasLimit: 8_000_000,
  maxTransactionBytes: 32 * 1024,
  minGasPrice: 1_000_000_000,
  optionNames: ['mainchainRpc', 'minGasPrice'],
  // Only asked now and then, so that ESC starts beside the main chain and lives without it.
  options: ({ options: { mainchainRpc }, portOf }) => ({
    mainchainRpc: mainchainRpc ?? `http://${LOOPBACK}:${portOf('mainchain', 'rpc')}`,
  }),
  registry: REGISTRY_ADDRESS,
  clientVersion: 'Geth/v1.9.7.0-v1.12.0-v0.2.5.1/ela-devnet',
  contracts: (profile) =>
    withdrawContract(
      {
        testnet: '0x491bc043672b9286fa02fa7e0d6a3e5a0384a31a',
        local: '0x491bc043672b9286fa02fa7e0d6a3e5a0384a31a',
        mainnet: '0xc445f9487bf570ff508ea9ac320b59730e81e503',
      }[profile],
    ),
})
