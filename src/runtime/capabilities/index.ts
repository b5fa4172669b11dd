/** Every capability there is. A new one is a file beside this and a line here. */
import type { CapabilityName } from '../../bundle/capabilities/index.ts'
import { carrier } from './carrier.ts'
import { chain } from './chain.ts'
import { clock } from './clock.ts'
import { did } from './did.ts'
import type { Ela } from './env.ts'
import type { Capability } from './kind.ts'
import { log } from './log.ts'
import { services } from './named-services.ts'
import { net } from './net.ts'
import { storage } from './storage.ts'
import { wallet } from './wallet.ts'

/** Names are those of the manifest's grammar and of `env.ELA`; a list that differs does not compile. */
type Registry = { readonly [Name in CapabilityName & keyof Ela]: unknown }
const entries = {
  ...{ storage, chain, did, wallet, carrier, net, services, log, clock },
} satisfies Registry & Record<Exclude<keyof Ela, 'whoami'>, unknown>

export const capabilities = entries as unknown as Readonly<Record<CapabilityName, Capability>>
