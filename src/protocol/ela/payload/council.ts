/** Payloads of the council (CR): candidates, its members, and the life of its proposals. */
import type { Codec } from '../../codec.ts'
import { bool, hash32, i64, programHash21, struct, u8, u16, u64, variant } from '../fields.ts'
import { list, varBytes } from '../var-uint.ts'
import {
  keyOrCode,
  publicKey,
  STANDARD_CODE_BYTES,
  signature,
  signatureScript,
  text,
} from './limits.ts'

export interface CrInfoPayload {
  readonly kind: 'registerCr' | 'updateCr'
  /** Versions 0 and 1. */
  readonly code?: Uint8Array
  readonly cid: Uint8Array
  /** From version 1 on. */
  readonly did?: Uint8Array
  readonly nickName: string
  readonly url: string
  readonly location: bigint
  /** Versions 0 and 1. */
  readonly signature?: Uint8Array
}

export interface UnregisterCrPayload {
  readonly kind: 'unregisterCr'
  readonly cid: Uint8Array
  /** Not in versions 1 and 2 (Schnorr, multisig). */
  readonly signature?: Uint8Array
}

export interface ReturnCrDepositCoinPayload {
  readonly kind: 'returnCrDepositCoin'
}

export interface CrcProposalReviewPayload {
  readonly kind: 'crcProposalReview'
  readonly proposalHash: Uint8Array
  readonly voteResult: number
  readonly opinionHash: Uint8Array
  /** From version 1 on. */
  readonly opinionData?: Uint8Array
  readonly did: Uint8Array
  readonly signature: Uint8Array
}

export interface CrcProposalTrackingPayload {
  readonly kind: 'crcProposalTracking'
  readonly proposalHash: Uint8Array
  readonly messageHash: Uint8Array
  /** From version 1 on. */
  readonly messageData?: Uint8Array
  readonly stage: number
  readonly ownerKey: Uint8Array
  readonly newOwnerKey: Uint8Array
  readonly ownerSignature: Uint8Array
  readonly newOwnerSignature: Uint8Array
  readonly trackingType: number
  readonly secretaryGeneralOpinionHash: Uint8Array
  /** From version 1 on. */
  readonly secretaryGeneralOpinionData?: Uint8Array
  readonly secretaryGeneralSignature: Uint8Array
}

export interface CrcAppropriationPayload {
  readonly kind: 'crcAppropriation'
}

export interface CrcProposalWithdrawPayload {
  readonly kind: 'crcProposalWithdraw'
  readonly proposalHash: Uint8Array
  readonly ownerKey: Uint8Array
  /** Version 1. */
  readonly recipient?: Uint8Array
  /** Version 1; sela. */
  readonly amount?: bigint
  readonly signature: Uint8Array
}

export interface CrcProposalRealWithdrawPayload {
  readonly kind: 'crcProposalRealWithdraw'
  readonly withdrawTransactionHashes: readonly Uint8Array[]
}

export interface CrAssetsRectifyPayload {
  readonly kind: 'crAssetsRectify'
}

export interface CrCouncilMemberClaimNodePayload {
  readonly kind: 'crCouncilMemberClaimNode'
  readonly nodePublicKey: Uint8Array
  readonly crCouncilCommitteeDid: Uint8Array
  readonly crCouncilCommitteeSignature: Uint8Array
}

export interface ProposalResultItem {
  readonly proposalHash: Uint8Array
  readonly proposalType: number
  readonly result: boolean
}

export interface ProposalResultPayload {
  readonly kind: 'proposalResult'
  readonly proposalResults: readonly ProposalResultItem[]
}

const MAX_OPINION_BYTES = 1024 * 1024
const MAX_MESSAGE_BYTES = 800 * 1024
const MAX_SECRETARY_OPINION_BYTES = 200 * 1024

/** Versions 2 (Schnorr) and 3 (multisig) leave code and signature to the program. */
export function crInfo(kind: CrInfoPayload['kind'], version: number): Codec<CrInfoPayload> {
  const signed = version !== 2 && version !== 3
  return variant<CrInfoPayload>(kind, {
    ...(signed && { code: keyOrCode }),
    cid: programHash21,
    ...(version > 0 && { did: programHash21 }),
    nickName: text,
    url: text,
    location: u64,
    ...(signed && { signature: signatureScript }),
  })
}

export function unregisterCr(version: number): Codec<UnregisterCrPayload> {
  return variant<UnregisterCrPayload>('unregisterCr', {
    cid: programHash21,
    ...(version !== 1 && version !== 2 && { signature: signatureScript }),
  })
}

export const returnCrDepositCoin = variant<ReturnCrDepositCoinPayload>('returnCrDepositCoin', {})

export function crcProposalReview(version: number): Codec<CrcProposalReviewPayload> {
  return variant<CrcProposalReviewPayload>('crcProposalReview', {
    proposalHash: hash32,
    voteResult: u8,
    opinionHash: hash32,
    ...(version >= 1 && { opinionData: varBytes(MAX_OPINION_BYTES, 'The opinion') }),
    did: programHash21,
    signature: signatureScript,
  })
}

export function crcProposalTracking(version: number): Codec<CrcProposalTrackingPayload> {
  const owner = varBytes(STANDARD_CODE_BYTES, 'An owner key')
  const opinion = varBytes(MAX_SECRETARY_OPINION_BYTES, 'The opinion')
  return variant<CrcProposalTrackingPayload>('crcProposalTracking', {
    proposalHash: hash32,
    messageHash: hash32,
    ...(version >= 1 && { messageData: varBytes(MAX_MESSAGE_BYTES, 'The message') }),
    stage: u8,
    ownerKey: owner,
    newOwnerKey: owner,
    ownerSignature: signature,
    newOwnerSignature: signature,
    trackingType: u8,
    secretaryGeneralOpinionHash: hash32,
    ...(version >= 1 && { secretaryGeneralOpinionData: opinion }),
    secretaryGeneralSignature: signature,
  })
}

export const crcAppropriation = variant<CrcAppropriationPayload>('crcAppropriation', {})

export function crcProposalWithdraw(version: number): Codec<CrcProposalWithdrawPayload> {
  return variant<CrcProposalWithdrawPayload>('crcProposalWithdraw', {
    proposalHash: hash32,
    ownerKey: publicKey,
    ...(version === 1 && { recipient: programHash21, amount: i64 }),
    signature: signatureScript,
  })
}

export const crcProposalRealWithdraw = variant<CrcProposalRealWithdrawPayload>(
  'crcProposalRealWithdraw',
  { withdrawTransactionHashes: list(hash32) },
)

export const crAssetsRectify = variant<CrAssetsRectifyPayload>('crAssetsRectify', {})

export const crCouncilMemberClaimNode = variant<CrCouncilMemberClaimNodePayload>(
  'crCouncilMemberClaimNode',
  {
    nodePublicKey: publicKey,
    crCouncilCommitteeDid: programHash21,
    crCouncilCommitteeSignature: signatureScript,
  },
)

export const proposalResult = variant<ProposalResultPayload>('proposalResult', {
  proposalResults: list(
    struct<ProposalResultItem>({ proposalHash: hash32, proposalType: u16, result: bool }),
  ),
})
