/**
 * The proposal of a council member's voter.
 *
 *     proposal type u16, category, owner key, draft hash 32,
 *     [version ≥ 1: draft data, but never for code upgrades]
 *     what the type is about
 *     owner signature, [0x0400: secretary's, 0x0401: new owner's signature],
 *     member DID 21, member signature
 *
 * @see Elastos.ELA core/types/payload/crcproposal.go
 */
import type { Codec } from '../../codec.ts'
import { bool, hash32, i64, programHash21, struct, u8, u32 } from '../fields.ts'
import { list, varBytes } from '../var-uint.ts'
import { publicKey, signature, text } from './limits.ts'

export const ProposalType = {
  normal: 0x0000,
  elip: 0x0100,
  flowElip: 0x0101,
  infoElip: 0x0102,
  mainChainUpgradeCode: 0x0200,
  didUpgradeCode: 0x0201,
  ethUpgradeCode: 0x0202,
  secretaryGeneral: 0x0400,
  changeProposalOwner: 0x0401,
  closeProposal: 0x0402,
  registerSideChain: 0x0410,
  reserveCustomId: 0x0500,
  receiveCustomId: 0x0501,
  changeCustomIdFee: 0x0502,
} as const

export interface Budget {
  readonly type: number
  readonly stage: number
  /** Sela. */
  readonly amount: bigint
}

export interface BudgetSubject {
  readonly budgets: readonly Budget[]
  readonly recipient: Uint8Array
}

export interface UpgradeSubject {
  readonly workingHeight: number
  readonly nodeVersion: string
  readonly nodeDownloadUrl: string
  readonly nodeBinHash: Uint8Array
  readonly forceUpgrade: boolean
}

export interface SecretarySubject {
  readonly secretaryGeneralPublicKey: Uint8Array
  readonly secretaryGeneralDid: Uint8Array
}

export interface NewOwnerSubject {
  readonly targetProposalHash: Uint8Array
  readonly newRecipient: Uint8Array
  readonly newOwnerKey: Uint8Array
}

export interface CloseSubject {
  readonly targetProposalHash: Uint8Array
}

export interface SideChainSubject {
  readonly sideChainName: string
  readonly magicNumber: number
  readonly genesisHash: Uint8Array
  readonly exchangeRate: bigint
  readonly effectiveHeight: number
  readonly resourcePath: string
}

export interface ReservedIdsSubject {
  readonly reservedCustomIds: readonly string[]
}

export interface ReceivedIdsSubject {
  readonly receivedCustomIds: readonly string[]
  readonly receiverDid: Uint8Array
}

export interface CustomIdFeeSubject {
  readonly rateOfCustomIdFee: bigint
  readonly eidEffectiveHeight: number
}

/** Which of these it is follows from the proposal type. */
export type ProposalSubject =
  | BudgetSubject
  | UpgradeSubject
  | SecretarySubject
  | NewOwnerSubject
  | CloseSubject
  | SideChainSubject
  | ReservedIdsSubject
  | ReceivedIdsSubject
  | CustomIdFeeSubject

export interface CrcProposalPayload {
  readonly kind: 'crcProposal'
  readonly proposalType: number
  readonly categoryData: string
  readonly ownerKey: Uint8Array
  readonly draftHash: Uint8Array
  /** From version 1 on, except for code upgrades. */
  readonly draftData?: Uint8Array
  readonly subject: ProposalSubject
  readonly signature: Uint8Array
  /** Of the secretary general (0x0400) or the new owner (0x0401). */
  readonly secondSignature?: Uint8Array
  readonly memberDid: Uint8Array
  readonly memberSignature: Uint8Array
}

const MAX_DRAFT_BYTES = 1024 * 1024

const budgets = struct<BudgetSubject>({
  budgets: list(struct<Budget>({ type: u8, stage: u8, amount: i64 })),
  recipient: programHash21,
})

const upgrade = struct<UpgradeSubject>({
  workingHeight: u32,
  nodeVersion: text,
  nodeDownloadUrl: text,
  nodeBinHash: hash32,
  forceUpgrade: bool,
})

const subjects: ReadonlyMap<number, Codec<never>> = new Map<number, Codec<never>>([
  [ProposalType.mainChainUpgradeCode, upgrade as Codec<never>],
  [ProposalType.didUpgradeCode, upgrade as Codec<never>],
  [ProposalType.ethUpgradeCode, upgrade as Codec<never>],
  [
    ProposalType.secretaryGeneral,
    struct<SecretarySubject>({
      secretaryGeneralPublicKey: publicKey,
      secretaryGeneralDid: programHash21,
    }) as Codec<never>,
  ],
  [
    ProposalType.changeProposalOwner,
    struct<NewOwnerSubject>({
      targetProposalHash: hash32,
      newRecipient: programHash21,
      newOwnerKey: publicKey,
    }) as Codec<never>,
  ],
  [
    ProposalType.closeProposal,
    struct<CloseSubject>({ targetProposalHash: hash32 }) as Codec<never>,
  ],
  [
    ProposalType.registerSideChain,
    struct<SideChainSubject>({
      sideChainName: text,
      magicNumber: u32,
      genesisHash: hash32,
      exchangeRate: i64,
      effectiveHeight: u32,
      resourcePath: text,
    }) as Codec<never>,
  ],
  [
    ProposalType.reserveCustomId,
    struct<ReservedIdsSubject>({ reservedCustomIds: list(text) }) as Codec<never>,
  ],
  [
    ProposalType.receiveCustomId,
    struct<ReceivedIdsSubject>({
      receivedCustomIds: list(text),
      receiverDid: programHash21,
    }) as Codec<never>,
  ],
  [
    ProposalType.changeCustomIdFee,
    struct<CustomIdFeeSubject>({ rateOfCustomIdFee: i64, eidEffectiveHeight: u32 }) as Codec<never>,
  ],
])

/** Types the table does not name are written like a normal proposal, as the real node does. */
function subjectOf(proposalType: number): Codec<ProposalSubject> {
  return (subjects.get(proposalType) ?? budgets) as Codec<ProposalSubject>
}

function body(proposalType: number, version: number): Codec<CrcProposalPayload> {
  const hasDraft = version >= 1 && subjectOf(proposalType) !== upgrade
  const isSignedTwice =
    proposalType === ProposalType.secretaryGeneral ||
    proposalType === ProposalType.changeProposalOwner
  type Body = Omit<CrcProposalPayload, 'kind' | 'proposalType'>
  return struct<Body>({
    categoryData: text,
    ownerKey: publicKey,
    draftHash: hash32,
    ...(hasDraft && { draftData: varBytes(MAX_DRAFT_BYTES, 'The draft') }),
    subject: subjectOf(proposalType),
    signature,
    ...(isSignedTwice && { secondSignature: signature }),
    memberDid: programHash21,
    memberSignature: signature,
  }) as Codec<CrcProposalPayload>
}

export function crcProposal(version: number): Codec<CrcProposalPayload> {
  return {
    write(to, proposal) {
      to.u16(proposal.proposalType)
      body(proposal.proposalType, version).write(to, proposal)
    },
    read(from) {
      const proposalType = from.u16()
      const fields = body(proposalType, version).read(from)
      return { ...fields, kind: 'crcProposal', proposalType }
    },
  }
}
