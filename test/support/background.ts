/** Programs of ours that run beside a test until they are killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { root } from './ela.ts'

const tsx = import.meta.resolve('tsx')

export interface BackgroundOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export class Background implements AsyncDisposable {
  stdout = ''
  stderr = ''
  readonly pid: number
  /** Exit code, or 128 + the signal's number as shells say it. */
  readonly ended: Promise<number | NodeJS.Signals>
  readonly #child: ChildProcess

  /** @param script path below the repository's root */
  constructor(
    script: string,
    args: readonly string[],
    { cwd = root, env = {} }: BackgroundOptions = {},
  ) {
    this.#child = spawn(process.execPath, ['--import', tsx, path.join(root, script), ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.pid = this.#child.pid ?? 0
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(signal ?? code ?? -1))
    })
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** What a finished program ended with and printed. */
  async transcript(): Promise<{ code: number | NodeJS.Signals; stdout: string; stderr: string }> {
    const closed = new Promise<void>((resolve) => this.#child.once('close', () => resolve()))
    await closed
    return { code: await this.ended, stdout: this.stdout, stderr: this.stderr }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }
}

/** `ela …` from source, as a process of its own. */
export function elaProcess(line: string, options: BackgroundOptions = {}): Background {
  return new Background('src/main.ts', line.split(' '), options)
}
