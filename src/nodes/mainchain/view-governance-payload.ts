/**
 * Payloads of producers, council, stake and NFT transactions as the RPC shows them. None of them can
 * be in a block of a devnet; `decoderawtransaction` shows them all the same.
 *
 * @see Elastos.ELA servers/interfaces.go getPayloadInfo, servers/common.go
 */
import { concatBytes, toHex } from '../../base/bytes-text.ts'
import { addressOf } from '../../protocol/ela/address.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { displayHash, sha256d } from '../../protocol/ela/hash.ts'
import type { CrInfoPayload } from '../../protocol/ela/payload/council.ts'
import type { CreateNftPayload } from '../../protocol/ela/payload/cross-chain.ts'
import type { Payload } from '../../protocol/ela/payload/payload.ts'
import type { ProducerInfoPayload } from '../../protocol/ela/payload/producer.ts'
import type { ClaimPayload, VotingPayload } from '../../protocol/ela/payload/stake.ts'
import { type Transaction, transactionId } from '../../protocol/ela/transaction.ts'
import { emptyAsNull } from './empty-as-null.ts'
import { viewCouncilPayload } from './view-council-payload.ts'

export function viewGovernancePayload(transaction: Transaction, payload: Payload): unknown {
  switch (payload.kind) {
    case 'exchangeVotes':
      return {}
    case 'registerProducer':
    case 'updateProducer':
      return viewProducer(payload)
    case 'cancelProducer':
      return {
        ownerpublickey: toHex(payload.ownerKey),
        signature: toHex(payload.signature ?? new Uint8Array()),
      }
    case 'activateProducer':
      return {
        nodepublickey: toHex(payload.nodePublicKey),
        signature: toHex(payload.signature),
      }
    case 'registerCr':
    case 'updateCr':
      return viewCr(payload)
    case 'unregisterCr':
      return {
        cid: addressOf(payload.cid),
        signature: toHex(payload.signature ?? new Uint8Array()),
      }
    case 'crCouncilMemberClaimNode':
      return {
        nodepublickey: toHex(payload.nodePublicKey),
        crcouncilmemberdid: addressOf(payload.crCouncilCommitteeDid),
        crcouncilmembersignature: toHex(payload.crCouncilCommitteeSignature),
      }
    case 'crcProposalRealWithdraw':
    case 'dposV2ClaimRewardRealWithdraw':
      return { withdrawtransactionhashes: payload.withdrawTransactionHashes.map(displayHash) }
    case 'dposV2ClaimReward':
    case 'returnVotes':
      return viewClaim(payload)
    case 'voting':
      return viewVoting(payload)
    case 'votesRealWithdraw':
      return {
        realReturnVotes: payload.withdrawals.map((one) => ({
          returnvotestxhash: displayHash(one.returnVotesTransactionHash),
          stakeaddress: addressOf(one.stakeProgramHash),
          value: formatEla(one.value),
        })),
      }
    case 'createNft':
      return viewNft(payload, transactionId(transaction))
    case 'nftDestroyFromSideChain':
      return {
        IDs: payload.ids.map(displayHash),
        OwnerStakeAddresses: payload.ownerStakeAddresses.map(addressOf),
        GenesisBlockHash: displayHash(payload.genesisBlockHash),
      }
    default:
      return viewCouncilPayload(transaction, payload)
  }
}

function viewProducer(payload: ProducerInfoPayload): unknown {
  return {
    ownerpublickey: toHex(payload.ownerKey),
    nodepublickey: toHex(payload.nodePublicKey),
    nickname: payload.nickName,
    url: payload.url,
    location: Number(payload.location),
    netaddress: payload.netAddress,
    stakeuntil: payload.stakeUntil ?? 0,
    signature: toHex(payload.signature ?? new Uint8Array()),
  }
}

function viewCr({ code, cid, did, nickName, url, location, signature }: CrInfoPayload): unknown {
  const names = {
    cid: addressOf(cid),
    did: did === undefined || did.every((byte) => byte === 0) ? '' : addressOf(did),
    nickname: nickName,
    url,
    location: Number(location),
  }
  if (code === undefined || signature === undefined) return names
  return { code: toHex(code), ...names, signature: toHex(signature) }
}

function viewClaim({ toAddress, code, value, signature }: ClaimPayload): unknown {
  return {
    toaddr: addressOf(toAddress),
    ...(code !== undefined && code.length > 0 && { code: toHex(code) }),
    value: formatEla(value),
    ...(signature !== undefined && signature.length > 0 && { signature: toHex(signature) }),
  }
}

function viewVoting({ contents, renewals }: VotingPayload): unknown {
  const viewVotes = (candidate: string, votes: bigint, locktime: number) => ({
    candidate,
    votes: formatEla(votes),
    locktime,
  })
  return {
    contents: emptyAsNull(
      (contents ?? []).map(({ voteType, votes }) => ({
        votetype: voteType,
        votesinfo: votes.map((vote) =>
          viewVotes(candidateText(voteType, vote.candidate), vote.votes, vote.lockTime),
        ),
      })),
    ),
    renewalcontents: emptyAsNull(
      (renewals ?? []).map(({ referKey, votes }) => ({
        referkey: displayHash(referKey),
        votesinfo: viewVotes(toHex(votes.candidate), votes.votes, votes.lockTime),
      })),
    ),
  }
}

/** Vote types 1 and 3 name council members, 2 a proposal, the others producers. */
export function candidateText(voteType: number, candidate: Uint8Array): string {
  if (voteType === 2) return displayHash(candidate)
  const isMember = (voteType === 1 || voteType === 3) && candidate.length === 21
  return isMember ? addressOf(candidate) : toHex(candidate)
}

function viewNft(payload: CreateNftPayload, txid: Uint8Array): unknown {
  const { referKey, startHeight, endHeight, votes, voteRights, targetOwnerKey } = payload
  const nft = {
    ID: displayHash(sha256d(concatBytes(referKey, txid))),
    ReferKey: displayHash(referKey),
    StakeAddress: payload.stakeAddress,
    GenesisBlockHash: displayHash(payload.genesisBlockHash),
  }
  if (startHeight === undefined) return nft
  return {
    ...nft,
    StartHeight: startHeight,
    EndHeight: endHeight,
    Votes: formatEla(votes ?? 0n),
    VoteRights: formatEla(voteRights ?? 0n),
    TargetOwnerKey: toHex(targetOwnerKey ?? new Uint8Array()),
  }
}
