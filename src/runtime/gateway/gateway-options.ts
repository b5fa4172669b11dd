/** What a gateway is opened with. */
import type { Wishes } from '../../bundle/capabilities/index.ts'
import type { Capability } from '../capabilities/kind.ts'
import type { DappIdentity, Limits } from '../staged-dapp.ts'
import type { RuntimeWorld } from '../world.ts'
import type { AuditEntry } from './audit.ts'
import type { GrantDoor } from './checks.ts'

export interface GatewayOptions {
  /** Id of the instance. */
  readonly instance: string
  /** Full path of the socket to make, in a folder of mode 0700. */
  readonly socket: string
  /** What the engine sends as `x-ela-token`: 256 random bits as text. */
  readonly token: string
  readonly identity: DappIdentity
  readonly limits: Limits
  /** What the manifest asks for. */
  readonly wishes: Wishes
  readonly grants: GrantDoor
  readonly world: RuntimeWorld
  /** Hears of every decision, once. */
  readonly audit: (entry: AuditEntry) => void
  /** Called once, when the instance keeps trying what it may not. */
  readonly onAbuse: (why: string) => void
  /** All there are, when left out. */
  readonly registry?: Readonly<Record<string, Capability>>
}
