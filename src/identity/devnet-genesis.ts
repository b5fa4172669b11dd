/**
 * What the devnet's accounts own when its chains begin.
 *
 * On the main chain the first coin belongs to the faucet, and one transaction, always the same,
 * gives the ten accounts their share. Everything goes out in several coins: on the main chain a coin
 * that waits for a block cannot be spent again, so an owner of one coin could send once a block.
 */
import { toHex } from '../base/bytes-text.ts'
import { encode } from '../protocol/codec.ts'
import { parseAddress } from '../protocol/ela/address.ts'
import { SELA_PER_ELA } from '../protocol/ela/amount.ts'
import { blockHash } from '../protocol/ela/block.ts'
import { GENESIS_SELA, genesisBlock } from '../protocol/ela/genesis.ts'
import { displayHash } from '../protocol/ela/hash.ts'
import { transactionCodec, transactionId } from '../protocol/ela/transaction.ts'
import { buildTransfer } from '../protocol/ela/transfer.ts'
import { devnetAccounts, devnetFaucet, devnetMiner } from './devnet-accounts.ts'

/** `Genesis` of nodes/kind.ts. */
export interface DevnetGenesis {
  readonly foundation: string
  readonly miner: string
  readonly mainchainTransactions: readonly string[]
  readonly evmBalances: Readonly<Record<string, bigint>>
}

/** Of each of the ten accounts, on each chain. */
export const ACCOUNT_ELA = 10_000n
/** On ESC and EID. On the main chain the faucet has what is left of the 33 million. */
export const FAUCET_EVM_ELA = 10_000_000n
const COINS_OF_ACCOUNT = 4n
/** The 33rd is the change. */
const FAUCET_COINS = 32
const FAUCET_COIN_ELA = 1_000_000n
const WEI_PER_ELA = 10n ** 18n

/** Loads the curve library to sign: about 50 ms. The result is the same every time. */
export async function devnetGenesis(): Promise<DevnetGenesis> {
  return {
    foundation: devnetFaucet().ela.address,
    miner: devnetMiner().ela.address,
    mainchainTransactions: [await fundingTransaction()],
    evmBalances: Object.fromEntries([
      ...devnetAccounts().map(({ evm }) => [evm.address, ACCOUNT_ELA * WEI_PER_ELA] as const),
      [devnetFaucet().evm.address, FAUCET_EVM_ELA * WEI_PER_ELA],
    ]),
  }
}

/** Hash of the main chain's first block, as RPC shows it. */
export function devnetGenesisHash(): string {
  return displayHash(blockHash(firstBlock()))
}

function firstBlock() {
  return genesisBlock(parseAddress(devnetFaucet().ela.address))
}

async function fundingTransaction(): Promise<string> {
  const { signTransaction } = await import('../protocol/ela/sign.ts')
  const faucet = devnetFaucet().ela
  const faucetHash = parseAddress(faucet.address)
  const [coinbase] = firstBlock().transactions
  if (coinbase === undefined) throw new Error('the genesis block has no coinbase')
  const share = (ACCOUNT_ELA * SELA_PER_ELA) / COINS_OF_ACCOUNT
  const coin = { programHash: faucetHash, value: FAUCET_COIN_ELA * SELA_PER_ELA }
  const unsigned = buildTransfer({
    inputs: [{ txid: transactionId(coinbase), index: 0, value: GENESIS_SELA }],
    outputs: [
      ...devnetAccounts().flatMap(({ ela }) =>
        Array.from({ length: Number(COINS_OF_ACCOUNT) }, () => ({
          programHash: parseAddress(ela.address),
          value: share,
        })),
      ),
      ...Array.from({ length: FAUCET_COINS }, () => coin),
    ],
    changeTo: faucetHash,
    nonce: '0',
  })
  return toHex(encode(transactionCodec, signTransaction(unsigned, [faucet.privateKey])))
}
