/** Every capability there is. A new one is a file beside this and a line here. */
import type { CapabilityName } from '../../bundle/capabilities/index.ts'
import { clock } from './clock.ts'
import type { Capability } from './kind.ts'
import { log } from './log.ts'

const entries = { log, clock }

export const capabilities = entries as unknown as Readonly<Record<CapabilityName, Capability>>
