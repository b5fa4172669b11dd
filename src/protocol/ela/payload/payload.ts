/** All payloads: which codec belongs to a transaction type and payload version. */
import { type Codec, CodecError } from '../../codec.ts'
import * as basic from './basic.ts'
import * as consensus from './consensus.ts'
import * as council from './council.ts'
import * as crossChain from './cross-chain.ts'
import * as evidence from './evidence.ts'
import * as producer from './producer.ts'
import * as proposal from './proposal.ts'
import * as stake from './stake.ts'

export type Payload =
  | basic.CoinbasePayload
  | basic.RegisterAssetPayload
  | basic.TransferAssetPayload
  | basic.RecordPayload
  | basic.SideChainPowPayload
  | basic.RecordSponsorPayload
  | crossChain.TransferCrossChainAssetPayload
  | crossChain.WithdrawFromSideChainPayload
  | crossChain.ReturnSideChainDepositCoinPayload
  | crossChain.CreateNftPayload
  | crossChain.NftDestroyFromSideChainPayload
  | producer.ProducerInfoPayload
  | producer.CancelProducerPayload
  | producer.ActivateProducerPayload
  | producer.ReturnDepositCoinPayload
  | consensus.InactiveArbitratorsPayload
  | consensus.UpdateVersionPayload
  | consensus.NextTurnDposInfoPayload
  | consensus.RevertToPowPayload
  | consensus.RevertToDposPayload
  | evidence.IllegalProposalPayload
  | evidence.IllegalVotePayload
  | evidence.IllegalBlockPayload
  | evidence.IllegalSidechainPayload
  | council.CrInfoPayload
  | council.UnregisterCrPayload
  | council.ReturnCrDepositCoinPayload
  | council.CrcProposalReviewPayload
  | council.CrcProposalTrackingPayload
  | council.CrcAppropriationPayload
  | council.CrcProposalWithdrawPayload
  | council.CrcProposalRealWithdrawPayload
  | council.CrAssetsRectifyPayload
  | council.CrCouncilMemberClaimNodePayload
  | council.ProposalResultPayload
  | proposal.CrcProposalPayload
  | stake.ClaimPayload
  | stake.DposV2ClaimRewardRealWithdrawPayload
  | stake.ExchangeVotesPayload
  | stake.VotingPayload
  | stake.VotesRealWithdrawPayload

/** The transaction types. @see Elastos.ELA core/types/common/transaction.go */
export const TxType = {
  coinbase: 0x00,
  registerAsset: 0x01,
  transferAsset: 0x02,
  record: 0x03,
  deploy: 0x04,
  sideChainPow: 0x05,
  rechargeToSideChain: 0x06,
  withdrawFromSideChain: 0x07,
  transferCrossChainAsset: 0x08,
  registerProducer: 0x09,
  cancelProducer: 0x0a,
  updateProducer: 0x0b,
  returnDepositCoin: 0x0c,
  activateProducer: 0x0d,
  illegalProposal: 0x0e,
  illegalVote: 0x0f,
  illegalBlock: 0x10,
  illegalSidechain: 0x11,
  inactiveArbitrators: 0x12,
  updateVersion: 0x13,
  nextTurnDposInfo: 0x14,
  proposalResult: 0x15,
  registerCr: 0x21,
  unregisterCr: 0x22,
  updateCr: 0x23,
  returnCrDepositCoin: 0x24,
  crcProposal: 0x25,
  crcProposalReview: 0x26,
  crcProposalTracking: 0x27,
  crcAppropriation: 0x28,
  crcProposalWithdraw: 0x29,
  crcProposalRealWithdraw: 0x2a,
  crAssetsRectify: 0x2b,
  crCouncilMemberClaimNode: 0x31,
  revertToPow: 0x41,
  revertToDpos: 0x42,
  returnSideChainDepositCoin: 0x51,
  dposV2ClaimReward: 0x60,
  dposV2ClaimRewardRealWithdraw: 0x61,
  exchangeVotes: 0x62,
  voting: 0x63,
  returnVotes: 0x64,
  votesRealWithdraw: 0x65,
  recordSponsor: 0x66,
  createNft: 0x71,
  nftDestroyFromSideChain: 0x72,
} as const

/** The name of a type is the kind of its payload. Deploy and recharge have none here. */
const makers: Readonly<Record<Payload['kind'], (version: number) => unknown>> = {
  coinbase: () => basic.coinbase,
  registerAsset: () => basic.registerAsset,
  transferAsset: () => basic.transferAsset,
  record: () => basic.record,
  sideChainPow: () => basic.sideChainPow,
  recordSponsor: () => basic.recordSponsor,
  transferCrossChainAsset: crossChain.transferCrossChainAsset,
  withdrawFromSideChain: crossChain.withdrawFromSideChain,
  returnSideChainDepositCoin: crossChain.returnSideChainDepositCoin,
  createNft: crossChain.createNft,
  nftDestroyFromSideChain: () => crossChain.nftDestroyFromSideChain,
  registerProducer: (version) => producer.producerInfo('registerProducer', version),
  updateProducer: (version) => producer.producerInfo('updateProducer', version),
  cancelProducer: producer.cancelProducer,
  activateProducer: () => producer.activateProducer,
  returnDepositCoin: () => producer.returnDepositCoin,
  inactiveArbitrators: () => consensus.inactiveArbitrators,
  updateVersion: () => consensus.updateVersion,
  nextTurnDposInfo: consensus.nextTurnDposInfo,
  revertToPow: () => consensus.revertToPow,
  revertToDpos: () => consensus.revertToDpos,
  illegalProposal: () => evidence.illegalProposal,
  illegalVote: () => evidence.illegalVote,
  illegalBlock: () => evidence.illegalBlock,
  illegalSidechain: () => evidence.illegalSidechain,
  registerCr: (version) => council.crInfo('registerCr', version),
  updateCr: (version) => council.crInfo('updateCr', version),
  unregisterCr: council.unregisterCr,
  returnCrDepositCoin: () => council.returnCrDepositCoin,
  crcProposal: proposal.crcProposal,
  crcProposalReview: council.crcProposalReview,
  crcProposalTracking: council.crcProposalTracking,
  crcAppropriation: () => council.crcAppropriation,
  crcProposalWithdraw: council.crcProposalWithdraw,
  crcProposalRealWithdraw: () => council.crcProposalRealWithdraw,
  crAssetsRectify: () => council.crAssetsRectify,
  crCouncilMemberClaimNode: () => council.crCouncilMemberClaimNode,
  proposalResult: () => council.proposalResult,
  dposV2ClaimReward: (version) => stake.claim('dposV2ClaimReward', version),
  returnVotes: (version) => stake.claim('returnVotes', version),
  dposV2ClaimRewardRealWithdraw: () => stake.dposV2ClaimRewardRealWithdraw,
  exchangeVotes: () => stake.exchangeVotes,
  voting: stake.voting,
  votesRealWithdraw: () => stake.votesRealWithdraw,
}

const kinds: ReadonlyMap<number, string> = new Map(
  Object.entries(TxType).map(([name, type]) => [type, name]),
)

const known = new Map<number, Codec<Payload>>()

/**
 * The codec of a payload. Throws `protocol/malformed` for types the main chain does not have.
 * Writing a payload of another type is refused the same way.
 */
export function payloadCodec(type: number, version: number): Codec<Payload> {
  const key = type * 256 + version
  let codec = known.get(key)
  if (codec === undefined) {
    codec = make(type, version)
    known.set(key, codec)
  }
  return codec
}

function make(type: number, version: number): Codec<Payload> {
  const kind = kinds.get(type)
  const maker = kind === undefined ? undefined : makers[kind as Payload['kind']]
  if (maker === undefined) {
    const name = kind === undefined ? '' : ` (${kind})`
    throw CodecError.malformed(
      `The transaction type 0x${type.toString(16).padStart(2, '0')}${name} is not valid here`,
    )
  }
  const codec = maker(version) as Codec<Payload>
  return {
    write(to, payload) {
      if (payload.kind !== kind) {
        throw CodecError.malformed(`A ${kind} transaction cannot carry \`${payload.kind}\``)
      }
      codec.write(to, payload)
    },
    read: codec.read,
  }
}

/** The word for a type, as in `TxType`; `undefined` for a type the chain does not have. */
export function kindOfType(type: number): string | undefined {
  return kinds.get(type)
}
