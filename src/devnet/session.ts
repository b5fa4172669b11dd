/** `.ela/session.json`: how other programs find a running devnet. Part of the command-line contract. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { messageOf, systemCodeOf } from '../base/errors.ts'
import type { Profile } from '../nodes/kind.ts'
import { holderOf, isAbandoned, type LockHolder } from '../supervisor/lock.ts'
import { isAlive, type ProcessMark } from '../supervisor/process-table.ts'
import { DevnetError } from './errors.ts'

export const STATE_FOLDER = '.ela'
const SESSION_FILE = 'session.json'
const LOCK_FILE = 'devnet.lock'
const OWNER_ONLY = 0o600

/** One process of a devnet: what its kind's `describe` says, and its pid. */
export type NodeEntry = Readonly<Record<string, string | number>> & { readonly pid: number }

export interface SessionAccount {
  readonly name: string
  readonly ela: string
  readonly evm: string
  readonly did: string
}

export interface Session {
  readonly schema: 'ela/session@1'
  readonly pid: number
  /** With `pid` the `ProcessMark` of the supervisor. */
  readonly started: string
  /** ISO 8601. */
  readonly startedAt: string
  /** The project the devnet belongs to. */
  readonly folder: string
  readonly profile: Profile
  /** By kind: one entry, or a list for kinds that run as several processes (`carrier`). */
  readonly nodes: Readonly<Record<string, NodeEntry | readonly NodeEntry[]>>
  readonly accounts: readonly SessionAccount[]
  /** What DApps and `ela exec` get: `ESC_RPC_URL` and so on, `ELA_SESSION` included. */
  readonly environment: Readonly<Record<string, string>>
  /** Base URL of the content store: Kubo's RPC and a gateway. Absent in sessions of bare nodes. */
  readonly store?: string
  /** Base URL of the admin port. */
  readonly admin: string
  readonly adminToken: string
}

export interface Whereabouts {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The session of the devnet that is meant: the one `ELA_SESSION` names, or else the nearest
 * `.ela/session.json` from `cwd` upwards. Files of devnets that are gone are removed on the way.
 *
 * Throws `devnet/sessionGone`, `devnet/notRunning`, `devnet/stillStarting` and
 * `devnet/sessionUnreadable`.
 */
export function findSession({ cwd, env }: Whereabouts): Session {
  const named = env['ELA_SESSION']
  if (named !== undefined && named !== '') {
    const session = readLiveSession(path.resolve(cwd, named))
    if (session === undefined) throw DevnetError.sessionGone(named)
    return session
  }
  for (const folder of upwards(cwd)) {
    const session = readLiveSession(sessionFile(folder))
    if (session !== undefined) return session
    const holder = runningDevnet(folder)
    if (holder !== undefined) throw DevnetError.stillStarting(holder.pid, folder)
  }
  throw DevnetError.notRunning(cwd)
}

export function sessionFile(folder: string): string {
  return path.join(folder, STATE_FOLDER, SESSION_FILE)
}

/** Held by the devnet of a project as long as it lives. */
export function lockFile(folder: string): string {
  return path.join(folder, STATE_FOLDER, LOCK_FILE)
}

/** The devnet of a project while it lives, also when it is still starting and has no session. */
export function runningDevnet(folder: string): LockHolder | undefined {
  return holderOf(lockFile(folder))
}

/** Whether the last devnet of a project was killed. */
export function wasKilled(folder: string): boolean {
  return isAbandoned(lockFile(folder))
}

/** The session in `file` if its devnet lives; a stale file is removed. */
export function readLiveSession(file: string): Session | undefined {
  const session = readSession(file)
  if (session === undefined) return undefined
  const supervisor: ProcessMark = { pid: session.pid, started: session.started }
  if (isAlive(supervisor)) return session
  // Best effort: in a folder that we may only read, a stale file stays and is still seen as stale.
  try {
    rmSync(file, { force: true })
  } catch {}
  return undefined
}

/** Readable by the owner alone: the admin token is in it. */
export function writeSession(file: string, session: Session): void {
  writeFileAtomic(file, `${JSON.stringify(session, undefined, 2)}\n`, OWNER_ONLY)
}

/** The running processes of a kind. Throws `devnet/nodeNotRunning` when the devnet has none. */
export function entriesOf(session: Session, kind: string): readonly NodeEntry[] {
  const found = session.nodes[kind]
  if (found === undefined) throw DevnetError.nodeNotRunning(kind, Object.keys(session.nodes))
  return isList(found) ? found : [found]
}

/** The JSON-RPC URL of a kind's first process. */
export function rpcOf(session: Session, kind: string): string {
  return String(firstOf(session, kind)['rpc'])
}

/** The chain id of `esc` or `eid`. */
export function chainIdOf(session: Session, kind: string): number {
  return Number(firstOf(session, kind)['chainId'])
}

function firstOf(session: Session, kind: string): NodeEntry {
  const [entry] = entriesOf(session, kind)
  if (entry === undefined) throw DevnetError.nodeNotRunning(kind, Object.keys(session.nodes))
  return entry
}

function isList(entry: NodeEntry | readonly NodeEntry[]): entry is readonly NodeEntry[] {
  return Array.isArray(entry)
}

function upwards(from: string): string[] {
  const folders = [path.resolve(from)]
  for (;;) {
    const last = folders.at(-1) ?? '/'
    const parent = path.dirname(last)
    if (parent === last) return folders.filter((one) => existsSync(path.join(one, STATE_FOLDER)))
    folders.push(parent)
  }
}

function readSession(file: string): Session | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw DevnetError.sessionUnreadable(file, messageOf(error))
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw DevnetError.sessionUnreadable(file, messageOf(error))
  }
  const fault = faultOf(value)
  if (fault !== undefined) throw DevnetError.sessionUnreadable(file, fault)
  return value as Session
}

/** What keeps a value from being a session, in words. */
function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'it is no JSON object'
  const has = value as Readonly<Record<string, unknown>>
  if (has['schema'] !== 'ela/session@1') return `its schema is ${JSON.stringify(has['schema'])}`
  if (!Number.isSafeInteger(has['pid'])) return 'it has no pid'
  const texts = ['started', 'startedAt', 'folder', 'profile', 'admin', 'adminToken']
  const missing = texts.find((name) => typeof has[name] !== 'string')
  if (missing !== undefined) return `it has no ${missing}`
  const objects = ['nodes', 'environment', 'accounts']
  const absent = objects.find((name) => typeof has[name] !== 'object' || has[name] === null)
  return absent === undefined ? undefined : `it has no ${absent}`
}
