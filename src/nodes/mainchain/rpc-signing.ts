/** RPC methods that build and sign transactions. @see Elastos.ELA servers/interfaces.go */
import { fromHex, toHex } from '../../base/bytes-text.ts'
import { ElaError } from '../../base/errors.ts'
import { encode } from '../../protocol/codec.ts'
import { ELA_ASSET_ID } from '../../protocol/ela/genesis.ts'
import { parseDisplayHash } from '../../protocol/ela/hash.ts'
import { publicKeyOf } from '../../protocol/ela/keys.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import { parseCode, standardCode } from '../../protocol/ela/script.ts'
import {
  type Input,
  type Output,
  type Transaction,
  TX_VERSION_9,
  transactionCodec,
} from '../../protocol/ela/transaction.ts'
import { readTransaction } from './raw-transaction.ts'
import { TransactionRefusal } from './refusal.ts'
import type { Methods } from './rpc-method.ts'
import type { Params } from './rpc-params.ts'
import { RpcCode, RpcRefusal } from './rpc-refusal.ts'
import { amountIn, ownerIn } from './rpc-wallet.ts'

export const signingMethods: Methods = {
  createrawtransaction: (_node, params) => {
    const transaction: Transaction = {
      version: TX_VERSION_9,
      type: TxType.transferAsset,
      payloadVersion: 0,
      payload: { kind: 'transferAsset' },
      attributes: [],
      inputs: listIn(params, 'inputs').map(inputIn),
      outputs: listIn(params, 'outputs').map(outputIn),
      lockTime: lockTimeIn(params),
      programs: [],
    }
    return toHex(encode(transactionCodec, transaction))
  },
  signrawtransactionwithkey: async (_node, params) => {
    const data = params.string('data')
    if (data === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'need a parameter named data')
    }
    const codes = listIn(params, 'codes').map((code) => bytesIn(code, 'invalid params codes'))
    const keys = listIn(params, 'privkeys').map((key) => bytesIn(key, 'invalid private key'))
    // Signing needs the curve library, which takes long to load.
    const { signMultisig, signTransaction } = await import('../../protocol/ela/sign.ts')
    const transaction = unsignedIn(data)
    const present = transaction.programs.map(({ code }) => code)
    try {
      return toHex(
        encode(
          transactionCodec,
          (present.length > 0 ? present : codes).reduce((signed, code) => {
            const own = keys.filter((key) => isKeyOf(key, code))
            if (own.length === 0) return signed
            const isStandard = parseCode(code)?.kind === 'standard'
            return isStandard ? signTransaction(signed, own) : signMultisig(signed, code, own)
          }, transaction),
        ),
      )
    } catch (error) {
      if (!(error instanceof ElaError)) throw error
      throw new RpcRefusal(RpcCode.internal, error.message)
    }
  },
}

function listIn(params: Params, name: string): readonly unknown[] {
  const list = params.list(name)
  if (list !== undefined) return list
  throw new RpcRefusal(RpcCode.invalidParams, `need a parameter named ${name}`)
}

function lockTimeIn(params: Params): number {
  const lockTime = params.uint('locktime')
  if (lockTime !== undefined) return lockTime
  throw new RpcRefusal(RpcCode.invalidParams, 'need a parameter named locktime')
}

function inputIn(item: unknown): Input {
  const { txid, vout } = fieldsOf(item)
  const index = Number(vout ?? 0)
  if (typeof txid !== 'string' || !/^[0-9a-fA-F]{64}$/.test(txid)) {
    throw new RpcRefusal(RpcCode.invalidParams, 'invalid txid in inputs param')
  }
  if (!Number.isInteger(index) || index < 0 || index > 0xffff) {
    throw new RpcRefusal(RpcCode.invalidParams, 'invalid vout in inputs param')
  }
  return { txid: parseDisplayHash(txid), index, sequence: 0 }
}

function outputIn(item: unknown): Output {
  const { address, amount } = fieldsOf(item)
  const value = amountIn(String(amount ?? ''), 'invalid amount in inputs param')
  const payload = { kind: 'none' } as const
  return {
    assetId: ELA_ASSET_ID,
    value,
    outputLock: 0,
    programHash: ownerIn(String(address ?? '')),
    type: 0,
    payload,
  }
}

interface Fields {
  readonly txid?: unknown
  readonly vout?: unknown
  readonly address?: unknown
  readonly amount?: unknown
}

function fieldsOf(item: unknown): Fields {
  return typeof item === 'object' && item !== null ? item : {}
}

function bytesIn(text: unknown, message: string): Uint8Array {
  if (typeof text === 'string' && /^(?:[0-9a-fA-F]{2})+$/.test(text)) return fromHex(text)
  throw new RpcRefusal(RpcCode.invalidParams, message)
}

function unsignedIn(data: string): Transaction {
  try {
    return readTransaction(data)
  } catch (error) {
    if (error instanceof TransactionRefusal) {
      throw new RpcRefusal(RpcCode.invalidTransaction, error.message)
    }
    if (!(error instanceof ElaError)) throw error
    throw new RpcRefusal(RpcCode.invalidParams, 'hex string to bytes error')
  }
}

function isKeyOf(privateKey: Uint8Array, code: Uint8Array): boolean {
  const parsed = parseCode(code)
  const publicKey = toHex(publicKeyOrRefuse(privateKey))
  if (parsed === undefined) return false
  if ('publicKeys' in parsed) return parsed.publicKeys.some((key) => toHex(key) === publicKey)
  return parsed.kind === 'standard' && toHex(standardCode(fromHex(publicKey))) === toHex(code)
}

function publicKeyOrRefuse(privateKey: Uint8Array): Uint8Array {
  try {
    return publicKeyOf(privateKey)
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    throw new RpcRefusal(RpcCode.invalidParams, error.message)
  }
}
