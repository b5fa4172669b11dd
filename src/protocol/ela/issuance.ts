/** New coins of a block, and ids that follow from transactions. */
import { concatBytes } from '../../base/bytes-text.ts'
import { sha256d } from './hash.ts'

export interface IssuanceRule {
  /** From it on a block makes `NEW_REWARD_SELA`, before it `FIRST_REWARD_SELA`. */
  readonly newIssuanceHeight: number
  /** The first height with half of it. */
  readonly halvingHeight: number
  readonly halvingInterval: number
}

export const FIRST_REWARD_SELA = 502_283_105n
export const NEW_REWARD_SELA = 304_414_003n

/** @see Elastos.ELA common/config/config.go */
export const MAINNET_ISSUANCE: IssuanceRule = {
  newIssuanceHeight: 919_800,
  halvingHeight: 1_051_200,
  halvingInterval: 1_051_200,
}

/** The reward of a block in sela, without fees. */
export function blockReward(rule: IssuanceRule, height: number): bigint {
  if (height < rule.newIssuanceHeight) return FIRST_REWARD_SELA
  if (height < rule.halvingHeight) return NEW_REWARD_SELA
  const halvings = 1 + Math.floor((height - rule.halvingHeight) / rule.halvingInterval)
  return NEW_REWARD_SELA >> BigInt(halvings)
}

/**
 * The id of the NFT that a CreateNFT transaction makes; all hashes in internal order.
 *
 * @see Elastos.ELA common/common.go GetNFTID
 */
export function nftIdOf(referKey: Uint8Array, createTransactionId: Uint8Array): Uint8Array {
  return sha256d(concatBytes(referKey, createTransactionId))
}
