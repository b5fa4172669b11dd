/**
 * Where running DApps have their sockets and staged files:
 *
 *     /tmp/ela-<uid>/<instance>/owner.json    the process that runs it
 *                               door          socket on which it is asked and stopped
 *                               gate, ctl     sockets of gateway and engine
 *                               files/        verified bytes
 *
 * The path is short because that of a socket must fit into 104 bytes. A process that is killed leaves
 * its folder; the next start takes it away, and what still runs out of it.
 */
import { randomBytes } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { privateFolder } from '../identity/private-file.ts'
import { isAlive, markOf, type ProcessMark } from '../supervisor/process-table.ts'
import { signalGroup } from '../supervisor/supervised-process.ts'
import { RuntimeError } from './errors.ts'
import { endStrays } from './jail/strays.ts'

const OWNER = 'owner.json'
const PRIVATE_FILE = 0o600
const PRIVATE_FOLDER = 0o700
/** A folder without its owner's name is being made, or its maker died while making it. */
const MAKING_MS = 10_000
/** Of `sun_path` on macOS, its final zero included; Linux has 108. */
const SOCKET_PATH_BYTES = 104
const LONGEST_NAME = 'files'.length

interface Owner {
  readonly owner: ProcessMark
  /** The engine, once it runs. */
  readonly engine?: ProcessMark
  /** What the DApp may use, once that is known. */
  readonly memoryMiB?: number
}

export interface RunFolder {
  /** Names the instance: 12 hex digits. */
  readonly id: string
  /** Full path, mode 0700. */
  readonly path: string
  /** Notes how much memory is promised to the DApp. */
  promise(memoryMiB: number): void
  /** Notes the engine, so that whoever finds the folder can end it. */
  ranBy(pid: number): void
  remove(): void
}

/** The folder of all run folders of this user: `ELA_RUN`, or a short path of the system. */
export function runRoot(env: Readonly<Record<string, string | undefined>>): string {
  const named = env['ELA_RUN_FOLDER'] ?? ''
  if (named !== '') return path.resolve(named)
  const short = lstatSync('/tmp', { throwIfNoEntry: false })?.isDirectory() ? '/tmp' : tmpdir()
  return path.join(short, `ela-${process.getuid?.() ?? 'user'}`)
}

/** A new folder. Throws `keys/unsafe` when the root could be somebody else's, `runtime/pathTooLong`. */
export function makeRunFolder(root: string): RunFolder {
  privateFolder(root)
  const id = randomBytes(6).toString('hex')
  const folder = path.join(root, id)
  if (Buffer.byteLength(path.join(folder, 'x'.repeat(LONGEST_NAME))) >= SOCKET_PATH_BYTES) {
    throw RuntimeError.pathTooLong(root)
  }
  mkdirSync(folder, { mode: PRIVATE_FOLDER })
  const owner = markOf(process.pid)
  if (owner === undefined) throw new Error('this process is in no process table')
  let known: Owner = { owner }
  const note = (more: Partial<Owner>) => {
    known = { ...known, ...more }
    writeOwner(folder, known)
  }
  note({})
  return {
    id,
    path: folder,
    promise: (memoryMiB) => note({ memoryMiB }),
    ranBy: (pid) => {
      const engine = markOf(pid)
      if (engine !== undefined) note({ engine })
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

export interface LiveFolder {
  /** Full path. */
  readonly path: string
  readonly memoryMiB: number
}

/** Folders whose process lives. */
export function liveRunFolders(root: string): readonly LiveFolder[] {
  return foldersIn(root).flatMap((folder) => {
    const known = readOwner(folder)
    if (known === undefined || !isAlive(known.owner)) return []
    return [{ path: folder, memoryMiB: known.memoryMiB ?? 0 }]
  })
}

/** Ends what runs without its process, and removes its folders. */
export function removeStaleRunFolders(root: string): void {
  for (const folder of foldersIn(root)) {
    if (stateOf(folder) !== 'stale') continue
    const { engine } = readOwner(folder) ?? {}
    if (engine !== undefined && isAlive(engine)) signalGroup(engine.pid, 'SIGKILL')
    endStrays(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function foldersIn(root: string): readonly string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((one) => one.isDirectory() && /^[0-9a-f]{12}$/.test(one.name))
      .map(({ name }) => path.join(root, name))
  } catch {
    // Nothing ran yet, or it is not ours to look into; making a folder there says which.
    return []
  }
}

function stateOf(folder: string): 'live' | 'stale' | 'making' {
  const known = readOwner(folder)
  if (known !== undefined) return isAlive(known.owner) ? 'live' : 'stale'
  const made = lstatSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return Date.now() - made > MAKING_MS ? 'stale' : 'making'
}

function readOwner(folder: string): Owner | undefined {
  try {
    const value = JSON.parse(readFileSync(path.join(folder, OWNER), 'utf8')) as Partial<Owner>
    return isMark(value.owner) ? { ...value, owner: value.owner } : undefined
  } catch {
    return undefined
  }
}

/** Whole or not at all for readers; after a power cut nothing of it matters. */
function writeOwner(folder: string, value: Owner): void {
  const draft = path.join(folder, `.${OWNER}`)
  writeFileSync(draft, JSON.stringify(value), { mode: PRIVATE_FILE })
  renameSync(draft, path.join(folder, OWNER))
}

function isMark(mark: ProcessMark | undefined): mark is ProcessMark {
  return Number.isSafeInteger(mark?.pid) && typeof mark?.started === 'string'
}
