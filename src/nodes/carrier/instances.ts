/** The Carrier nodes of a devnet by name. */
import { idText } from '../../protocol/carrier/id.ts'
import { devnetId } from './devnet-keys.ts'

/** The node that the others ask to join. */
export const BOOTSTRAP = 'carrier-1'

export const carrierInstances: readonly string[] = [BOOTSTRAP, 'carrier-2', 'carrier-3']

/** The name of a devnet node by its id in Base58, `undefined` for nodes of others. */
export function carrierNameOf(id: string): string | undefined {
  return carrierInstances.find((instance) => idText(devnetId(instance)) === id)
}
