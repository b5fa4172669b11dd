/**
 * What steers the consensus, and proofs of misbehaviour, as the RPC shows them. Hashes cover what is
 * signed, not the signatures.
 *
 * @see Elastos.ELA servers/interfaces.go getPayloadInfo, core/types/payload/dposillegal*.go
 */
import { toHex } from '../../base/bytes-text.ts'
import { type Codec, encode } from '../../protocol/codec.ts'
import { displayHash, sha256d } from '../../protocol/ela/hash.ts'
import {
  type DposProposal,
  type DposProposalVote,
  type NextTurnDposInfoPayload,
  unsignedProposal,
  unsignedVote,
} from '../../protocol/ela/payload/consensus.ts'
import {
  type BlockEvidence,
  blockEvidence,
  type IllegalBlockPayload,
  type IllegalProposalPayload,
  type IllegalVotePayload,
  illegalProposal,
  illegalVote,
  type ProposalEvidence,
  unsignedIllegalBlock,
  type VoteEvidence,
} from '../../protocol/ela/payload/evidence.ts'
import type { Payload } from '../../protocol/ela/payload/payload.ts'
import { emptyAsNull } from './empty-as-null.ts'

const revertNames = ['NoBlock', 'NoProducers', 'NoClaimDPOSNode']

/** Null for the payloads of which the real node shows nothing. */
export function viewConsensusPayload(payload: Payload): unknown {
  switch (payload.kind) {
    case 'illegalProposal':
      return viewIllegalProposal(payload)
    case 'illegalVote':
      return viewIllegalVote(payload)
    case 'illegalBlock':
      return viewIllegalBlock(payload)
    case 'inactiveArbitrators':
      return {
        sponsor: toHex(payload.sponsor),
        arbitrators: emptyAsNull(payload.arbitrators.map(toHex)),
        // The real node never fills it in.
        blockheight: 0,
      }
    case 'updateVersion':
      return { startheight: payload.startHeight, endheight: payload.endHeight }
    case 'nextTurnDposInfo':
      return viewNextTurn(payload)
    case 'revertToPow':
      return {
        Type: revertNames[payload.revertType] ?? 'Unknown',
        WorkingHeight: payload.workingHeight,
      }
    case 'revertToDpos':
      return {
        WorkHeightInterval: payload.workHeightInterval,
        RevertToPOWBlockHeight: payload.revertToPowBlockHeight,
      }
    default:
      return null
  }
}

function viewNextTurn(payload: NextTurnDposInfoPayload): unknown {
  const { workingHeight, crPublicKeys, dposPublicKeys, completeCrPublicKeys } = payload
  return {
    workingheight: workingHeight,
    crpublickeys: crPublicKeys.map(toHex),
    dpospublickeys: dposPublicKeys.map(toHex),
    ...(completeCrPublicKeys !== undefined && {
      CompleteCRPublicKeys: completeCrPublicKeys.map(toHex),
    }),
  }
}

function viewIllegalProposal(payload: IllegalProposalPayload): unknown {
  return {
    evidence: viewProposalEvidence(payload.evidence),
    compareevidence: viewProposalEvidence(payload.compareEvidence),
    hash: hashOf(illegalProposal, payload),
  }
}

function viewIllegalVote(payload: IllegalVotePayload): unknown {
  return {
    evidence: viewVoteEvidence(payload.evidence),
    compareevidence: viewVoteEvidence(payload.compareEvidence),
    hash: hashOf(illegalVote, payload),
  }
}

function viewIllegalBlock(payload: IllegalBlockPayload): unknown {
  return {
    cointype: payload.coinType,
    blockheight: payload.blockHeight,
    evidence: viewBlockEvidence(payload.evidence),
    compareevidence: viewBlockEvidence(payload.compareEvidence),
    hash: hashOf(unsignedIllegalBlock, payload),
  }
}

function viewVoteEvidence({ proposal, vote }: VoteEvidence): unknown {
  return { ...viewProposalEvidence(proposal), vote: viewVote(vote) }
}

/** The header is not shown. */
function viewProposalEvidence({ proposal, blockHeight }: ProposalEvidence): object {
  return { proposal: viewProposal(proposal), blockheight: blockHeight }
}

function viewProposal(proposal: DposProposal): unknown {
  return {
    sponsor: toHex(proposal.sponsor),
    blockhash: displayHash(proposal.blockHash),
    viewoffset: proposal.viewOffset,
    sign: toHex(proposal.sign),
    hash: hashOf(unsignedProposal, proposal),
  }
}

function viewVote(vote: DposProposalVote): unknown {
  return {
    proposalhash: displayHash(vote.proposalHash),
    signer: toHex(vote.signer),
    accept: vote.accept,
    sign: toHex(vote.sign),
    hash: hashOf(unsignedVote, vote),
  }
}

function viewBlockEvidence(evidence: BlockEvidence): unknown {
  return {
    header: toHex(evidence.header),
    blockconfirm: toHex(evidence.blockConfirm),
    signers: evidence.signers.map(toHex),
    hash: hashOf(blockEvidence, evidence),
  }
}

function hashOf<T>(codec: Codec<T>, value: T): string {
  return displayHash(sha256d(encode(codec, value)))
}
