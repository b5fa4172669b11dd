/** `ela node start`: the devnet in this terminal, until it is stopped. */
import type { Paint, Printer } from '../base/printer.ts'
import { loadConfigOrDefault } from '../config/load.ts'
import { startDevnet } from '../devnet/devnet.ts'
import type { DevnetEvent } from '../devnet/events.ts'
import type { Session } from '../devnet/session.ts'
import type { Context } from './context.ts'
import { type DevnetFlags, devnetOptionsOf } from './devnet-flags.ts'
import { type NodeOptionFlags, nodeOptionsOf } from './node-option-flags.ts'
import { projectFolder } from './project-folder.ts'

export async function startHere(
  context: Context,
  flags: DevnetFlags & NodeOptionFlags,
): Promise<void> {
  const { printer, signal } = context
  const config = await loadConfigOrDefault(projectFolder(context.cwd))
  const options = devnetOptionsOf(flags, config)
  const tell = await teller(printer)
  const nodeOptions = nodeOptionsOf(flags, options.nodeOptions)
  const devnet = await startDevnet({ ...options, nodeOptions, signal }, tell)
  try {
    printer.answer('node start', publicSession(devnet.session), sessionText)
    const asked = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([asked, devnet.stopped])
  } finally {
    await devnet.stop()
  }
}

/** Events as JSON lines when those are asked for, as talk otherwise; logs have a command of their own. */
export async function teller(printer: Printer): Promise<(event: DevnetEvent) => void> {
  if (printer.mode === 'json-stream') return (event) => printer.event(event)
  const { plainLine } = await import('../dashboard/plain.ts')
  return (event) => {
    const line = event.event === 'log' ? undefined : plainLine(event)
    if (line === undefined) return
    // Other ports than usual are for every reader, also under `--quiet` and in the background.
    if (event.event === 'port-moved') printer.warn(line.replace(/\s+/g, ' '))
    else printer.say(line)
  }
}

/** The session as it may be shown: without the key to the admin port. */
export function publicSession({ adminToken: _, ...shown }: Session): Omit<Session, 'adminToken'> {
  return shown
}

/** Where the nodes answer, a line each. */
export function sessionText({ nodes }: Pick<Session, 'nodes'>, paint: Paint): string {
  const lines = Object.entries(nodes).flatMap(([kind, entry]) => {
    const [first] = [entry].flat()
    if (first === undefined) return []
    const { pid: _, ...rest } = first
    const where = Object.entries(rest).map(([name, value]) => `${paint('dim', name)} ${value}`)
    return [`${paint('bold', kind.padEnd(10))} ${where.join('  ')}`]
  })
  return lines.join('\n')
}
