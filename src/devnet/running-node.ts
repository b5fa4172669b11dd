/** One node of a devnet, from its launch to its end; what it says becomes events and a log. */
import path from 'node:path'
import { messageOf } from '../base/errors.ts'
import { exitCodes } from '../base/exit-codes.ts'
import type { LaunchContext } from '../nodes/kind.ts'
import { parseReport } from '../nodes/report.ts'
import { LogFile } from '../supervisor/log-file.ts'
import { type Backoff, KeptProcess } from '../supervisor/restart.ts'
import type { OnEvent } from './event-hub.ts'
import type { PlannedNode } from './plan.ts'
import { usable } from './state-folder.ts'

/** What our programs print when their ports answer; see `nodes/report.ts`. */
const READY_LINE = JSON.stringify({ report: 'ready' })
const FINAL_CODES = [exitCodes.misused, exitCodes.environment]

export type Entry = Readonly<Record<string, string | number>>

export interface NodeWiring {
  readonly emit: OnEvent
  readonly logFolder: string
  /** Marks everything the node starts as ours. */
  readonly env: Readonly<Record<string, string>>
  /** A process of this node was started, or is ready again. */
  readonly onSpawn: (pid: number) => void
  readonly onReady: () => void
  readonly signal: AbortSignal
  readonly backoff: Backoff | undefined
}

export class RunningNode {
  readonly name: string
  readonly kind: PlannedNode['kind']
  readonly entry: Entry
  readonly #log: LogFile
  readonly #wiring: NodeWiring
  #kept: KeptProcess | undefined

  private constructor(planned: PlannedNode, entry: Entry, wiring: NodeWiring) {
    this.name = planned.instance
    this.kind = planned.kind
    this.entry = entry
    this.#wiring = wiring
    const onFailure = (error: unknown): void => {
      const message = `The log of ${planned.instance} cannot be written: ${messageOf(error)}.`
      wiring.emit({ event: 'notice', message })
    }
    const file = path.join(wiring.logFolder, `${planned.instance}.log`)
    this.#log = usable(wiring.logFolder, () => new LogFile(file, { onFailure }))
  }

  /** Resolves when the node is ready; throws what `usable` and `startProcess` throw. */
  static async start(
    planned: PlannedNode,
    context: LaunchContext,
    wiring: NodeWiring,
  ): Promise<RunningNode> {
    const node = new RunningNode(planned, planned.kind.describe(context), wiring)
    wiring.emit({ event: 'node-starting', node: node.name })
    try {
      node.#kept = await node.#keep(planned, context)
    } catch (error) {
      node.#log.close()
      throw error
    }
    return node
  }

  /** `undefined` while the node does not run. */
  get pid(): number | undefined {
    return this.#kept?.pid
  }

  async restart(): Promise<void> {
    await this.#kept?.restart()
  }

  async stop(): Promise<void> {
    await this.#kept?.stop()
    this.#log.close()
    this.#wiring.emit({ event: 'node-stopped', node: this.name, how: 'stopped' })
  }

  async #keep(planned: PlannedNode, context: LaunchContext): Promise<KeptProcess> {
    const { emit, env, onSpawn, onReady, signal, backoff } = this.#wiring
    const node = this.name
    const spec = planned.kind.launch(context)
    const marked = {
      ...spec,
      cwd: planned.dataDir,
      env: { ...spec.env, ...env },
      readyLine: READY_LINE,
    }
    return await KeptProcess.start(marked, {
      onLine: (stream, line) => this.#hear(stream, line),
      onSpawn,
      onReady: ({ pid }, tookMs) => {
        onReady()
        emit({ event: 'node-ready', node, pid, entry: this.entry, tookMs })
      },
      onRestarting: (how, inMs, attempt) => {
        this.#log.write(`-- after ${how}: starting again in ${inMs} ms --`)
        emit({ event: 'node-restarting', node, how, inMs, attempt })
      },
      onFailed: (message) => {
        this.#log.write(`-- ${message} --`)
        emit({ event: 'node-failed', node, message })
      },
      finalCodes: FINAL_CODES,
      signal,
      ...(backoff === undefined ? {} : { backoff }),
    })
  }

  #hear(stream: 'stdout' | 'stderr', line: string): void {
    const node = this.name
    const said = stream === 'stdout' ? parseReport(line) : undefined
    if (said === undefined) {
      this.#log.write(line)
      this.#wiring.emit({ event: 'log', node, line, at: Date.now() })
    } else if (said.report === 'block') {
      const { height, hash, transactions, time } = said
      this.#log.write(`block ${height} ${hash} with ${transactions} transactions`)
      this.#wiring.emit({ event: 'block', node, height, hash, transactions, time })
    } else if (said.report === 'transaction') {
      this.#log.write(`transaction ${said.id} ${said.summary}`)
      this.#wiring.emit({ event: 'transaction', node, id: said.id, summary: said.summary })
    }
  }
}
