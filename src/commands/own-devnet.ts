/** A devnet of one command's own: on free ports, in a temporary folder, gone afterwards. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Config } from '../config/config.ts'
import { type Devnet, startDevnet } from '../devnet/devnet.ts'
import type { DevnetOptions } from '../devnet/options.ts'
import { wasKilled } from '../devnet/session.ts'
import type { Context } from './context.ts'
import { type DevnetFlags, devnetOptionsOf } from './devnet-flags.ts'

const FOLDER_PREFIX = 'ela-exec-'

export interface OwnDevnet {
  readonly flags: DevnetFlags
  readonly config: Config
  /** Whether its chains and logs stay. */
  readonly keep: boolean
}

/** Throws what starting a devnet and `act` throw; the devnet is gone then too. */
export async function withOwnDevnet<T>(
  { flags, config, keep }: OwnDevnet,
  context: Context,
  act: (devnet: Devnet) => Promise<T>,
): Promise<T> {
  const { printer, signal } = context
  removeAbandoned()
  const folder = mkdtempSync(path.join(tmpdir(), FOLDER_PREFIX))
  let devnet: Devnet | undefined
  try {
    const own: DevnetOptions = { ...devnetOptionsOf(flags, config), folder, signal }
    const beside =
      flags.portBase === undefined ? { ...own, ports: { from: 'anywhere' } as const } : own
    devnet = await startDevnet(beside, (event) => {
      printer.event(event)
      if (event.event === 'notice' || event.event === 'node-failed') printer.warn(event.message)
    })
    return await act(devnet)
  } finally {
    await devnet?.stop()
    if (keep) printer.say(`The chains and logs are kept in ${folder}`)
    else rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Folders of runs that were killed; those that were kept, or are in use, are told by their lock. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = path.join(tmpdir(), name)
    if (!name.startsWith(FOLDER_PREFIX) || !wasKilled(folder)) continue
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // Another user's, perhaps.
    }
  }
}
