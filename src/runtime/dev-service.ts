/** A service in work: the same runtime as for a release, unsigned, and anew after every edit. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { ElaError, messageOf, systemCodeOf } from '../base/errors.ts'
import { type DappCompiler, openDappCompiler } from '../build/compile-dapp.ts'
import { outputsOf } from '../build/dapp-entry.ts'
import type { Dapp, DappOptions } from './dapp-options.ts'
import { DevGrants } from './dev-grants.ts'
import { sinceEdit } from './edit-time.ts'
import type { GrantAnswer, OnRuntimeEvent } from './events.ts'
import { grantFileIn } from './grants/grant-file.ts'
import type { Instance } from './instance.ts'
import { findLevel, requireLevel } from './jail/find-level.ts'
import type { Level } from './jail/level.ts'
import { type InstanceWish, openInstance } from './open-instance.ts'
import { findPort, sayMovedPort } from './port.ts'
import { makeRunFolder, type RunFolder, removeStaleRunFolders } from './run-folders.ts'
import { type ProjectManifest, stageUnsigned } from './unsigned.ts'
import { isBelow, type Watching, watchFiles } from './watch.ts'

const PRIVATE_FOLDER = 0o700
/** Nothing is asked of a chain: only the staged files and the engine are looked at. */
const LOOK_EVERY_MS = 5_000

/** Throws `runtime/portBusy`, `runtime/portForbidden`, `runtime/levelTooLow`. */
export async function startDevService(
  options: DappOptions,
  onEvent: OnRuntimeEvent,
): Promise<Dapp> {
  const began = performance.now()
  const { runRoot, requiredLevel } = options.runtime
  removeStaleRunFolders(runRoot)
  const [found, port] = await Promise.all([findLevel(), findPort(options)])
  if (requiredLevel !== undefined) requireLevel(found, requiredLevel)
  sayMovedPort(options, port, onEvent)
  const service = new DevService(options, { level: found.level, port, onEvent })
  await service.start(began)
  return service
}

interface Surroundings {
  readonly level: Level
  readonly port: number
  readonly onEvent: OnRuntimeEvent
}

class DevService implements Dapp {
  readonly url: string
  readonly #options: DappOptions
  readonly #around: Surroundings
  readonly #onEvent: OnRuntimeEvent
  readonly #grants: DevGrants
  /** Holds the storage of this session; whoever finds it later takes it away. */
  readonly #session: RunFolder
  readonly #state: string
  readonly #compiler: DappCompiler
  #manifest: ProjectManifest
  #watching: Watching | undefined
  #running: Instance | undefined
  #inputs: readonly string[] = []
  #stopped = false
  /** The replacement under way, and whether something changed since it began. */
  #replacing: Promise<void> | undefined
  #again: (() => number) | undefined

  constructor(options: DappOptions, around: Surroundings) {
    const { folder, entry, runtime } = options
    this.#options = options
    this.#around = around
    this.#onEvent = around.onEvent
    this.#manifest = runtime.manifest
    this.#session = makeRunFolder(runtime.runRoot)
    this.#state = path.join(this.#session.path, 'state')
    mkdirSync(this.#state, { mode: PRIVATE_FOLDER })
    const grants = { file: grantFileIn(this.#state), now: runtime.world.now }
    this.#grants = new DevGrants(grants, runtime.canAsk, around.onEvent)
    this.url = `http://127.0.0.1:${around.port}/`
    this.#compiler = openDappCompiler(folder, entry)
  }

  async start(began: number): Promise<void> {
    this.#watching = await watchFiles({
      paths: [this.#options.folder],
      ignore: [...this.#options.ignore, ...outputsOf(this.#options.folder, this.#options.entry)],
      onChange: (files) => this.#changed(files),
      onError: (error) => this.#notice(`Watching the files failed: ${messageOf(error)}.`),
    })
    // Whether it works is told by events: a service that does not must not hold up the devnet.
    void this.#replaceFor(() => performance.now() - began)
  }

  restart(): Promise<void> {
    const began = performance.now()
    return this.#replaceFor(() => performance.now() - began)
  }

  /** The project's config was changed. */
  async change(manifest: ProjectManifest): Promise<void> {
    this.#manifest = manifest
    await this.restart()
  }

  answer(id: string, answer: GrantAnswer): Promise<void> {
    return this.#grants.answer(id, answer)
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    await this.#watching?.close()
    await this.#replacing
    await this.#running?.stop('`ela dev` ends')
    await this.#compiler.close()
    this.#session.remove()
  }

  #changed(files: readonly string[]): void {
    const { folder, watch } = this.#options
    const matters = (file: string) =>
      this.#inputs.includes(file) || watch.some((one) => isBelow(file, one))
    // What is down may be missing a file nobody knows of yet, so any change is worth a try.
    if (this.#stopped || !(this.#running === undefined || files.some(matters))) return
    this.#onEvent({
      event: 'dapp-changed',
      files: files.map((file) => path.relative(folder, file)),
    })
    const known = sinceEdit(files)
    const heard = performance.now()
    void this.#replaceFor(() => known + performance.now() - heard)
  }

  /** One replacement at a time; what changes during one is in the next, however often it changed. */
  #replaceFor(tookMs: () => number): Promise<void> {
    if (this.#replacing !== undefined) {
      this.#again = tookMs
      return this.#replacing
    }
    this.#replacing = this.#replaceUntilSettled(tookMs).finally(() => {
      this.#replacing = undefined
    })
    return this.#replacing
  }

  async #replaceUntilSettled(tookMs: () => number): Promise<void> {
    await this.#replace(tookMs)
    while (this.#again !== undefined && !this.#stopped) {
      const next = this.#again
      this.#again = undefined
      await this.#replace(next)
    }
  }

  async #replace(tookMs: () => number): Promise<void> {
    const folder = makeRunFolder(this.#options.runtime.runRoot)
    try {
      const compiled = await this.#compiler.compile()
      this.#inputs = compiled.inputs
      const admitted = stageUnsigned(compiled, this.#manifest, path.join(folder.path, 'files'))
      const { identity } = admitted.staged
      const holder = { identity, instance: folder.id, asked: admitted.capabilities }
      const grants = await this.#grants.open(holder)
      const old = this.#running
      this.#running = undefined
      await old?.stop('a newer version of it starts')
      if (this.#stopped) folder.remove()
      else await this.#open({ folder, admitted, grants }, tookMs)
    } catch (error) {
      folder.remove()
      this.#explain(error)
    }
  }

  async #open(
    { folder, admitted, grants }: Pick<InstanceWish, 'folder' | 'admitted' | 'grants'>,
    tookMs: () => number,
  ): Promise<void> {
    const { level, port } = this.#around
    const { world, audit } = this.#options.runtime
    const { name, version, app, publisher } = this.#manifest
    const { id } = folder
    const who = { instance: id, name, version, app, publisher, bundleId: undefined }
    const trust = { signature: 'unsigned', signers: [], warnings: [] } as const
    this.#onEvent({ event: 'dapp-admitted', ...who, ...trust })
    const instance = await openInstance(
      {
        ...{ folder, admitted, grants, level, port, audit },
        world: { ...world, stateFolder: this.#state },
        pollMs: LOOK_EVERY_MS,
        watch: undefined,
        deny: undefined,
        restarts: false,
        onEvent: this.#onEvent,
      },
      tookMs,
    )
    this.#running = instance
    void instance.ended.then(() => {
      if (this.#running === instance) this.#running = undefined
    })
  }

  #explain(error: unknown): void {
    if (!(error instanceof ElaError) && systemCodeOf(error) === undefined) throw error
    const meanwhile = this.#running === undefined ? '' : ' The version before it runs on.'
    const hint = error instanceof ElaError ? error.hint : undefined
    this.#onEvent({
      event: 'notice',
      message: `${messageOf(error)}${meanwhile}`,
      ...(hint === undefined ? {} : { hint }),
    })
  }

  #notice(message: string): void {
    this.#onEvent({ event: 'notice', message })
  }
}
