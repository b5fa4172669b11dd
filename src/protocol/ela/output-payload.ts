/**
 * What an output of a version-9 transaction carries besides its value: a type byte, then
 *
 *     0 none              -
 *     1 vote, 6 DPoS v2   version u8, n × { voteType u8, n × { candidate, [version ≥ 1: votes i64] } }
 *     2 mapping           version u8, owner key, side producer id, signature
 *     3 cross-chain       version u8, target address, amount i64, target data
 *     4 withdraw          version u8, X address, side transaction hash, target data
 *     5 returned deposit  version u8, X address, deposit transaction hash
 *     7 stake             version u8, stake program hash
 *
 * @see Elastos.ELA core/types/outputpayload, core/types/common/output.go
 */
import { type Codec, CodecError } from '../codec.ts'
import { hash32, i64, programHash21, struct, u8, variant } from './fields.ts'
import { list, varBytes, varString } from './var-uint.ts'

export const OutputType = {
  none: 0,
  vote: 1,
  mapping: 2,
  crossChain: 3,
  withdraw: 4,
  returnSideChainDeposit: 5,
  dposV2Vote: 6,
  stake: 7,
} as const

export interface NoOutputPayload {
  readonly kind: 'none'
}

export interface CandidateVotes {
  readonly candidate: Uint8Array
  /** In sela; absent in version 0, where the value of the output counts. */
  readonly votes?: bigint
}

export interface VoteContent {
  /** 0 producer, 1 CR member, 2 proposal, 3 impeachment, 4 producer of DPoS v2. */
  readonly voteType: number
  readonly candidates: readonly CandidateVotes[]
}

/** Output types 1 and 6. */
export interface VoteOutput {
  readonly kind: 'vote'
  readonly version: number
  readonly contents: readonly VoteContent[]
}

export interface MappingOutput {
  readonly kind: 'mapping'
  readonly version: number
  readonly ownerKey: Uint8Array
  readonly sideProducerId: Uint8Array
  readonly signature: Uint8Array
}

export interface CrossChainOutput {
  readonly kind: 'crossChain'
  readonly version: number
  readonly targetAddress: string
  /** Sela that arrive; the output pays the cross-chain fee on top. */
  readonly targetAmount: bigint
  readonly targetData: Uint8Array
}

export interface WithdrawOutput {
  readonly kind: 'withdraw'
  readonly version: number
  readonly genesisBlockAddress: string
  /** Internal order. */
  readonly sideChainTransactionHash: Uint8Array
  readonly targetData: Uint8Array
}

export interface ReturnSideChainDepositOutput {
  readonly kind: 'returnSideChainDeposit'
  readonly version: number
  readonly genesisBlockAddress: string
  readonly depositTransactionHash: Uint8Array
}

export interface StakeOutput {
  readonly kind: 'stake'
  readonly version: number
  readonly stakeProgramHash: Uint8Array
}

export type OutputPayload =
  | NoOutputPayload
  | VoteOutput
  | MappingOutput
  | CrossChainOutput
  | WithdrawOutput
  | ReturnSideChainDepositOutput
  | StakeOutput

const MAX_TARGET_DATA_BYTES = 1024
const MAX_MULTISIG_CODE_BYTES = 34_003
const MAX_SIDE_PRODUCER_ID_BYTES = 256
const SIGNATURE_BYTES = 64

const targetData = varBytes(MAX_TARGET_DATA_BYTES, 'The target data')
const text = varString()

const candidate = varBytes(MAX_MULTISIG_CODE_BYTES, 'A candidate')
const contentsV0 = list(voteContent(struct<CandidateVotes>({ candidate })))
const contentsV1 = list(voteContent(struct<CandidateVotes>({ candidate, votes: i64 })))

function voteContent(votes: Codec<CandidateVotes>): Codec<VoteContent> {
  return struct<VoteContent>({ voteType: u8, candidates: list(votes) })
}

const voteOutput: Codec<VoteOutput> = {
  write(to, { version, contents }) {
    to.u8(version)
    ;(version >= 1 ? contentsV1 : contentsV0).write(to, contents)
  },
  read(from) {
    const version = from.u8()
    return { kind: 'vote', version, contents: (version >= 1 ? contentsV1 : contentsV0).read(from) }
  },
}

const codecs = [
  variant<NoOutputPayload>('none', {}),
  voteOutput,
  variant<MappingOutput>('mapping', {
    version: u8,
    ownerKey: varBytes(MAX_MULTISIG_CODE_BYTES, 'The owner key'),
    sideProducerId: varBytes(MAX_SIDE_PRODUCER_ID_BYTES, 'The side producer id'),
    signature: varBytes(SIGNATURE_BYTES, 'A signature'),
  }),
  variant<CrossChainOutput>('crossChain', {
    version: u8,
    targetAddress: text,
    targetAmount: i64,
    targetData,
  }),
  variant<WithdrawOutput>('withdraw', {
    version: u8,
    genesisBlockAddress: text,
    sideChainTransactionHash: hash32,
    targetData,
  }),
  variant<ReturnSideChainDepositOutput>('returnSideChainDeposit', {
    version: u8,
    genesisBlockAddress: text,
    depositTransactionHash: hash32,
  }),
  voteOutput,
  variant<StakeOutput>('stake', { version: u8, stakeProgramHash: programHash21 }),
] as const

const KINDS = [
  'none',
  'vote',
  'mapping',
  'crossChain',
  'withdraw',
  'returnSideChainDeposit',
  'vote',
  'stake',
]

/** The codec of an output type. Throws `protocol/malformed` for a type the chain does not have. */
export function outputPayloadCodec(type: number): Codec<OutputPayload> {
  const codec = codecs[type] as Codec<OutputPayload> | undefined
  if (codec === undefined) throw CodecError.malformed(`The output type ${type} does not exist`)
  return {
    write(to, payload) {
      if (payload.kind !== KINDS[type]) {
        throw CodecError.malformed(`An output of type ${type} cannot carry \`${payload.kind}\``)
      }
      codec.write(to, payload)
    },
    read: codec.read,
  }
}
