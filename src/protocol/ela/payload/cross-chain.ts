/** Payloads that move coins and NFTs between the main chain and its side chains. */
import type { Codec } from '../../codec.ts'
import { hash32, i64, programHash21, struct, u8, u32, variant } from '../fields.ts'
import { list, varUint64 } from '../var-uint.ts'
import { keyOrCode, text } from './limits.ts'

/** Version 1 is empty: there the outputs say where the coins go. */
export interface TransferCrossChainAssetPayload {
  readonly kind: 'transferCrossChainAsset'
  readonly targets?: readonly CrossChainTarget[]
}

export interface CrossChainTarget {
  readonly address: string
  readonly outputIndex: bigint
  /** Sela that arrive. */
  readonly amount: bigint
}

/** Version 0 has the first three, 1 nothing, 2 the signers. */
export interface WithdrawFromSideChainPayload {
  readonly kind: 'withdrawFromSideChain'
  readonly blockHeight?: number
  /** The X address of the side chain. */
  readonly genesisBlockAddress?: string
  /** Internal order. */
  readonly sideChainTransactionHashes?: readonly Uint8Array[]
  /** Positions of the arbiters whose keys the Schnorr signature aggregates. */
  readonly signers?: readonly number[]
}

/** Version 0 is empty, 1 has the signers. */
export interface ReturnSideChainDepositCoinPayload {
  readonly kind: 'returnSideChainDepositCoin'
  readonly signers?: readonly number[]
}

/** From version 1 on with the fields after the genesis hash. */
export interface CreateNftPayload {
  readonly kind: 'createNft'
  readonly referKey: Uint8Array
  readonly stakeAddress: string
  readonly genesisBlockHash: Uint8Array
  readonly startHeight?: number
  readonly endHeight?: number
  readonly votes?: bigint
  readonly voteRights?: bigint
  readonly targetOwnerKey?: Uint8Array
}

export interface NftDestroyFromSideChainPayload {
  readonly kind: 'nftDestroyFromSideChain'
  readonly ids: readonly Uint8Array[]
  readonly ownerStakeAddresses: readonly Uint8Array[]
  readonly genesisBlockHash: Uint8Array
}

const target = struct<CrossChainTarget>({ address: text, outputIndex: varUint64, amount: i64 })

export function transferCrossChainAsset(version: number): Codec<TransferCrossChainAssetPayload> {
  return variant('transferCrossChainAsset', version === 0 ? { targets: list(target) } : {})
}

/** Versions above 2 are read as empty, as the real node does. */
export function withdrawFromSideChain(version: number): Codec<WithdrawFromSideChainPayload> {
  const kind = 'withdrawFromSideChain'
  if (version === 0) {
    return variant<WithdrawFromSideChainPayload>(kind, {
      blockHeight: u32,
      genesisBlockAddress: text,
      sideChainTransactionHashes: list(hash32),
    })
  }
  return variant<WithdrawFromSideChainPayload>(kind, version === 2 ? { signers: list(u8) } : {})
}

export function returnSideChainDepositCoin(
  version: number,
): Codec<ReturnSideChainDepositCoinPayload> {
  return variant('returnSideChainDepositCoin', version === 1 ? { signers: list(u8) } : {})
}

export function createNft(version: number): Codec<CreateNftPayload> {
  return variant<CreateNftPayload>('createNft', {
    referKey: hash32,
    stakeAddress: text,
    genesisBlockHash: hash32,
    ...(version >= 1 && {
      startHeight: u32,
      endHeight: u32,
      votes: i64,
      voteRights: i64,
      targetOwnerKey: keyOrCode,
    }),
  })
}

export const nftDestroyFromSideChain = variant<NftDestroyFromSideChainPayload>(
  'nftDestroyFromSideChain',
  {
    ids: list(hash32),
    ownerStakeAddresses: list(programHash21),
    genesisBlockHash: hash32,
  },
)
