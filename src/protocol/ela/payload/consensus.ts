/** Proposals, votes and confirmations of DPoS blocks, and the payloads that steer the consensus. */
import type { Codec } from '../../codec.ts'
import { CodecError } from '../../codec.ts'
import { bool, hash32, struct, u8, u32, variant } from '../fields.ts'
import { list } from '../var-uint.ts'
import { publicKey, signature } from './limits.ts'

export interface DposProposal {
  readonly sponsor: Uint8Array
  readonly blockHash: Uint8Array
  readonly viewOffset: number
  readonly sign: Uint8Array
}

export interface DposProposalVote {
  readonly proposalHash: Uint8Array
  readonly signer: Uint8Array
  readonly accept: boolean
  readonly sign: Uint8Array
}

/** What a block of the DPoS era is confirmed by. */
export interface Confirm {
  readonly proposal: DposProposal
  readonly votes: readonly DposProposalVote[]
}

export interface InactiveArbitratorsPayload {
  readonly kind: 'inactiveArbitrators'
  readonly sponsor: Uint8Array
  readonly blockHeight: number
  readonly arbitrators: readonly Uint8Array[]
}

export interface UpdateVersionPayload {
  readonly kind: 'updateVersion'
  readonly startHeight: number
  readonly endHeight: number
}

export interface NextTurnDposInfoPayload {
  readonly kind: 'nextTurnDposInfo'
  readonly workingHeight: number
  readonly crPublicKeys: readonly Uint8Array[]
  readonly dposPublicKeys: readonly Uint8Array[]
  /** From version 1 on. */
  readonly completeCrPublicKeys?: readonly Uint8Array[]
}

export interface RevertToPowPayload {
  readonly kind: 'revertToPow'
  readonly revertType: number
  readonly workingHeight: number
}

export interface RevertToDposPayload {
  readonly kind: 'revertToDpos'
  readonly workHeightInterval: number
  readonly revertToPowBlockHeight: number
}

const proposalFields = { sponsor: publicKey, blockHash: hash32, viewOffset: u32 }
const voteFields = { proposalHash: hash32, signer: publicKey, accept: bool }

/** What the sponsor signs, and what a proposal's hash is made of. */
export const unsignedProposal = struct<Omit<DposProposal, 'sign'>>(proposalFields)
export const dposProposal = struct<DposProposal>({ ...proposalFields, sign: signature })

/** What the signer signs, and what a vote's hash is made of. */
export const unsignedVote = struct<Omit<DposProposalVote, 'sign'>>(voteFields)
export const dposProposalVote = struct<DposProposalVote>({ ...voteFields, sign: signature })

/** Proposal, number of votes as u64, votes. */
export const confirmCodec: Codec<Confirm> = {
  write(to, { proposal, votes }) {
    dposProposal.write(to, proposal)
    to.u64(BigInt(votes.length))
    for (const vote of votes) dposProposalVote.write(to, vote)
  },
  read(from) {
    const proposal = dposProposal.read(from)
    const count = from.u64()
    if (count > from.left) throw CodecError.truncated(Number(count), from.left)
    const votes: DposProposalVote[] = []
    while (votes.length < count) votes.push(dposProposalVote.read(from))
    return { proposal, votes }
  },
}

const publicKeys = list(publicKey)

export const inactiveArbitrators = variant<InactiveArbitratorsPayload>('inactiveArbitrators', {
  sponsor: publicKey,
  blockHeight: u32,
  arbitrators: publicKeys,
})

export const updateVersion = variant<UpdateVersionPayload>('updateVersion', {
  startHeight: u32,
  endHeight: u32,
})

export function nextTurnDposInfo(version: number): Codec<NextTurnDposInfoPayload> {
  return variant<NextTurnDposInfoPayload>('nextTurnDposInfo', {
    workingHeight: u32,
    crPublicKeys: publicKeys,
    dposPublicKeys: publicKeys,
    ...(version >= 1 && { completeCrPublicKeys: publicKeys }),
  })
}

export const revertToPow = variant<RevertToPowPayload>('revertToPow', {
  revertType: u8,
  workingHeight: u32,
})

export const revertToDpos = variant<RevertToDposPayload>('revertToDpos', {
  workHeightInterval: u32,
  revertToPowBlockHeight: u32,
})
