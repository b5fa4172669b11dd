/** One run of `ela dev`: a devnet, the DApp beside it, and what shows them, until it is stopped. */
import path from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Config } from '../config/config.ts'
import { loadConfig, loadConfigOrDefault } from '../config/load.ts'
import type { Decided } from '../dashboard/approvals.ts'
import { type Dashboard, openDashboard } from '../dashboard/open.ts'
import type { Granted } from '../dashboard/view.ts'
import { type Devnet, startDevnet } from '../devnet/devnet.ts'
import type { DevnetEvent, Intent } from '../devnet/events.ts'
import { devnetAccounts } from '../identity/devnet-accounts.ts'
import type { Dapp } from '../runtime/dapp-options.ts'
import type { DappTalk, RuntimeEvent } from '../runtime/events.ts'
import { startDapp } from '../runtime/host.ts'
import type { SandboxLevel } from '../runtime/instance-status.ts'
import type { Level } from '../runtime/jail/level.ts'
import { stopServices } from '../runtime/placement/brokers.ts'
import { watchFiles } from '../runtime/watch.ts'
import type { Context } from './context.ts'
import { NetworkView } from './dev-networks.ts'
import { projectManifestOf, runtimeOptionsOf } from './dev-service-options.ts'
import { type DevnetFlags, devnetOptionsOf } from './devnet-flags.ts'
import type { OpenWallet } from './wallet-desk.ts'

export interface DevFlags extends DevnetFlags {
  readonly dapp: boolean
  readonly tui: boolean
  /** The account whose wallet answers the intents of DApps; none without it. */
  readonly wallet?: string
  readonly requireLevel?: Level
  readonly audit?: boolean
}

export async function runDev(folder: string, flags: DevFlags, context: Context): Promise<void> {
  const config = await (flags.dapp ? loadConfig(folder) : loadConfigOrDefault(folder))
  const session = new DevSession(config, flags, context)
  try {
    await session.run()
  } finally {
    await session.close()
  }
}

/** By these it is known whether the DApp works. */
const SETTLED: ReadonlySet<string> = new Set(['dapp-ready', 'dapp-ended', 'notice'])

class DevSession {
  #config: Config
  readonly #flags: DevFlags
  readonly #context: Context
  readonly #dashboard: Dashboard
  readonly #networks = new NetworkView()
  /** The user's way to stop from the dashboard; signals are the other. */
  readonly #quit = new AbortController()
  readonly #over: AbortSignal
  #devnet: Devnet | undefined
  #dapp: Dapp | undefined
  #wallet: OpenWallet | undefined
  #stoppingDapp: Promise<void> | undefined
  #walls: SandboxLevel | undefined
  #closers: (() => Promise<void>)[] = []

  constructor(config: Config, flags: DevFlags, context: Context) {
    this.#config = config
    this.#flags = flags
    this.#context = context
    this.#over = AbortSignal.any([context.signal, this.#quit.signal])
    const { printer, stdin, env } = context
    this.#dashboard = openDashboard({
      printer,
      stdin,
      env,
      title: config.name,
      accounts: devnetAccounts().map(({ name, ela, evm, did }) => {
        return { name, ela: ela.address, evm: evm.address, did: did.did }
      }),
      tui: flags.tui,
      onIntent: (intent) => void this.#perform(intent),
    })
  }

  /** Resolves when it is over, however it came to that. */
  async run(): Promise<void> {
    let devnet: Devnet
    try {
      devnet = await startDevnet(
        {
          ...devnetOptionsOf(this.#flags, this.#config),
          signal: this.#over,
          watchHealth: true,
        },
        (event) => this.#onDevnet(event),
      )
    } catch (error) {
      // Given up by the user while it started: no failure.
      if (this.#over.aborted) return
      throw error
    }
    this.#devnet = devnet
    this.#networks.devnet = devnet
    if (this.#flags.wallet !== undefined) await this.#openWallet(this.#flags.wallet)
    const url = this.#flags.dapp ? await this.#startDapp(devnet) : undefined
    if (!this.#over.aborted) this.#answer(devnet, url)
    await Promise.race([devnet.stopped, whenAborted(this.#over)])
  }

  async close(): Promise<void> {
    await this.#stopDapp()
    await this.#wallet?.[Symbol.asyncDispose]()
    for (const close of this.#closers) await close()
    await this.#devnet?.stop()
    await this.#dashboard.close()
  }

  /** Resolves with the DApp's address as soon as it works, or is known not to. */
  async #startDapp(devnet: Devnet): Promise<string | undefined> {
    const { folder, file, name, kind, entry, dapp } = this.#config
    const guest = devnet.adopt({ restart: async () => this.#dapp?.restart() })
    let settled = () => {}
    const outcome = new Promise<void>((resolve) => {
      settled = resolve
    })
    const onEvent = (event: RuntimeEvent | DappTalk) => {
      if (event.event === 'log') {
        guest.log(event.line)
        return
      }
      this.#dashboard.show(event)
      if (event.event === 'dapp-ready') this.#walls = event.level
      if (SETTLED.has(event.event)) settled()
    }
    const env = { ...devnet.guestEnvironment, ...dapp.env }
    const networks = () => this.#networks.now()
    const strictPorts = this.#flags.strictPorts === true
    const runtime = this.#runtimeOptions(devnet, onEvent)
    this.#closers.push(() => stopServices(runtime.world))
    const options = { ...dapp, name, kind, folder, entry, env, networks, strictPorts, runtime }
    this.#dapp = await startDapp(options, onEvent)
    if (file !== undefined) await this.#watchConfig(file)
    await Promise.race([outcome, whenAborted(this.#over)])
    return this.#dapp.url
  }

  async #openWallet(account: string): Promise<void> {
    const { openDevWallet } = await import('./dev-wallet.ts')
    const { folder } = this.#config
    this.#wallet = await openDevWallet({ ...this.#context, cwd: folder }, account)
    this.#wallet.desk.subscribe((event) => this.#dashboard.show(event))
    const message = `${this.#wallet.account}'s wallet answers intents at ${this.#wallet.url}`
    this.#dashboard.show({ event: 'notice', message })
  }

  #runtimeOptions(devnet: Devnet, onEvent: (event: RuntimeEvent | DappTalk) => void) {
    const options = runtimeOptionsOf(this.#config, {
      context: this.#context,
      devnet,
      desk: this.#wallet?.desk,
      level: this.#flags.requireLevel,
      canAsk: this.#dashboard.canAsk,
      audit: this.#flags.audit === true,
      onEvent,
    })
    const unused = Object.keys(this.#config.dapp.env)
    if (unused.length > 0) {
      const message = `A DApp has no environment: \`dapp.env\` (${unused.join(', ')}) is not given to it.`
      this.#dashboard.show({ event: 'notice', message })
    }
    return options
  }

  async #watchConfig(file: string): Promise<void> {
    const notice = (message: string) => this.#dashboard.show({ event: 'notice', message })
    const watching = await watchFiles({
      paths: [file],
      ignore: [],
      onChange: () => void this.#configChanged(file).catch((error) => notice(messageOf(error))),
      onError: (error) => notice(`Watching the config failed: ${messageOf(error)}.`),
    })
    this.#closers.push(() => watching.close())
  }

  /** What its manifest asks for is used at once; the devnet's part only by the next \`ela dev\`. */
  async #configChanged(file: string): Promise<void> {
    const { folder, bundle } = this.#config
    const fresh = await loadConfig(folder)
    const before = JSON.stringify({ ...this.#config, bundle: {} })
    if (this.#dapp?.change === undefined || JSON.stringify({ ...fresh, bundle: {} }) !== before) {
      const message = `\`${path.basename(file)}\` has changed: start \`ela dev\` again to use all of it.`
      this.#dashboard.show({ event: 'notice', message })
    }
    if (JSON.stringify(fresh.bundle) === JSON.stringify(bundle)) return
    this.#config = { ...this.#config, bundle: fresh.bundle }
    await this.#dapp?.change?.(projectManifestOf(this.#config, this.#context))
  }

  #onDevnet(event: DevnetEvent): void {
    this.#networks.note(event)
    this.#dashboard.show(event)
    // Before the devnet ends all that carries its mark: the DApp is to end by itself.
    if (event.event === 'devnet-stopping') void this.#stopDapp()
  }

  async #stopDapp(): Promise<void> {
    this.#stoppingDapp ??= this.#dapp?.stop()
    await this.#stoppingDapp
  }

  async #perform(intent: Intent | Decided | Granted): Promise<void> {
    if (intent.intent === 'stop') {
      this.#quit.abort()
      return
    }
    try {
      if (intent.intent === 'decide') this.#wallet?.desk.decide(intent.id, intent.decision)
      else if (intent.intent === 'grant') await this.#dapp?.answer?.(intent.id, intent.answer)
      else await this.#devnet?.perform(intent)
    } catch (error) {
      this.#dashboard.show({ event: 'notice', message: messageOf(error) })
    }
  }

  /** For programs that wait until all is up. People on a terminal see it already. */
  #answer(devnet: Devnet, url: string | undefined): void {
    const { printer } = this.#context
    const { name, folder } = this.#config
    const { nodes, environment, accounts } = devnet.session
    const wallet = this.#wallet?.url ?? null
    const shown = { nodes, environment, accounts }
    const data = { name, folder, dapp: url ?? null, level: this.#walls ?? null, wallet, ...shown }
    const isTerminal = printer.options.stdout.isTTY === true
    printer.answer('dev', data, () => (isTerminal ? '' : (url ?? '')))
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
