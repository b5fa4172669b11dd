/** RPC methods that wallets use. @see Elastos.ELA servers/interfaces.go */
import { fromHex } from '../../base/bytes-text.ts'
import { ElaError } from '../../base/errors.ts'
import { Reader } from '../../protocol/codec.ts'
import { addressOf, readAddress } from '../../protocol/ela/address.ts'
import { formatEla } from '../../protocol/ela/amount.ts'
import { ELA_ASSET_ID } from '../../protocol/ela/genesis.ts'
import { displayHash } from '../../protocol/ela/hash.ts'
import { OutputType } from '../../protocol/ela/output-payload.ts'
import { TxType } from '../../protocol/ela/payload/payload.ts'
import { type Input, inputsCodec, TX_VERSION_9 } from '../../protocol/ela/transaction.ts'
import type { Coin } from './coins.ts'
import { emptyAsNull } from './empty-as-null.ts'
import type { Methods, ServedNode } from './rpc-method.ts'
import type { Params } from './rpc-params.ts'
import { RpcCode, RpcRefusal } from './rpc-refusal.ts'

/** Confirmations `estimatesmartfee` is told are cut off here. */
const MAX_CONFIRMATIONS = 25
const FEE_RATE_SELA = 10_000

export const walletMethods: Methods = {
  getreceivedbyaddress: ({ chain }, params) => {
    const address = params.string('address')
    if (address === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'need a parameter named address')
    }
    return formatEla(sumOf(chain.ledger.coins.ownedBy(ownerIn(address))))
  },
  listunspent: ({ chain }, params) => {
    const addresses = params.strings('addresses')
    if (addresses === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'need addresses in an array!')
    }
    const type = utxoTypeIn(params, ['mixed', 'vote', 'normal'])
    const onlySpendable = params.bool('spendable') === true
    const found = addresses.flatMap((address) =>
      chain.ledger.coins
        .ownedBy(ownerIn(address))
        .filter((coin) => isOfType(coin, type) && coin.output.value !== 0n)
        .filter((coin) => !onlySpendable || isMature(coin, { chain })),
    )
    return emptyAsNull(found.map((coin) => viewCoin(coin, chain.height)))
  },
  getutxosbyamount: (node, params) => utxosByAmount(node, params),
  getamountbyinputs: ({ chain }, params) => {
    const text = params.string('inputs')
    if (text === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'need a parameter named inputs!')
    }
    const sums = inputsIn(text).map(({ txid, index }) => {
      const coin = chain.ledger.coinEverAt(displayHash(txid), index)
      if (coin !== undefined) return coin.output.value
      throw new RpcRefusal(
        RpcCode.internal,
        `unknown transaction ${Buffer.from(txid).toString('hex')} from persisted utxo`,
      )
    })
    return formatEla(sums.reduce((sum, value) => sum + value, 0n))
  },
  estimatesmartfee: (_node, params) => {
    const confirmations = params.int('confirmations')
    if (confirmations === undefined) {
      throw new RpcRefusal(RpcCode.invalidParams, 'need a param called confirmations')
    }
    if (confirmations > MAX_CONFIRMATIONS) {
      throw new RpcRefusal(
        RpcCode.invalidParams,
        `support only ${MAX_CONFIRMATIONS} confirmations at most`,
      )
    }
    return FEE_RATE_SELA * (Math.max(-confirmations, -1) + 2)
  },
}

function utxosByAmount({ chain, mempool }: ServedNode, params: Params): unknown {
  const address = params.string('address')
  if (address === undefined) {
    throw new RpcRefusal(RpcCode.invalidParams, 'need a parameter named address!')
  }
  const text = params.string('amount')
  if (text === undefined) {
    throw new RpcRefusal(RpcCode.invalidParams, 'need a parameter named amount!')
  }
  const amount = amountIn(text, 'invalid amount!')
  const owner = ownerIn(address)
  const type = utxoTypeIn(params, ['mixed', 'vote', 'normal', 'unused'])
  const found: Coin[] = []
  let sum = 0n
  for (const coin of chain.ledger.coins.ownedBy(owner)) {
    if (sum >= amount) break
    if (type === 'unused' && mempool.spends(`${coin.txid}:${coin.index}`)) continue
    if (!isOfType(coin, type) || !isMature(coin, { chain })) continue
    sum += coin.output.value
    found.push(coin)
  }
  if (sum < amount) throw new RpcRefusal(RpcCode.internal, 'not enough utxo')
  return found.map((coin) => viewCoin(coin, chain.height))
}

function viewCoin({ txid, index, output, txType, height }: Coin, tipHeight: number): unknown {
  return {
    txtype: txType,
    txid,
    assetid: displayHash(ELA_ASSET_ID),
    vout: index,
    address: addressOf(output.programHash),
    amount: formatEla(output.value),
    outputlock: output.outputLock,
    confirmations: tipHeight - height + 1,
  }
}

/** The field says what is wrong with an address in its own words. */
export function ownerIn(address: string): Uint8Array {
  const read = readAddress(address)
  if ('programHash' in read) return read.programHash
  throw new RpcRefusal(RpcCode.invalidParams, `invalid address, ${read.fault}`)
}

/**
 * An amount of ELA as the field reads it. A text of nine or more characters without a point counts
 * as having too many decimals: the position of the missing point is taken for -1.
 *
 * @see Elastos.ELA common/fixed64.go StringToFixed64
 */
export function amountIn(text: string, message: string): bigint {
  const decimals = text.length - text.indexOf('.') - 1
  const digits = text.replace('.', '')
  if (decimals > 8 || !/^[+-]?\d+$/.test(digits)) {
    throw new RpcRefusal(RpcCode.invalidParams, message)
  }
  const sela = BigInt(digits) * 10n ** BigInt(text.includes('.') ? 8 - decimals : 8)
  if (BigInt.asIntN(64, sela) !== sela) throw new RpcRefusal(RpcCode.invalidParams, message)
  return sela
}

function utxoTypeIn(params: Params, known: readonly string[]): string {
  const type = params.string('utxotype') ?? 'mixed'
  if (known.includes(type)) return type
  throw new RpcRefusal(RpcCode.invalidParams, 'invalid utxotype')
}

function isOfType({ txVersion, output }: Coin, type: string): boolean {
  const isVote = txVersion >= TX_VERSION_9 && output.type === OutputType.vote
  if (type === 'vote') return isVote
  return type !== 'normal' || !isVote
}

function isMature({ txType, height }: Coin, { chain }: Pick<ServedNode, 'chain'>): boolean {
  return txType !== TxType.coinbase || chain.height - height >= chain.params.coinbaseMaturity
}

export function sumOf(coins: readonly Coin[]): bigint {
  return coins.reduce((sum, { output }) => sum + output.value, 0n)
}

function inputsIn(text: string): readonly Input[] {
  try {
    return inputsCodec.read(new Reader(fromHex(text)))
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    throw new RpcRefusal(RpcCode.invalidParams, 'invalid inputs')
  }
}

/** For REST: what `asset/utxos` and `asset/utxo` show of each coin. */
export function viewUnspent(coin: Coin): unknown {
  return { Txid: coin.txid, Index: coin.index, Value: formatEla(coin.output.value) }
}
