/** The logs of a devnet's nodes, read back in the order of time. */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemCodeOf } from '../base/errors.ts'
import { LineSplitter } from '../supervisor/lines.ts'
import { logFilesOf } from '../supervisor/log-file.ts'
import { STATE_FOLDER } from './session.ts'

const SUFFIX = '.log'
const LOOK_EVERY_MS = 100
const CHUNK_BYTES = 64 * 1024

export interface LoggedLine {
  readonly node: string
  /** ISO 8601. */
  readonly at: string
  readonly line: string
}

/** Names of what has a log in a project: its nodes, and `dapp`. */
export function loggedNodes(folder: string): readonly string[] {
  try {
    return readdirSync(logFolder(folder))
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .sort()
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** All lines of `nodes`, oldest first. */
export function readLogs(folder: string, nodes: readonly string[]): LoggedLine[] {
  return nodes
    .flatMap((node) =>
      logFilesOf(logFile(folder, node)).flatMap((file) =>
        readIfThere(file)
          .split('\n')
          .flatMap((text) => parseLine(node, text) ?? []),
      ),
    )
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

/** Calls `onLine` for every line written from now on, until `signal`; logs may appear and rotate. */
export async function followLogs(
  folder: string,
  nodes: () => readonly string[],
  { onLine, signal }: { readonly onLine: (line: LoggedLine) => void; readonly signal: AbortSignal },
): Promise<void> {
  const followed = new Map(
    nodes().map((node) => [node, new Follower(logFile(folder, node), 'end')]),
  )
  while (!signal.aborted) {
    for (const node of nodes()) {
      const follower = followed.get(node) ?? new Follower(logFile(folder, node), 'start')
      followed.set(node, follower)
      for (const text of follower.read()) {
        const line = parseLine(node, text)
        if (line !== undefined) onLine(line)
      }
    }
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
  }
  for (const follower of followed.values()) follower.close()
}

/** Reads what was added to a file since the last time, also across its rotation. */
class Follower {
  readonly #file: string
  readonly #lines: string[] = []
  readonly #splitter = new LineSplitter((line) => void this.#lines.push(line))
  #handle: number | undefined
  #inode = 0
  #at = 0

  constructor(file: string, from: 'start' | 'end') {
    this.#file = file
    this.#open()
    if (this.#handle !== undefined && from === 'end') this.#at = fstatSync(this.#handle).size
  }

  read(): string[] {
    this.#drain()
    const before = this.#handle
    this.#open()
    if (this.#handle !== before) this.#drain()
    return this.#lines.splice(0)
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle)
    this.#handle = undefined
  }

  /** Opens the file of this name, unless it is the one that is open already. */
  #open(): void {
    let fresh: number
    try {
      fresh = openSync(this.#file, 'r')
    } catch {
      return
    }
    const { ino } = fstatSync(fresh)
    if (this.#handle !== undefined && ino === this.#inode) {
      closeSync(fresh)
      return
    }
    this.close()
    this.#handle = fresh
    this.#inode = ino
    this.#at = 0
  }

  #drain(): void {
    if (this.#handle === undefined) return
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (;;) {
      const length = readSync(this.#handle, chunk, 0, chunk.length, this.#at)
      if (length === 0) return
      this.#at += length
      this.#splitter.write(chunk.subarray(0, length))
    }
  }
}

function parseLine(node: string, text: string): LoggedLine | undefined {
  const space = text.indexOf(' ')
  if (space === -1) return undefined
  return { node, at: text.slice(0, space), line: text.slice(space + 1) }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return ''
    throw error
  }
}

function logFolder(folder: string): string {
  return path.join(folder, STATE_FOLDER, 'logs')
}

function logFile(folder: string, node: string): string {
  return path.join(logFolder(folder), `${node}${SUFFIX}`)
}
