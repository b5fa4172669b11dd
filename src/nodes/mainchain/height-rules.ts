/**
 * Transaction types that need consensus state a proof-of-work devnet does not have (producers, CR,
 * stake, NFT): they are read and shown, and refused with the height they wait for.
 *
 * @see Elastos.ELA core/transaction, each type's HeightVersionCheck
 */
import { TxType } from '../../protocol/ela/payload/payload.ts'
import { type Transaction, TX_VERSION_9 } from '../../protocol/ela/transaction.ts'
import { refuse } from './refusal.ts'

/** Type → name in messages, height that never comes. */
const waiting: ReadonlyMap<number, readonly [name: string, height: string]> = new Map([
  [TxType.registerProducer, ['RegisterProducer', 'VoteStartHeight']],
  [TxType.cancelProducer, ['CancelProducer', 'VoteStartHeight']],
  [TxType.updateProducer, ['UpdateProducer', 'VoteStartHeight']],
  [TxType.returnDepositCoin, ['ReturnDepositCoin', 'VoteStartHeight']],
  [TxType.activateProducer, ['ActivateProducer', 'EnableActivateIllegalHeight']],
  [TxType.illegalProposal, ['IllegalProposalEvidence', 'CRCOnlyDPOSHeight']],
  [TxType.illegalVote, ['IllegalVoteEvidence', 'CRCOnlyDPOSHeight']],
  [TxType.illegalBlock, ['IllegalBlockEvidence', 'CRCOnlyDPOSHeight']],
  [TxType.illegalSidechain, ['IllegalSidechainEvidence', 'CRCOnlyDPOSHeight']],
  [TxType.inactiveArbitrators, ['InactiveArbitrators', 'CRCOnlyDPOSHeight']],
  [TxType.updateVersion, ['UpdateVersion', 'CRCOnlyDPOSHeight']],
  [TxType.nextTurnDposInfo, ['NextTurnDPOSInfo', 'CRClaimDPOSNodeStartHeight']],
  [TxType.proposalResult, ['ProposalResult', 'CustomIDProposalStartHeight']],
  [TxType.registerCr, ['RegisterCR', 'CRVotingStartHeight']],
  [TxType.unregisterCr, ['UnregisterCR', 'CRVotingStartHeight']],
  [TxType.updateCr, ['UpdateCR', 'CRVotingStartHeight']],
  [TxType.returnCrDepositCoin, ['ReturnCRDepositCoin', 'CRVotingStartHeight']],
  [TxType.crcProposal, ['CRCProposal', 'CRCommitteeStartHeight']],
  [TxType.crcProposalReview, ['CRCProposalReview', 'CRCommitteeStartHeight']],
  [TxType.crcProposalTracking, ['CRCProposalTracking', 'CRCommitteeStartHeight']],
  [TxType.crcAppropriation, ['CRCAppropriation', 'CRCommitteeStartHeight']],
  [TxType.crcProposalWithdraw, ['CRCProposalWithdraw', 'CRCommitteeStartHeight']],
  [
    TxType.crcProposalRealWithdraw,
    ['CRCProposalRealWithdraw', 'CRCProposalWithdrawPayloadV1Height'],
  ],
  [TxType.crAssetsRectify, ['CRAssetsRectify', 'CRCProposalWithdrawPayloadV1Height']],
  [TxType.crCouncilMemberClaimNode, ['CRCouncilMemberClaimNode', 'CRClaimDPOSNodeStartHeight']],
  [TxType.revertToPow, ['RevertToPOW', 'RevertToPOWStartHeight']],
  [TxType.revertToDpos, ['RevertToDPOS', 'RevertToPOWStartHeight']],
  [TxType.dposV2ClaimReward, ['DposV2ClaimReward', 'DPoSV2StartHeight']],
  [TxType.dposV2ClaimRewardRealWithdraw, ['DposV2ClaimRewardRealWithdraw', 'DPoSV2StartHeight']],
  [TxType.exchangeVotes, ['ExchangeVotes', 'DPoSV2StartHeight']],
  [TxType.voting, ['Voting', 'DPoSV2StartHeight']],
  [TxType.returnVotes, ['ReturnVotes', 'DPoSV2StartHeight']],
  [TxType.votesRealWithdraw, ['VotesRealWithdraw', 'DPoSV2StartHeight']],
  [TxType.recordSponsor, ['RecordSponsor', 'RecordSponsorStartHeight']],
  [TxType.createNft, ['CreateNFT', 'NFTStartHeight']],
  [TxType.nftDestroyFromSideChain, ['NFTDestroyFromSideChain', 'NFTStartHeight']],
])

/** Throws a `TransactionRefusal` for types and payload versions out of their time. */
export function checkHeightVersion({ type, version, payloadVersion, outputs }: Transaction): void {
  const wait = waiting.get(type)
  if (wait !== undefined) {
    throw refuse('height', `not support ${wait[0]} transaction before ${wait[1]}`)
  }
  if (type === TxType.transferCrossChainAsset && payloadVersion !== 1) {
    throw refuse(
      'height',
      'not support TransferCrossChainAsset payload version V0 after NewCrossChainStartHeight',
    )
  }
  if (type === TxType.withdrawFromSideChain && payloadVersion > 1) {
    throw refuse(
      'height',
      `not support WithdrawFromSideChain payload version V${payloadVersion} before SchnorrStartHeight`,
    )
  }
  if (type !== TxType.transferAsset || version < TX_VERSION_9) return
  if (outputs.some(({ payload }) => payload.kind === 'vote' && payload.version >= 1)) {
    throw refuse('height', 'not support VoteProducerAndCRVersion before CRVotingStartHeight')
  }
}
