/** Runs a command line and gives back the whole transcript: exit code, stdout, stderr. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { Readable } from 'node:stream'
import { run } from '../../src/cli.ts'

export interface Transcript {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ElaOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** What is piped in. */
  readonly stdin?: string
  /** Whether the three streams pretend to be a terminal. */
  readonly tty?: boolean
}

/** The repository's root. */
export const root = path.resolve(import.meta.dirname, '../..')

/** Words of a command line; double quotes keep spaces together. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

/** Runs `ela` in this process: quick, for everything but processes and signals. */
export async function ela(
  line: string | readonly string[],
  options: ElaOptions = {},
): Promise<Transcript> {
  let stdout = ''
  let stderr = ''
  const code = await run(typeof line === 'string' ? words(line) : line, {
    stdout: { write: (text) => (stdout += text), isTTY: options.tty },
    stderr: { write: (text) => (stderr += text), isTTY: options.tty },
    stdin: Object.assign(Readable.from(options.stdin === undefined ? [] : [options.stdin]), {
      isTTY: options.tty ?? false,
    }),
    env: options.env ?? {},
    cwd: options.cwd ?? root,
    signal: options.signal ?? new AbortController().signal,
  })
  return { code, stdout, stderr }
}

/** Runs the built `bin/ela.js` as a user's shell would. */
export async function elaBuilt(
  line: string | readonly string[],
  options: ElaOptions = {},
): Promise<Transcript> {
  const child = spawn(
    process.execPath,
    [path.join(root, 'bin/ela.js'), ...(typeof line === 'string' ? words(line) : line)],
    {
      cwd: options.cwd ?? root,
      env: { PATH: process.env['PATH'] ?? '', HOME: options.cwd ?? root, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve(status ?? (signal === null ? -1 : 128)))
  })
  return { code, stdout, stderr }
}
