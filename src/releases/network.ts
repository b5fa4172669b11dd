/** Which chain an answer came from. */
import { callRpc } from '../base/json-rpc.ts'
import { WalletError } from '../wallet/errors.ts'

const ID_DIGITS = 16

/**
 * A name of the chain behind an ESC RPC, such as `21-8f3c5a0e12b4d677`: its chain id, and the first
 * digits of the hash of block 1, which names its first block and differs on every devnet. What is
 * remembered of one devnet must not count on the next, whose DIDs are the same.
 *
 * `undefined` for a chain of one block, on which nothing was published yet. Throws `rpc/…`.
 */
export async function networkOf(rpc: string): Promise<string | undefined> {
  const [id, block] = await Promise.all([
    callRpc(rpc, 'eth_chainId'),
    callRpc(rpc, 'eth_getBlockByNumber', ['0x1', false]),
  ])
  if (block === null) return undefined
  return nameOf(rpc, id, block)
}

/**
 * Folder of a chain among `.ela/deployments/`: its chain id and the first digits of the hash of its
 * first block, which it has before anything was published. Throws `rpc/…`.
 */
export async function deploymentName(rpc: string): Promise<string> {
  const [id, block] = await Promise.all([
    callRpc(rpc, 'eth_chainId'),
    callRpc(rpc, 'eth_getBlockByNumber', ['0x0', false]),
  ])
  return nameOf(rpc, id, block)
}

function nameOf(rpc: string, id: unknown, block: unknown): string {
  const { hash } = (block ?? {}) as { hash?: unknown }
  const isId = typeof id === 'string' && /^0x[0-9a-f]{1,12}$/i.test(id)
  if (!isId || typeof hash !== 'string' || !/^0x[0-9a-f]{64}$/.test(hash)) {
    throw WalletError.unexpectedReply(rpc, 'eth_getBlockByNumber', block)
  }
  return `${Number(id)}-${hash.slice(2, 2 + ID_DIGITS)}`
}
