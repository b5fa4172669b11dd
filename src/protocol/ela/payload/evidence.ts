/** Proofs of misbehaviour. @see Elastos.ELA core/types/payload/dposillegal*.go, sidechainillegaldata.go */
import type { Codec } from '../../codec.ts'
import { hash32, struct, u8, u32, variant } from '../fields.ts'
import { list, varBytes } from '../var-uint.ts'
import {
  type DposProposal,
  type DposProposalVote,
  dposProposal,
  dposProposalVote,
} from './consensus.ts'
import { MAX_BLOCK_BYTES, MAX_BLOCK_HEADER_BYTES, publicKey, signature, text } from './limits.ts'

export interface ProposalEvidence {
  readonly proposal: DposProposal
  readonly blockHeader: Uint8Array
  readonly blockHeight: number
}

/** Two proposals of one producer for one place. */
export interface IllegalProposalPayload {
  readonly kind: 'illegalProposal'
  readonly evidence: ProposalEvidence
  readonly compareEvidence: ProposalEvidence
}

export interface VoteEvidence {
  readonly vote: DposProposalVote
  readonly proposal: ProposalEvidence
}

/** Two votes of one arbiter for two proposals. */
export interface IllegalVotePayload {
  readonly kind: 'illegalVote'
  readonly evidence: VoteEvidence
  readonly compareEvidence: VoteEvidence
}

export interface BlockEvidence {
  readonly header: Uint8Array
  readonly blockConfirm: Uint8Array
  readonly signers: readonly Uint8Array[]
}

/** Two confirmed blocks at one height. */
export interface IllegalBlockPayload {
  readonly kind: 'illegalBlock'
  readonly coinType: number
  readonly blockHeight: number
  readonly evidence: BlockEvidence
  readonly compareEvidence: BlockEvidence
}

export interface IllegalSidechainPayload {
  readonly kind: 'illegalSidechain'
  readonly illegalType: number
  readonly height: number
  readonly illegalSigner: Uint8Array
  readonly evidence: Uint8Array
  readonly compareEvidence: Uint8Array
  readonly genesisBlockAddress: string
  readonly signs: readonly Uint8Array[]
}

const proposalEvidence = struct<ProposalEvidence>({
  proposal: dposProposal,
  blockHeader: varBytes(MAX_BLOCK_BYTES, 'A block header'),
  blockHeight: u32,
})

const voteEvidence = struct<VoteEvidence>({ vote: dposProposalVote, proposal: proposalEvidence })

export const illegalProposal = variant<IllegalProposalPayload>('illegalProposal', {
  evidence: proposalEvidence,
  compareEvidence: proposalEvidence,
})

export const illegalVote = variant<IllegalVotePayload>('illegalVote', {
  evidence: voteEvidence,
  compareEvidence: voteEvidence,
})

const blockHeader = varBytes(MAX_BLOCK_BYTES, 'A block header')
type Confirmation = Omit<BlockEvidence, 'header'>
const confirmationFields = {
  blockConfirm: varBytes(MAX_BLOCK_HEADER_BYTES, 'A confirmation'),
  signers: list(publicKey),
}
const confirmation = struct<Confirmation>(confirmationFields)

/** One side of the proof in one piece, as its hash is made of it. On the wire it is split. */
export const blockEvidence = struct<BlockEvidence>({ header: blockHeader, ...confirmationFields })

interface UnsignedIllegalBlock {
  readonly coinType: number
  readonly blockHeight: number
  readonly evidence: Pick<BlockEvidence, 'header'>
  readonly compareEvidence: Pick<BlockEvidence, 'header'>
}

const headerOnly = struct<Pick<BlockEvidence, 'header'>>({ header: blockHeader })

/** What the proof's hash is made of. */
export const unsignedIllegalBlock = struct<UnsignedIllegalBlock>({
  coinType: u32,
  blockHeight: u32,
  evidence: headerOnly,
  compareEvidence: headerOnly,
})

/** Both headers come before both confirmations. */
export const illegalBlock: Codec<IllegalBlockPayload> = {
  write(to, payload) {
    unsignedIllegalBlock.write(to, payload)
    confirmation.write(to, payload.evidence)
    confirmation.write(to, payload.compareEvidence)
  },
  read(from) {
    const { evidence, compareEvidence, ...rest } = unsignedIllegalBlock.read(from)
    return {
      kind: 'illegalBlock',
      ...rest,
      evidence: { ...evidence, ...confirmation.read(from) },
      compareEvidence: { ...compareEvidence, ...confirmation.read(from) },
    }
  },
}

export const illegalSidechain = variant<IllegalSidechainPayload>('illegalSidechain', {
  illegalType: u8,
  height: u32,
  illegalSigner: publicKey,
  evidence: hash32,
  compareEvidence: hash32,
  genesisBlockAddress: text,
  signs: list(signature),
})
