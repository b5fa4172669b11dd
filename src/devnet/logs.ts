/** The logs of a devnet's nodes, read back in the order of time. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemCodeOf } from '../base/errors.ts'
import { LogReader } from '../supervisor/log-reader.ts'
import { DevnetError } from './errors.ts'
import { STATE_FOLDER } from './session.ts'

const SUFFIX = '.log'
const LOOK_EVERY_MS = 100

export interface LoggedLine {
  readonly node: string
  /** ISO 8601. */
  readonly at: string
  readonly line: string
}

/** Names of what has a log in a project: its nodes, and `dapp`. Throws `devnet/logsUnreadable`. */
export function loggedNodes(folder: string): readonly string[] {
  try {
    return readdirSync(logFolder(folder))
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .sort()
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw DevnetError.logsUnreadable(logFolder(folder), error)
  }
}

/** All lines of `nodes`, oldest first. Throws `devnet/logsUnreadable`. */
export function readLogs(folder: string, nodes: readonly string[]): readonly LoggedLine[] {
  const tail = new LogTail(folder)
  try {
    return tail.read(nodes)
  } finally {
    tail.close()
  }
}

/**
 * Calls `onLine` for every line there is, oldest first, and then for every line as it is written,
 * until `signal`. Logs may appear and rotate; no line is left out or told twice. Throws
 * `devnet/logsUnreadable`.
 */
export async function followLogs(
  folder: string,
  nodes: () => readonly string[],
  { onLine, signal }: { readonly onLine: (line: LoggedLine) => void; readonly signal: AbortSignal },
): Promise<void> {
  const tail = new LogTail(folder)
  try {
    while (!signal.aborted) {
      for (const line of tail.read(nodes())) onLine(line)
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
    }
  } finally {
    tail.close()
  }
}

/** Several logs, read on from where they were left. */
class LogTail {
  readonly #folder: string
  readonly #readers = new Map<string, LogReader>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The new lines of `nodes`, oldest first. */
  read(nodes: readonly string[]): readonly LoggedLine[] {
    return nodes
      .flatMap((node) => {
        const reader = this.#readers.get(node) ?? new LogReader(logFile(this.#folder, node))
        this.#readers.set(node, reader)
        return this.#linesOf(reader).flatMap((text) => parseLine(node, text) ?? [])
      })
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  }

  #linesOf(reader: LogReader): readonly string[] {
    try {
      return reader.read()
    } catch (error) {
      throw DevnetError.logsUnreadable(logFolder(this.#folder), error)
    }
  }

  close(): void {
    for (const reader of this.#readers.values()) reader.close()
  }
}

function parseLine(node: string, text: string): LoggedLine | undefined {
  const space = text.indexOf(' ')
  if (space === -1) return undefined
  return { node, at: text.slice(0, space), line: text.slice(space + 1) }
}

function logFolder(folder: string): string {
  return path.join(folder, STATE_FOLDER, 'logs')
}

function logFile(folder: string, node: string): string {
  return path.join(logFolder(folder), `${node}${SUFFIX}`)
}
