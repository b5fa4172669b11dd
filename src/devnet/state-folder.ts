/** `.ela/` of a project: taken by one devnet at a time, checked before it is used. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { ElaError, messageOf, systemCodeOf } from '../base/errors.ts'
import { stringify } from '../base/printer.ts'
import type { Genesis, Profile } from '../nodes/kind.ts'
import { takeLock } from '../supervisor/lock.ts'
import { DevnetError } from './errors.ts'
import { lockFile, readLiveSession, STATE_FOLDER, sessionFile } from './session.ts'

const DEVNET_FILE = 'devnet.json'
const SCHEMA = 'ela/devnet@1'
/** What `--reset` removes; logs and what other tools keep in `.ela/` stay. */
const CHAIN_STATE = ['state', DEVNET_FILE, 'session.json', 'processes.json']

export interface StateFolder {
  /** `<project>/.ela` */
  readonly path: string
  /** The devnet before this one was killed and may have left processes behind. */
  readonly crashed: boolean
  readonly release: () => void
}

export interface StateWish {
  /** The project. */
  readonly folder: string
  readonly reset: boolean
  readonly profile: Profile
  readonly genesis: Genesis
}

/**
 * Takes the state folder of a project for this process and checks that what is in it fits.
 *
 * Throws `devnet/alreadyRunning`, `devnet/folderUnusable`, `devnet/stateUnreadable`,
 * `devnet/sessionUnreadable` and `devnet/otherGenesis`; nothing is changed then.
 */
export function openStateFolder(wish: StateWish): StateFolder {
  const stateFolder = path.join(wish.folder, STATE_FOLDER)
  const lock = usable(stateFolder, () => takeLock(lockFile(wish.folder)))
  if (!lock.locked) throw DevnetError.alreadyRunning(lock.holder.pid, wish.folder)
  const { crashed, release } = lock
  try {
    if (wish.reset) {
      usable(stateFolder, () => {
        for (const name of CHAIN_STATE) {
          rmSync(path.join(stateFolder, name), { recursive: true, force: true, maxRetries: 3 })
        }
      })
    }
    const session = readLiveSession(sessionFile(wish.folder))
    if (session !== undefined) throw DevnetError.alreadyRunning(session.pid, wish.folder)
    checkOrigin(path.join(stateFolder, DEVNET_FILE), wish)
    usable(stateFolder, () => {
      mkdirSync(path.join(stateFolder, 'state'), { recursive: true })
      mkdirSync(path.join(stateFolder, 'logs'), { recursive: true })
      const ignore = path.join(stateFolder, '.gitignore')
      if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
    })
    return { path: stateFolder, crashed, release }
  } catch (error) {
    release()
    throw error
  }
}

/** Chains begun with another profile or other accounts cannot go on with these. */
function checkOrigin(file: string, { profile, genesis }: StateWish): void {
  const wanted = { profile, genesis: createHash('sha256').update(stringify(genesis)).digest('hex') }
  let text: string | undefined
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw DevnetError.stateUnreadable(file, messageOf(error))
  }
  if (text === undefined) {
    usable(path.dirname(file), () => {
      writeFileAtomic(file, `${JSON.stringify({ schema: SCHEMA, ...wanted })}\n`)
    })
    return
  }
  const was = parseOrigin(file, text)
  if (was.profile !== wanted.profile) {
    throw DevnetError.otherGenesis(file, `profile ${was.profile}`, `profile ${wanted.profile}`)
  }
  if (was.genesis !== wanted.genesis) {
    throw DevnetError.otherGenesis(file, 'other accounts in the first block', 'the present set')
  }
}

function parseOrigin(file: string, text: string): { profile: string; genesis: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw DevnetError.stateUnreadable(file, messageOf(error))
  }
  const { schema, profile, genesis } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (schema !== SCHEMA || typeof profile !== 'string' || typeof genesis !== 'string') {
    throw DevnetError.stateUnreadable(file, `its schema is not ${SCHEMA}`)
  }
  return { profile, genesis }
}

/** What `act` returns. Throws `devnet/folderUnusable` for the system errors it meets in `folder`. */
export function usable<T>(folder: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof ElaError || systemCodeOf(error) === undefined) throw error
    throw DevnetError.folderUnusable(folder, error)
  }
}
