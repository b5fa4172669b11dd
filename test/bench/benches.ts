/** The list of benches. A new one is one line here. */
import { benchBundle } from './bundle.ts'
import { benchCommandLine } from './command-line.ts'
import { benchDevnet } from './devnet.ts'
import { benchDid } from './did.ts'
import { benchEdit } from './edit.ts'
import { benchEsc } from './esc.ts'
import type { Figure } from './figure.ts'
import { benchMainchain } from './mainchain.ts'
import { benchRegistry } from './registry.ts'
import { benchRuntime } from './runtime.ts'

export interface Bench {
  readonly name: string
  readonly run: () => Promise<readonly Figure[]>
}

export const benches: readonly Bench[] = [
  { name: 'start', run: benchCommandLine },
  { name: 'devnet', run: benchDevnet },
  { name: 'esc', run: benchEsc },
  { name: 'mainchain', run: benchMainchain },
  { name: 'edit', run: benchEdit },
  { name: 'did', run: benchDid },
  { name: 'bundle', run: benchBundle },
  { name: 'registry', run: benchRegistry },
  { name: 'runtime', run: benchRuntime },
]
