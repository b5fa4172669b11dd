/**
 * What an output's payload must be by itself.
 *
 * @see Elastos.ELA core/types/outputpayload, each type's Validate
 */
import { toHex } from '../../base/bytes-text.ts'
import { encode } from '../../protocol/codec.ts'
import { Prefix } from '../../protocol/ela/address.ts'
import { struct, u8 } from '../../protocol/ela/fields.ts'
import { verifySignature } from '../../protocol/ela/keys.ts'
import type { MappingOutput, VoteOutput } from '../../protocol/ela/output-payload.ts'
import type { Output } from '../../protocol/ela/transaction.ts'
import { varBytes } from '../../protocol/ela/var-uint.ts'
import { refuse } from './refusal.ts'

const MAX_VOTE_VERSION = 2
const MAX_VOTED_PRODUCERS = 36
const MAX_VOTE_TYPE = 4
const PUBLIC_KEY_BYTES = 33

/** Throws a `TransactionRefusal`. The wording of the versions is the field's, vote or not. */
export function checkOutputPayload({ payload, programHash }: Output): void {
  switch (payload.kind) {
    case 'none':
      return
    case 'vote':
      if (programHash[0] !== Prefix.standard) {
        throw refuse('output', 'output address should be standard')
      }
      checkVote(payload)
      return
    case 'mapping':
      checkMapping(payload)
      return
    case 'crossChain':
      if (payload.version > 0) throw refuse('output', 'invalid vote version')
      if (payload.targetAddress === '') throw refuse('output', 'target address is nil')
      if (payload.targetAmount <= 0n) throw refuse('output', 'invalid target amount')
      return
    case 'withdraw':
    case 'returnSideChainDeposit':
      if (payload.version > 0) throw refuse('output', 'invalid vote version')
      if (payload.genesisBlockAddress === '') throw refuse('output', 'target address is nil')
      return
    case 'stake':
      throw refuse('output', 'transaction type dose not match the output payload type')
  }
}

function checkVote({ version, contents }: VoteOutput): void {
  if (version > MAX_VOTE_VERSION) throw refuse('output', 'invalid vote version')
  const types = new Set<number>()
  for (const { voteType, candidates } of contents) {
    if (types.has(voteType)) throw refuse('output', 'duplicate vote type')
    types.add(voteType)
    const tooMany = voteType === 0 && candidates.length > MAX_VOTED_PRODUCERS
    if (candidates.length === 0 || tooMany) throw refuse('output', 'invalid public key count')
    if (voteType > MAX_VOTE_TYPE) throw refuse('output', 'invalid vote type')
    const names = candidates.map(({ candidate }) => toHex(candidate))
    if (new Set(names).size < names.length) throw refuse('output', 'duplicate candidate')
    if (version >= 1 && candidates.some(({ votes }) => votes === undefined || votes <= 0n)) {
      throw refuse('output', 'invalid candidate votes')
    }
  }
}

const mappingContent = struct<Omit<MappingOutput, 'kind' | 'signature'>>({
  version: u8,
  ownerKey: varBytes(PUBLIC_KEY_BYTES),
  sideProducerId: varBytes(256),
})

/** Only single keys; a multisig owner is a producer's, and there are no producers. */
function checkMapping({ version, ownerKey, sideProducerId, signature }: MappingOutput): void {
  if (ownerKey.length !== PUBLIC_KEY_BYTES) throw refuse('output', 'mapping invalid OwnerKey')
  const message = encode(mappingContent, { version, ownerKey, sideProducerId })
  if (!verifySignature(ownerKey, message, signature)) {
    throw refuse('output', 'invalid content signature')
  }
}
