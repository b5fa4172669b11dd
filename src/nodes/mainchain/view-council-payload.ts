/**
 * Proposals of the council and what becomes of them, as the RPC shows them.
 *
 * @see Elastos.ELA servers/interfaces.go getPayloadInfo, servers/common.go
 */
import { toHex } from '../../base/bytes-text.ts'
import { encode } from '../../protocol/codec.ts'
import { addressOf } from '../../protocol/ela/address.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { displayHash, sha256d } from '../../protocol/ela/hash.ts'
import type {
  CrcProposalReviewPayload,
  CrcProposalTrackingPayload,
  CrcProposalWithdrawPayload,
  ProposalResultPayload,
} from '../../protocol/ela/payload/council.ts'
import { type Payload, payloadCodec } from '../../protocol/ela/payload/payload.ts'
import {
  type CrcProposalPayload,
  type ProposalSubject,
  ProposalType,
} from '../../protocol/ela/payload/proposal.ts'
import type { Transaction } from '../../protocol/ela/transaction.ts'
import { emptyAsNull } from './empty-as-null.ts'
import { viewConsensusPayload } from './view-consensus-payload.ts'

/** The names the field has; code upgrades and the later kinds of ELIP have none. */
const proposalNames: ReadonlyMap<number, string> = new Map([
  [ProposalType.normal, 'Normal'],
  [ProposalType.elip, 'ELIP'],
  [ProposalType.registerSideChain, 'RegisterSideChain'],
  [ProposalType.changeProposalOwner, 'ChangeProposalOwner'],
  [ProposalType.closeProposal, 'CloseProposal'],
  [ProposalType.secretaryGeneral, 'SecretaryGeneral'],
  [ProposalType.reserveCustomId, 'ReserveCustomID'],
  [ProposalType.receiveCustomId, 'ReceiveCustomID'],
  [ProposalType.changeCustomIdFee, 'ChangeCustomIDFee'],
])
const budgetNames = ['Imprest', 'NormalPayment', 'FinalPayment']
const opinionNames = ['approve', 'reject', 'abstain']
const trackingNames = ['Common', 'Progress', 'Rejected', 'Terminated', 'ChangeOwner', 'Finalized']

export function viewCouncilPayload(transaction: Transaction, payload: Payload): unknown {
  switch (payload.kind) {
    case 'proposalResult':
      return viewProposalResult(payload)
    case 'crcProposal':
      return viewProposal(transaction, payload)
    case 'crcProposalReview':
      return viewReview(payload)
    case 'crcProposalTracking':
      return viewTracking(payload)
    case 'crcProposalWithdraw':
      return viewProposalWithdraw(payload)
    default:
      return viewConsensusPayload(payload)
  }
}

/** Null for proposals whose type has no name, as in the real node. */
function viewProposal(transaction: Transaction, proposal: CrcProposalPayload): unknown {
  const { proposalType, secondSignature } = proposal
  const name = proposalNames.get(proposalType)
  if (name === undefined) return null
  const second = toHex(secondSignature ?? new Uint8Array())
  const codec = payloadCodec(transaction.type, transaction.payloadVersion)
  return {
    proposaltype: name,
    categorydata: proposal.categoryData,
    ownerpublickey: toHex(proposal.ownerKey),
    drafthash: displayHash(proposal.draftHash),
    ...viewSubject(proposal.subject),
    signature: toHex(proposal.signature),
    ...(proposalType === ProposalType.changeProposalOwner && { newownersignature: second }),
    // The field's spelling.
    ...(proposalType === ProposalType.secretaryGeneral && { secretarygenerasignature: second }),
    crcouncilmemberdid: addressOf(proposal.memberDid),
    crcouncilmembersignature: toHex(proposal.memberSignature),
    hash: displayHash(sha256d(encode(codec, proposal))),
  }
}

function viewSubject(subject: ProposalSubject): object {
  if ('budgets' in subject) {
    const budgets = subject.budgets.map(({ type, stage, amount }) => ({
      type: budgetNames[type] ?? 'Unknown',
      stage,
      amount: formatEla(amount),
    }))
    return { budgets: emptyAsNull(budgets), recipient: addressOf(subject.recipient) }
  }
  if ('newOwnerKey' in subject) {
    return {
      targetproposalhash: displayHash(subject.targetProposalHash),
      newrecipient: addressOf(subject.newRecipient),
      newownerpublickey: toHex(subject.newOwnerKey),
    }
  }
  if ('targetProposalHash' in subject) {
    return { targetproposalhash: displayHash(subject.targetProposalHash) }
  }
  if ('secretaryGeneralDid' in subject) {
    return {
      secretarygeneralpublickey: toHex(subject.secretaryGeneralPublicKey),
      secretarygeneraldid: addressOf(subject.secretaryGeneralDid),
    }
  }
  if ('sideChainName' in subject) {
    return {
      sidechainname: subject.sideChainName,
      magicnumber: subject.magicNumber,
      genesishash: displayHash(subject.genesisHash),
      exchangerate: Number(subject.exchangeRate),
      effectiveheight: subject.effectiveHeight,
      resourcepath: subject.resourcePath,
    }
  }
  return viewCustomIds(subject)
}

function viewCustomIds(subject: ProposalSubject): object {
  if ('reservedCustomIds' in subject) return { reservedcustomidlist: subject.reservedCustomIds }
  if ('receivedCustomIds' in subject) {
    return {
      receivecustomidlist: subject.receivedCustomIds,
      receiverdid: addressOf(subject.receiverDid),
    }
  }
  if (!('rateOfCustomIdFee' in subject)) return {}
  return {
    feerate: Number(subject.rateOfCustomIdFee),
    eideffectiveheight: subject.eidEffectiveHeight,
  }
}

function viewProposalResult({ proposalResults }: ProposalResultPayload): unknown {
  const results = proposalResults.map(({ proposalHash, proposalType, result }) => ({
    proposalhash: displayHash(proposalHash),
    proposaltype: proposalNames.get(proposalType) ?? 'Unknown',
    result,
  }))
  return { proposalresults: emptyAsNull(results) }
}

function viewReview(review: CrcProposalReviewPayload): unknown {
  return {
    proposalhash: displayHash(review.proposalHash),
    voteresult: opinionNames[review.voteResult] ?? 'unknown',
    opinionhash: displayHash(review.opinionHash),
    did: addressOf(review.did),
    sign: toHex(review.signature),
  }
}

function viewTracking(tracking: CrcProposalTrackingPayload): unknown {
  return {
    proposaltrackingtype: trackingNames[tracking.trackingType] ?? 'Unknown',
    proposalhash: displayHash(tracking.proposalHash),
    messagehash: displayHash(tracking.messageHash),
    stage: tracking.stage,
    ownerpublickey: toHex(tracking.ownerKey),
    newownerpublickey: toHex(tracking.newOwnerKey),
    ownersignature: toHex(tracking.ownerSignature),
    newownersignature: toHex(tracking.newOwnerSignature),
    secretarygeneralopinionhash: displayHash(tracking.secretaryGeneralOpinionHash),
    secretarygeneralsignature: toHex(tracking.secretaryGeneralSignature),
  }
}

function viewProposalWithdraw(payload: CrcProposalWithdrawPayload): unknown {
  const { proposalHash, ownerKey, recipient, amount, signature } = payload
  return {
    proposalhash: displayHash(proposalHash),
    ownerpublickey: toHex(ownerKey),
    ...(recipient !== undefined && { recipient: addressOf(recipient) }),
    ...(amount !== undefined && { amount: formatEla(amount) }),
    signature: toHex(signature),
  }
}
