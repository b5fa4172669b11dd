/** The broker of each list of providers, made at first use and shared by all who hold the list. */
import type { RuntimeWorld } from '../world.ts'
import { Broker, type BrokerOptions } from './broker.ts'

const brokers = new WeakMap<object, Broker>()

/** @param list what the broker stands for: another list, another broker */
export function brokerFor(list: object, options: () => BrokerOptions): Broker {
  const known = brokers.get(list)
  if (known !== undefined) return known
  const broker = new Broker(options())
  brokers.set(list, broker)
  return broker
}

/** Ends the local services that DApps of this world made start. */
export async function stopServices({
  services = {},
}: Pick<RuntimeWorld, 'services'>): Promise<void> {
  await Promise.all(
    Object.values(services).map(async (list) => {
      await brokers.get(list)?.stop()
      brokers.delete(list)
    }),
  )
}
