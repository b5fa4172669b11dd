/** The rules and constants of one network. */
import { fromHex } from '../../base/bytes-text.ts'
import { parseAddress } from '../../protocol/ela/address.ts'

export const NEVER = 0xffff_ffff

export interface ChainParams {
  /** The name `getmininginfo` tells. */
  readonly net: string
  /** P2P magic. */
  readonly magic: number
  /** Program hash that owns the genesis coin and gets the foundation's share of each block. */
  readonly foundation: Uint8Array
  /** Target of every block, in compact form; there is no retarget with instant blocks. */
  readonly bits: number
  /** A coinbase of height h may be spent when tip - h reaches this. */
  readonly coinbaseMaturity: number
  readonly rewardSela: bigint
  readonly minFeeSela: bigint
  readonly minCrossChainFeeSela: bigint
  /** Deposits below this are told to arbiters before they are mined. */
  readonly smallCrossTransferSela: bigint
  readonly returnDepositFeeSela: bigint
  readonly maxBlockBodyBytes: number
  readonly maxBlockHeaderBytes: number
  readonly maxBlockTransactions: number
  readonly maxPoolBytes: number
  readonly maxFutureSeconds: number
  /** Public keys (33 bytes) that sign withdrawals from the side chains. */
  readonly arbiters: readonly Uint8Array[]
  readonly arbiterSignatures: number
  /** Program hash of the retired ID side chain; deposits to it are refused. */
  readonly retiredSideChain: Uint8Array
  readonly secretaryGeneral: string
}

/**
 * Keys published with the elastos-privnet project. Their private halves are public: they guard
 * nothing but devnets.
 */
export const DEV_ARBITERS = [
  '03e4fa86f44e83fe516541b25da6b1511f9abbf7ff30b4dcbbfddcecfc2c22e765',
  '023849680b14046e60e235972ab0cfca51cf16f9087d16daf1b6f68fc7e3b8d8bb',
  '022499e71f962ebb3040c9dfbb012f32339cba93274b036555fdce257def0b46bf',
  '039db07607f0bead1a35be24f14e1498b6aa1f8c7232760b7ef56c4bed747cdec1',
  '02216a980c203f96d03bfd8a98b413fc3e35b16e9d71ca7d0b2430997537635f92',
] as const

export interface DevnetChoice {
  /** Address that owns the genesis coin. */
  readonly foundation: string
  readonly coinbaseMaturity?: number
  readonly magic?: number
}

/**
 * A private network with proof of work only: every height at which producers, CR or NFT rules would
 * start is never reached, and everything else is in force from the first block.
 *
 * @see Elastos.ELA common/config/config.go, settings/settings.go (regnet with InstantBlock)
 */
export function devnetParams(choice: DevnetChoice): ChainParams {
  return {
    net: 'regnet',
    // Not one of the public networks, so that no node of theirs ever talks to a devnet.
    magic: choice.magic ?? 7_630_402,
    foundation: parseAddress(choice.foundation),
    bits: 0x207fffff,
    coinbaseMaturity: choice.coinbaseMaturity ?? 10,
    rewardSela: 304_414_003n,
    minFeeSela: 100n,
    minCrossChainFeeSela: 10_000n,
    smallCrossTransferSela: 100_000_000n,
    returnDepositFeeSela: 100n,
    maxBlockBodyBytes: 2_000_000,
    maxBlockHeaderBytes: 1_000_000,
    maxBlockTransactions: 10_000,
    maxPoolBytes: 20_000_000,
    maxFutureSeconds: 2 * 60 * 60,
    arbiters: DEV_ARBITERS.map(fromHex),
    arbiterSignatures: 4,
    retiredSideChain: parseAddress('XKUh4GLhFJiqAMTF6HyWQrV9pK9HcGUdfJ'),
    secretaryGeneral: '0349cb77a69aa35be0bcb044ffd41a616b8367136d3b339d515b1023cc0f302f87',
  }
}
