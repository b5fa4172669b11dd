/** Every kind of node that can be started. A new kind is one line here. */
import { carrier } from './carrier/kind.ts'
import { eid } from './eid/kind.ts'
import { esc } from './esc/kind.ts'
import type { NodeKind } from './kind.ts'
import { mainchain } from './mainchain/kind.ts'

export const nodeKinds: readonly NodeKind[] = [mainchain, esc, eid, carrier]
