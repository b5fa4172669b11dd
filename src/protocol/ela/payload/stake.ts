/** Payloads of staking and voting (DPoS v2). @see Elastos.ELA core/types/payload/voting.go */
import { type Codec, CodecError } from '../../codec.ts'
import { hash32, i64, programHash21, struct, u8, u32, variant } from '../fields.ts'
import { list } from '../var-uint.ts'
import { keyOrCode, signatureScript } from './limits.ts'

/** Claiming a reward and returning votes have the same fields. */
export interface ClaimPayload {
  readonly kind: 'dposV2ClaimReward' | 'returnVotes'
  readonly toAddress: Uint8Array
  /** Version 0. */
  readonly code?: Uint8Array
  /** Sela. */
  readonly value: bigint
  /** Version 0. */
  readonly signature?: Uint8Array
}

export interface DposV2ClaimRewardRealWithdrawPayload {
  readonly kind: 'dposV2ClaimRewardRealWithdraw'
  readonly withdrawTransactionHashes: readonly Uint8Array[]
}

export interface ExchangeVotesPayload {
  readonly kind: 'exchangeVotes'
}

export interface VotesWithLockTime {
  readonly candidate: Uint8Array
  readonly votes: bigint
  readonly lockTime: number
}

export interface VotesContent {
  readonly voteType: number
  readonly votes: readonly VotesWithLockTime[]
}

export interface RenewalVotesContent {
  readonly referKey: Uint8Array
  readonly votes: VotesWithLockTime
}

/** Version 0 votes, version 1 renews. */
export interface VotingPayload {
  readonly kind: 'voting'
  readonly contents?: readonly VotesContent[]
  readonly renewals?: readonly RenewalVotesContent[]
}

export interface VotesRealWithdraw {
  readonly returnVotesTransactionHash: Uint8Array
  readonly stakeProgramHash: Uint8Array
  readonly value: bigint
}

export interface VotesRealWithdrawPayload {
  readonly kind: 'votesRealWithdraw'
  readonly withdrawals: readonly VotesRealWithdraw[]
}

export function claim(kind: ClaimPayload['kind'], version: number): Codec<ClaimPayload> {
  return variant<ClaimPayload>(kind, {
    toAddress: programHash21,
    ...(version === 0 && { code: keyOrCode }),
    value: i64,
    ...(version === 0 && { signature: signatureScript }),
  })
}

export const dposV2ClaimRewardRealWithdraw = variant<DposV2ClaimRewardRealWithdrawPayload>(
  'dposV2ClaimRewardRealWithdraw',
  { withdrawTransactionHashes: list(hash32) },
)

export const exchangeVotes = variant<ExchangeVotesPayload>('exchangeVotes', {})

const votes = struct<VotesWithLockTime>({ candidate: keyOrCode, votes: i64, lockTime: u32 })
const content = struct<VotesContent>({ voteType: u8, votes: list(votes) })
const renewal = struct<RenewalVotesContent>({ referKey: hash32, votes })

/** The real node reads a count and no items in later versions; such bytes mean nothing. */
export function voting(version: number): Codec<VotingPayload> {
  if (version === 0) return variant<VotingPayload>('voting', { contents: list(content) })
  if (version === 1) return variant<VotingPayload>('voting', { renewals: list(renewal) })
  throw CodecError.malformed(`The version ${version} of a voting payload does not exist`)
}

export const votesRealWithdraw = variant<VotesRealWithdrawPayload>('votesRealWithdraw', {
  withdrawals: list(
    struct<VotesRealWithdraw>({
      returnVotesTransactionHash: hash32,
      stakeProgramHash: programHash21,
      value: i64,
    }),
  ),
})
