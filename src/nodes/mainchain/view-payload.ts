/**
 * Payloads as the RPC shows them. The odd orders of hashes and the capitals are the field's.
 *
 * @see Elastos.ELA servers/interfaces.go getPayloadInfo, servers/common.go
 */
import { toHex } from '../../base/bytes-text.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { reversed } from '../../protocol/ela/hash.ts'
import type {
  TransferCrossChainAssetPayload,
  WithdrawFromSideChainPayload,
} from '../../protocol/ela/payload/cross-chain.ts'
import type { Transaction } from '../../protocol/ela/transaction.ts'
import { emptyAsNull } from './empty-as-null.ts'
import { viewGovernancePayload } from './view-governance-payload.ts'

export function viewPayload(transaction: Transaction): unknown {
  const { payload } = transaction
  switch (payload.kind) {
    case 'coinbase':
      return { coinbasedata: Buffer.from(payload.content).toString('utf8') }
    case 'registerAsset':
      return {
        asset: {
          Name: payload.name,
          Description: payload.description,
          Precision: payload.precision,
          AssetType: payload.assetType,
          RecordType: payload.recordType,
        },
        amount: formatEla(payload.amount),
        controller: toHex(reversed(payload.controller)),
      }
    case 'transferAsset':
    case 'record':
    case 'returnSideChainDepositCoin':
      return null
    case 'sideChainPow':
      return {
        blockheight: payload.blockHeight,
        sideblockhash: toHex(payload.sideBlockHash),
        sidegenesishash: toHex(payload.sideGenesisHash),
        signature: toHex(payload.signature),
      }
    case 'withdrawFromSideChain':
      return viewWithdraw(payload)
    case 'transferCrossChainAsset':
      return viewDeposit(transaction.payloadVersion, payload)
    default:
      return viewGovernancePayload(transaction, payload)
  }
}

function viewWithdraw(payload: WithdrawFromSideChainPayload): unknown {
  if (payload.signers !== undefined) return { Signers: payload.signers }
  const { blockHeight, genesisBlockAddress, sideChainTransactionHashes } = payload
  if (blockHeight === undefined) return null
  return {
    blockheight: blockHeight,
    genesisblockaddress: genesisBlockAddress,
    sidechaintransactionhashes: emptyAsNull((sideChainTransactionHashes ?? []).map(toHex)),
  }
}

function viewDeposit(version: number, payload: TransferCrossChainAssetPayload): unknown {
  if (version === 1) return null
  const targets = payload.targets ?? []
  return {
    crosschainaddresses: emptyAsNull(targets.map(({ address }) => address)),
    outputindexes: emptyAsNull(targets.map(({ outputIndex }) => Number(outputIndex))),
    // Raw sela as a number, other than everywhere else.
    crosschainamounts: emptyAsNull(targets.map(({ amount }) => Number(amount))),
  }
}
