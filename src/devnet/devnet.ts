/** A whole local Elastos: started in order, watched, steered and stopped as one. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { ContentServer } from '../bundle/content/server.ts'
import type { LaunchContext } from '../nodes/kind.ts'
import { LogFile } from '../supervisor/log-file.ts'
import { markOf } from '../supervisor/process-table.ts'
import { type Reaper, RUN_MARK, startReaper } from '../supervisor/reaper.ts'
import { type AdminPort, openAdminPort } from './admin.ts'
import { openContent } from './content.ts'
import { EventHub, type OnEvent } from './event-hub.ts'
import type { DevnetEvent, Intent } from './events.ts'
import { watchHealth } from './health.ts'
import { cleanUp, endMarked, FOLDER_MARK, forgetProcesses, rememberProcesses } from './leftovers.ts'
import { type DevnetOptions, type Settings, settingsOf } from './options.ts'
import { type Guest, performIntent } from './perform.ts'
import { chooseKinds, type PlannedNode, planNodes, planPorts } from './plan.ts'
import { type ChosenPorts, choosePorts } from './ports.ts'
import { RunningNode } from './running-node.ts'
import { type Session, sessionFile, writeSession } from './session.ts'
import { environmentOf, sessionOf } from './session-of.ts'
import { startInOrder } from './start-order.ts'
import { openStateFolder, type StateFolder, usable } from './state-folder.ts'

/**
 * Starts a devnet in `options.folder` and resolves when every node answers.
 *
 * Throws what `openStateFolder`, `choosePorts` and `startProcess` throw; nothing runs then.
 */
export async function startDevnet(options: DevnetOptions, onEvent: OnEvent): Promise<Devnet> {
  return await Devnet.start(await settingsOf(options), onEvent)
}

export class Devnet {
  /** Resolves when the devnet is gone, whoever asked for it. */
  readonly stopped: Promise<void>
  readonly #settings: Settings
  readonly #hub = new EventHub()
  readonly #run = randomBytes(8).toString('hex')
  readonly #token = randomBytes(24).toString('hex')
  readonly #startedAt = new Date().toISOString()
  readonly #givenUp = new AbortController()
  readonly #planned: readonly PlannedNode[]
  readonly #pids = new Map<string, number>()
  readonly #state: StateFolder
  #nodes: readonly RunningNode[] = []
  #ports: ChosenPorts | undefined
  #reaper: Reaper | undefined
  #admin: AdminPort | undefined
  #store: ContentServer | undefined
  #session: Session | undefined
  #published = false
  #guest: Guest | undefined
  #guestLog: LogFile | undefined
  #watchers = 0
  #endWatch: (() => void) | undefined
  #ending: Promise<void> | undefined
  #markStopped: () => void = () => {}

  private constructor(settings: Settings, onEvent: OnEvent) {
    this.#settings = settings
    this.#hub.listen(onEvent)
    this.stopped = new Promise((resolve) => {
      this.#markStopped = resolve
    })
    const { folder, reset, profile, genesis, kinds, only } = settings
    const chosen = chooseKinds(kinds, only)
    this.#state = openStateFolder({ folder, reset, profile, genesis })
    this.#planned = planNodes(chosen, this.#state.path)
  }

  static async start(settings: Settings, onEvent: OnEvent): Promise<Devnet> {
    const began = performance.now()
    const devnet = new Devnet(settings, onEvent)
    try {
      await devnet.#start()
    } catch (error) {
      await devnet.stop()
      throw error
    }
    devnet.#emit({ event: 'devnet-ready', tookMs: Math.round(performance.now() - began) })
    return devnet
  }

  get session(): Session {
    if (this.#session === undefined) throw new Error('a devnet that is not ready has no session')
    return this.#session
  }

  /**
   * The environment of a program that must not outlive this devnet: what the session says, and the
   * marks by which it and its children are found, also after this process was killed.
   */
  get guestEnvironment(): Readonly<Record<string, string>> {
    return { ...this.session.environment, ...this.#marks }
  }

  /** Listens from now on; returns how to stop. `startDevnet`'s own listener hears everything. */
  listen(onEvent: OnEvent): () => void {
    return this.#hub.listen(onEvent)
  }

  /**
   * Lets the DApp be restarted from outside, and keeps its log beside those of the nodes. Throws
   * `devnet/folderUnusable`.
   */
  adopt(guest: Guest): { readonly log: (line: string) => void } {
    this.#guest = guest
    const logs = path.join(this.#state.path, 'logs')
    this.#guestLog ??= usable(logs, () => new LogFile(path.join(logs, 'dapp.log')))
    return {
      log: (line) => {
        this.#guestLog?.write(line)
        this.#emit({ event: 'log', node: 'dapp', line, at: Date.now() })
      },
    }
  }

  /** Throws what `performIntent` throws. */
  async perform(intent: Intent): Promise<void> {
    const nodes = this.#nodes
    await performIntent(intent, { nodes, guest: this.#guest, stop: () => this.stop() })
  }

  /** Ends every process, keeps the state. May be called at any time and more than once. */
  async stop(): Promise<void> {
    this.#ending ??= this.#end()
    await this.#ending
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #start(): Promise<void> {
    const { folder, kinds, ports, strictPorts, signal } = this.#settings
    const names = this.#planned.map(({ instance }) => instance)
    this.#emit({ event: 'devnet-starting', folder, nodes: names })
    if (this.#state.crashed) {
      this.#emit({ event: 'notice', message: await cleanUp(this.#state.path) })
    }
    const request = { all: planPorts(kinds), instances: names, wish: ports, strict: strictPorts }
    this.#ports = await choosePorts({ ...request, folder })
    for (const { instance: node, name: port, ...rest } of this.#ports.moved) {
      this.#emit({ event: 'port-moved', node, port, ...rest })
    }
    this.#reaper = startReaper(this.#run)
    const giveUp = AbortSignal.any([
      this.#givenUp.signal,
      ...(signal === undefined ? [] : [signal]),
    ])
    const admin = this.#openAdmin()
    const store = openContent(this.#state.path)
    try {
      this.#nodes = await startInOrder(
        this.#planned,
        (planned) => this.#startNode(planned, giveUp),
        () => this.#givenUp.abort(),
      )
    } finally {
      this.#admin = await admin
      this.#store = await store
    }
    this.#publish()
    if (this.#settings.watchHealth) this.#watch()
  }

  async #startNode(planned: PlannedNode, signal: AbortSignal): Promise<RunningNode> {
    usable(this.#state.path, () => mkdirSync(planned.dataDir, { recursive: true }))
    const node = await RunningNode.start(planned, this.#contextOf(planned), {
      emit: (event) => this.#emit(event),
      logFolder: path.join(this.#state.path, 'logs'),
      env: this.#marks,
      onSpawn: (pid) => this.#remember(planned.instance, pid),
      onReady: () => this.#publish(),
      signal,
      backoff: this.#settings.backoff,
    })
    // Kept at once: when another node fails, this one must be stopped.
    this.#nodes = [...this.#nodes, node]
    return node
  }

  get #marks(): Readonly<Record<string, string>> {
    return { [RUN_MARK]: this.#run, [FOLDER_MARK]: this.#state.path }
  }

  #contextOf({ kind, instance, dataDir }: PlannedNode): LaunchContext {
    const { profile, mining, genesis, nodeOptions } = this.#settings
    const portOf = (of: string, name: string): number => {
      if (this.#ports === undefined) throw new Error('ports are chosen before nodes are described')
      return this.#ports.portOf(of, name)
    }
    const port = (name: string): number => portOf(instance, name)
    const options = nodeOptions[kind.name] ?? {}
    return { instance, dataDir, profile, mining, genesis, port, portOf, options }
  }

  async #openAdmin(): Promise<AdminPort> {
    return await openAdminPort({
      token: this.#token,
      status: () => ({ ...this.session, adminToken: undefined }),
      recent: () => this.#hub.recent,
      listen: (listener) => this.#hub.listen(listener),
      perform: (intent) => this.perform(intent),
      watched: () => this.#watch(),
    })
  }

  /** Before anything can go wrong with it, a new process is known to whoever must end it. */
  #remember(instance: string, pid: number): void {
    this.#pids.set(instance, pid)
    const pids = [...this.#pids.values()]
    this.#reaper?.tell(pids)
    this.#attempt(() => rememberProcesses(this.#state.path, pids))
  }

  /** Writes the session file, once all is ready and again when a pid in it has changed. */
  #publish(): void {
    const { folder, profile, accounts } = this.#settings
    const own = markOf(process.pid)
    const store = this.#store?.url
    if (this.#admin === undefined || store === undefined || own === undefined) return
    if (this.#ending !== undefined) return
    this.#session = sessionOf({
      ...own,
      startedAt: this.#startedAt,
      folder,
      profile,
      accounts,
      environment: environmentOf({ folder, store }, this.#planned, (one) => this.#contextOf(one)),
      store,
      admin: this.#admin.url,
      adminToken: this.#token,
      running: this.#nodes,
    })
    const session = this.#session
    const write = (): void => writeSession(sessionFile(folder), session)
    if (this.#published) this.#attempt(write)
    else usable(this.#state.path, write)
    this.#published = true
  }

  /** Writes or removes a file of a devnet that goes on, or must end, whatever its disk allows. */
  #attempt(change: () => void): void {
    try {
      change()
    } catch (error) {
      this.#emit({ event: 'notice', message: `The devnet's folder: ${messageOf(error)}.` })
    }
  }

  /** Health is asked for while at least one wants to know; returns how to want no longer. */
  #watch(): () => void {
    this.#watchers += 1
    const emit: OnEvent = (event) => this.#emit(event)
    this.#endWatch ??= watchHealth(() => this.#nodes, emit)
    let leaving = false
    return () => {
      if (leaving) return
      leaving = true
      this.#watchers -= 1
      if (this.#watchers > 0) return
      this.#endWatch?.()
      this.#endWatch = undefined
    }
  }

  async #end(): Promise<void> {
    this.#emit({ event: 'devnet-stopping' })
    this.#givenUp.abort()
    this.#endWatch?.()
    this.#attempt(() => rmSync(sessionFile(this.#settings.folder), { force: true }))
    await Promise.all(this.#nodes.map((node) => node.stop()))
    await endMarked(RUN_MARK, this.#run)
    this.#attempt(() => forgetProcesses(this.#state.path))
    await this.#reaper?.rest()
    this.#guestLog?.close()
    this.#ports?.release()
    this.#attempt(() => this.#state.release())
    this.#emit({ event: 'devnet-stopped' })
    await this.#store?.[Symbol.asyncDispose]()
    await this.#admin?.close()
    this.#markStopped()
  }

  #emit(event: DevnetEvent): void {
    this.#hub.emit(event)
  }
}
