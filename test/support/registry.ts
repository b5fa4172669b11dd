/** The registry on a real ESC node, and people who use it. */
import { devnetAccounts } from '../../src/identity/devnet-accounts.ts'
import { esc } from '../../src/nodes/esc/kind.ts'
import type { Registry, Teller } from '../../src/wallet/registry/call.ts'
import { deployRegistry } from '../../src/wallet/registry/registry.ts'
import { startNode, type TestNode } from './node.ts'

export const DAY = 86_400

export interface RegistryNode extends AsyncDisposable {
  readonly registry: Registry
  readonly node: TestNode
  /** Pays and tells, by its number. */
  readonly teller: (index: number) => Teller
  readonly address: (index: number) => string
}

/** @param claimDelay seconds */
export async function startRegistry(claimDelay: number): Promise<RegistryNode> {
  const node = await startNode(esc)
  const accounts = devnetAccounts()
  const account = (index: number) => {
    const found = accounts[index]
    if (found === undefined) throw new Error('there are fewer accounts')
    return found.evm
  }
  const place = { rpc: String(node.entry['rpc']), chainId: Number(node.entry['chainId']) }
  const { privateKey } = account(9)
  const registry = await deployRegistry({ registry: place, privateKey }, claimDelay)
  return {
    registry,
    node,
    teller: (index) => ({ registry, privateKey: account(index).privateKey }),
    address: (index) => account(index).address.toLowerCase(),
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  }
}
