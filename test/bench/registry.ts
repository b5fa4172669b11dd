import { createHash, randomBytes } from 'node:crypto'
import { fromHex } from '../../src/base/bytes-text.ts'
import { callRpc } from '../../src/base/json-rpc.ts'
import { didOf } from '../../src/protocol/did/did.ts'
import { publicKeyOf } from '../../src/protocol/did/sign.ts'
import type { SentEvmTransaction } from '../../src/wallet/evm-coins.ts'
import {
  acceptApp,
  claimApp,
  deployRegistry,
  offerApp,
  publishRelease,
  setChannel,
  setFloor,
  setPublisher,
  setReleaseStatus,
} from '../../src/wallet/registry/registry.ts'
import { DAY, startRegistry } from '../support/registry.ts'
import type { Figure } from './figure.ts'

const VERIFY_GAS = 1_000

/** Gas of each act of the registry, whole transactions, on an ESC node. */
export async function benchRegistry(): Promise<readonly Figure[]> {
  await using here = await startRegistry(0)
  const { registry, teller, address } = here
  const key = new Uint8Array(randomBytes(32))
  const did = didOf(publicKeyOf(key))
  const owner = teller(0)
  const figures: Figure[] = []
  const note = (what: string, gas: number, more = '') => {
    figures.push({ what, measured: gas, unit: 'gas', budget: undefined, note: more })
  }
  const gasOf = ({ receipt }: SentEvmTransaction) => Number(receipt?.gasUsed ?? 0)
  const release = (seq: number) => ({
    ...{ did, seq, version: `1.0.${seq}`, locations: [`https://example.test/app/${seq}.dapp.tgz`] },
    bundle: `sha256:${createHash('sha256').update(`${seq}`).digest('hex')}`,
  })
  const { rpc, chainId } = registry
  const made = await deployRegistry({ registry: { rpc, chainId }, privateKey: owner.privateKey }, 0)
  note('deploy', await deployGas(rpc, made.address))
  const claimed = await claimApp(owner, key)
  const own = await verifyGas(rpc, claimed.hash)
  const measured = gasOf(claimed)
  note(
    'claim',
    measured - own + VERIFY_GAS,
    `${measured} here, about ${own} of it for P-256, which costs ${VERIFY_GAS} on ESC`,
  )
  const first = await publishRelease(owner, { ...release(1), channel: 'latest' })
  note('publish, the first of a channel', gasOf(first))
  const next = await publishRelease(owner, { ...release(2), channel: 'latest' })
  note('publish, the next', gasOf(next))
  note('publish, no channel', gasOf(await publishRelease(owner, release(3))))
  const until = Math.floor(Date.now() / 1_000) + 30 * DAY
  note('allow a publisher', gasOf(await setPublisher(owner, { did, publisher: address(1), until })))
  note('publish as a publisher', gasOf(await publishRelease(teller(1), release(4))))
  note('roll back a channel', gasOf(await setChannel(owner, { did, channel: 'latest', seq: 1 })))
  const judged = { did, seq: 3, status: 'yanked', reason: 'does not start' } as const
  note('yank', gasOf(await setReleaseStatus(owner, judged)))
  note('floor', gasOf(await setFloor(owner, did, 1)))
  note('offer', gasOf(await offerApp(owner, did, address(2))))
  note('accept', gasOf(await acceptApp(teller(2), did)))
  return figures
}

async function deployGas(rpc: string, contract: string): Promise<number> {
  const block = (await callRpc(rpc, 'eth_getBlockByNumber', ['latest', true])) as {
    transactions: readonly { hash: string }[]
  }
  for (const { hash } of block.transactions) {
    const receipt = (await callRpc(rpc, 'eth_getTransactionReceipt', [hash])) as {
      contractAddress: string | null
      gasUsed: string
    }
    if (receipt.contractAddress?.toLowerCase() === contract) return Number(receipt.gasUsed)
  }
  throw new Error('the newest block does not have the contract')
}

/** What the devnet's verification costs where the chain has native code: the cost of asking it alone. */
async function verifyGas(rpc: string, claim: string): Promise<number> {
  const { input } = (await callRpc(rpc, 'eth_getTransactionByHash', [claim])) as { input: string }
  // claim(bytes,bytes): where each begins, length and key in three words, length and signature.
  const data = fromHex(input).subarray(4)
  const key = data.subarray(96, 129)
  const signature = data.subarray(192, 256)
  const call = Buffer.concat([new Uint8Array(32), key, new Uint8Array(64).fill(1), signature])
  const estimate = await callRpc(rpc, 'eth_estimateGas', [
    { to: `0x${'3e9'.padStart(40, '0')}`, data: `0x${call.toString('hex')}` },
  ])
  const forData = call.reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0)
  return Number(estimate) - 21_000 - forData
}
