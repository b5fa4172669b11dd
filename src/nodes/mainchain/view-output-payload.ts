/** Output payloads as the RPC shows them. @see Elastos.ELA servers/interfaces.go getOutputPayloadInfo */
import { toHex } from '../../base/bytes-text.ts'
import { addressOf } from '../../protocol/ela/address.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import type { OutputPayload, VoteContent } from '../../protocol/ela/output-payload.ts'
import { emptyAsNull } from './empty-as-null.ts'
import { candidateText } from './view-governance-payload.ts'

/** Candidates of types above are not shown. */
const MAX_VOTE_TYPE = 4

export function viewOutputPayload(payload: OutputPayload): unknown {
  switch (payload.kind) {
    case 'none':
      return {}
    case 'vote':
      return { version: payload.version, contents: emptyAsNull(payload.contents.map(viewVotes)) }
    case 'mapping':
      // The real node shows nothing of it.
      return null
    case 'crossChain':
      return {
        Version: payload.version,
        TargetAddress: payload.targetAddress,
        TargetAmount: formatEla(payload.targetAmount),
        TargetData: toHex(payload.targetData),
      }
    case 'withdraw':
      return {
        Version: payload.version,
        GenesisBlockAddress: payload.genesisBlockAddress,
        SideChainTransactionHash: toHex(payload.sideChainTransactionHash),
        TargetData: toHex(payload.targetData),
      }
    case 'returnSideChainDeposit':
      return {
        Version: payload.version,
        GenesisBlockAddress: payload.genesisBlockAddress,
        DepositTransactionHash: displayHash(payload.depositTransactionHash),
      }
    case 'stake':
      return { Version: payload.version, StakeAddress: addressOf(payload.stakeProgramHash) }
  }
}

function viewVotes({ voteType, candidates }: VoteContent): unknown {
  return {
    votetype: voteType,
    candidates: emptyAsNull(
      (voteType > MAX_VOTE_TYPE ? [] : candidates).map(({ candidate, votes }) => ({
        candidate: candidateText(voteType, candidate),
        votes: formatEla(votes ?? 0n),
      })),
    ),
  }
}
