/** The gateway of a page in work: anew when the project asks for something else. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseWishes } from '../../bundle/capabilities/index.ts'
import type { RuntimeOptions } from '../dapp-options.ts'
import { DevGrants } from '../dev-grants.ts'
import type { GrantAnswer, OnRuntimeEvent } from '../events.ts'
import { limitsOf } from '../gate/runnable.ts'
import type { GatewayAddress } from '../gateway/gateway-client.ts'
import { type Gateway, openGateway } from '../gateway/open-gateway.ts'
import { grantFileIn } from '../grants/grant-file.ts'
import { makeRunFolder, type RunFolder, removeStaleRunFolders } from '../run-folders.ts'
import { identityOf, type ProjectManifest } from '../unsigned.ts'

const PRIVATE_FOLDER = 0o700
const TOKEN_BYTES = 32

export class DevGateway {
  readonly #options: RuntimeOptions
  readonly #onEvent: OnRuntimeEvent
  /** Holds socket and storage of this session; whoever finds it later takes it away. */
  readonly #folder: RunFolder
  readonly #state: string
  readonly #grants: DevGrants
  #gateway: Gateway | undefined
  #address: GatewayAddress = { socket: '', token: '' }
  #opened = 0

  constructor(options: RuntimeOptions, onEvent: OnRuntimeEvent) {
    this.#options = options
    this.#onEvent = onEvent
    removeStaleRunFolders(options.runRoot)
    this.#folder = makeRunFolder(options.runRoot)
    this.#state = path.join(this.#folder.path, 'state')
    mkdirSync(this.#state, { mode: PRIVATE_FOLDER })
    const grants = { file: grantFileIn(this.#state), now: options.world.now }
    this.#grants = new DevGrants(grants, options.canAsk, onEvent)
  }

  /** Where the page's calls go now. */
  get address(): GatewayAddress {
    return this.#address
  }

  /** Opens it as the manifest says. Throws `bundle/badCapability`; what was open stays then. */
  async open(manifest: ProjectManifest): Promise<void> {
    const { capabilities } = manifest
    const wishes = parseWishes(capabilities)
    const identity = identityOf(manifest)
    const { id } = this.#folder
    const desk = await this.#grants.open({ identity, instance: id, asked: capabilities })
    this.#opened += 1
    const address = {
      socket: path.join(this.#folder.path, `gate${this.#opened}`),
      token: randomBytes(TOKEN_BYTES).toString('base64url'),
    }
    const { world, audit } = this.#options
    const old = this.#gateway
    this.#gateway = await openGateway({
      ...{ instance: id, identity, wishes, grants: desk, audit, ...address },
      limits: limitsOf({ value: { capabilities } }),
      world: { ...world, stateFolder: this.#state },
      // Its author is told by the refusals themselves, and nothing is to be ended.
      onAbuse: (why) => this.#onEvent({ event: 'notice', message: `The page makes ${why}.` }),
    })
    this.#address = address
    this.#onEvent({ event: 'dapp-granted', granted: desk.granted, denied: desk.denied })
    await old?.close()
  }

  answer(id: string, answer: GrantAnswer): Promise<void> {
    return this.#grants.answer(id, answer)
  }

  async close(): Promise<void> {
    await this.#gateway?.close()
    this.#folder.remove()
  }
}
