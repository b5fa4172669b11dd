import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { toHex } from '../../src/base/bytes-text.ts'
import { callRpc } from '../../src/base/json-rpc.ts'
import { stringify } from '../../src/base/printer.ts'
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { devnetGenesis } from '../../src/identity/devnet-genesis.ts'
import { esc } from '../../src/nodes/esc/kind.ts'
import { anvilBinary } from '../../src/nodes/evm/anvil-binary.ts'
import { parseAddress } from '../../src/protocol/evm/address.ts'
import { signLegacyTransaction } from '../../src/protocol/evm/legacy-transaction.ts'
import { startNode } from '../support/node.ts'
import { type Figure, ratio } from './figure.ts'
import { freePort, loadTime, untilAnswers } from './http.ts'
import { pair } from './measure.ts'

const ROUNDS = 5
const TRANSFERS = 300
const READS = 2_000
const CONNECTIONS = 32
const CHAIN_ID = 21n

/** The ESC node, which is a proxy before anvil, against anvil itself: requests per second. */
export async function benchEsc(): Promise<readonly Figure[]> {
  await using node = await startNode(esc)
  const port = await freePort()
  const anvil = spawn(
    anvilBinary(import.meta.url),
    [
      ...`--chain-id ${CHAIN_ID} --hardfork shanghai --base-fee 0 --quiet --port ${port}`.split(
        ' ',
      ),
    ],
    { stdio: 'ignore' },
  )
  const bare = `http://127.0.0.1:${port}`
  await untilAnswers(bare)
  const ours = String(node.entry['rpc'])
  for (const [address, wei] of Object.entries((await devnetGenesis()).evmBalances)) {
    await callRpc(bare, 'anvil_setBalance', [address, `0x${wei.toString(16)}`])
  }
  try {
    // The inverse of the time ratio is the ratio of rates.
    const against = async (what: string, bodies: Bodies, connections: number) => {
      const {
        a,
        b,
        ratio: rate,
      } = await pair(
        ROUNDS,
        async () => 1_000 / (await loadTime(ours, await bodies(ours), connections)),
        async () => 1_000 / (await loadTime(bare, await bodies(bare), connections)),
      )
      return ratio(what, { a, b, ratio: rate }, '≥ 0.8 ×', 'runs/s')
    }
    return [
      await against('eth_getBalance, 1 connection', reads, 1),
      await against(`eth_getBalance, ${CONNECTIONS} connections`, reads, CONNECTIONS),
      await against('transfers, 1 connection', transfers, 1),
      await against(`transfers, ${CONNECTIONS} connections`, transfers, CONNECTIONS),
    ]
  } finally {
    const ended = once(anvil, 'exit')
    anvil.kill('SIGKILL')
    await ended
  }
}

type Bodies = (url: string) => Promise<readonly string[]>

const reads: Bodies = async () => {
  const [account] = devnetAccounts()
  const params = [account?.evm.address, 'latest']
  return Array.from({ length: READS }, (_, id) =>
    stringify({ jsonrpc: '2.0', id, method: 'eth_getBalance', params }),
  )
}

/** Signed transfers of all ten accounts in turn, so that connections do not wait for one nonce. */
const transfers: Bodies = async (url) => {
  const accounts = devnetAccounts()
  const nonces = await Promise.all(
    accounts.map(async ({ evm }) =>
      BigInt(String(await callRpc(url, 'eth_getTransactionCount', [evm.address, 'latest']))),
    ),
  )
  return Array.from({ length: TRANSFERS }, (_, id) => {
    const account = accounts[id % accounts.length]
    const nonce = nonces[id % accounts.length]
    if (account === undefined || nonce === undefined) throw new Error('no account')
    nonces[id % accounts.length] = nonce + 1n
    const { raw } = signLegacyTransaction(
      {
        nonce,
        gasPrice: 1_000_000_000n,
        gasLimit: 21_000n,
        to: parseAddress(account.evm.address),
        value: 1n,
        data: new Uint8Array(),
        chainId: CHAIN_ID,
      },
      account.evm.privateKey,
    )
    return stringify({
      jsonrpc: '2.0',
      id,
      method: 'eth_sendRawTransaction',
      params: [`0x${toHex(raw)}`],
    })
  })
}
