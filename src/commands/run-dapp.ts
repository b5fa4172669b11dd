import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../base/errors.ts'
import { openDashboard } from '../dashboard/open.ts'
import { userFolderOf } from '../releases/user-folder.ts'
import { RuntimeError } from '../runtime/errors.ts'
import type { DappTalk, OnRuntimeEvent, RuntimeEvent } from '../runtime/events.ts'
import { deniableOf } from '../runtime/gate/lift.ts'
import { type AuditEntry, auditLine } from '../runtime/gateway/audit.ts'
import type { Instance } from '../runtime/instance.ts'
import { findLevel, requireLevel } from '../runtime/jail/find-level.ts'
import type { Level } from '../runtime/jail/level.ts'
import { LOOK_MS, openDapp } from '../runtime/open-dapp.ts'
import {
  placementText,
  type ServiceSetting,
  servicesOf,
} from '../runtime/placement/named-providers.ts'
import { resolveHost } from '../runtime/resolve-host.ts'
import { runRoot } from '../runtime/run-folders.ts'
import type { RuntimeWorld } from '../runtime/world.ts'
import { serverFile } from '../wallet/intents/server-file.ts'
import type { Context } from './context.ts'
import { runningSession } from './did-place.ts'
import { CommandError } from './errors.ts'
import { bundledOf, type PlaceFlags, proofWorldOf } from './run-place.ts'
import { chainsOf } from './runtime-world.ts'
import { servingWalletDoor } from './wallet-door.ts'

export interface RunFlags extends PlaceFlags {
  readonly grant?: readonly string[]
  readonly requireLevel?: Level
  readonly service?: readonly string[]
  readonly audit?: boolean
  readonly auditFile?: string
  readonly port?: string
  readonly liftDenial?: boolean
}

type Evicted = Extract<RuntimeEvent, { event: 'dapp-evicted' }>
type Ended = Extract<RuntimeEvent, { event: 'dapp-ended' }>

/** Runs until it is stopped, evicted (exit code 7) or has crashed too often (1). */
export async function runDapp(typed: string, flags: RunFlags, context: Context): Promise<void> {
  const { printer, stdin, env } = context
  const port = portOf(flags.port)
  const bundled = await bundledOf(typed, flags, context)
  const proofs = proofWorldOf(flags, context)
  if (flags.liftDenial === true) {
    for (const what of await deniableOf(bundled)) proofs.memory.lift(what)
  }
  const found = await findLevel()
  if (flags.requireLevel !== undefined) requireLevel(found, flags.requireLevel)
  const shown = openDashboard({
    ...{ printer, stdin, env, title: typed, accounts: [] },
    tui: false,
    onIntent: () => undefined,
  })
  let evicted: Evicted | undefined
  let ended: Ended | undefined
  const onEvent: OnRuntimeEvent = (event: RuntimeEvent | DappTalk) => {
    if (event.event === 'dapp-evicted') evicted = event
    if (event.event === 'dapp-ended' && !event.willRestart) ended = event
    shown.show(event)
  }
  const world = { ...runWorldFor(context, onEvent), services: servicesFor(flags, context) }
  const instance = await openDapp({
    ...{ bundled, proofs, port, onEvent },
    runRoot: runRoot(env),
    level: found.level,
    world,
    grants: { given: flags.grant ?? [], ask: await askerOf(context) },
    lookMs: proofs.eid.some(({ isDevnet }) => isDevnet) ? LOOK_MS.devnet : LOOK_MS.public,
    audit: auditTo(flags, context),
  })
  answer(instance, context)
  await untilOver(instance, context)
  const { name } = instance.status()
  if (evicted !== undefined) throw RuntimeError.evicted(name, evicted.why, evicted.isDenied)
  if (ended !== undefined) throw RuntimeError.gaveUp(name, ended.how)
}

async function untilOver(instance: Instance, { signal }: Context): Promise<void> {
  const onAbort = () => void instance.stop('`ela run` ends')
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  await instance.ended
  signal.removeEventListener('abort', onAbort)
}

/** For programs that wait until it answers. On a terminal its lines say so. */
function answer(instance: Instance, { printer }: Context): void {
  const isTerminal = printer.options.stdout.isTTY === true
  printer.answer('run', instance.status(), ({ url }) => (isTerminal ? '' : (url ?? '')))
}

/** Those of one name in the order they are given. */
function servicesFor({ service = [] }: RunFlags, { cwd }: Context) {
  const settings: Record<string, ServiceSetting> = {}
  for (const typed of service) {
    const [, name = '', url = ''] = /^([a-z0-9-]{1,64})=(https?:\/\/.+)$/.exec(typed) ?? []
    if (!URL.canParse(url)) throw CommandError.badService(typed)
    settings[name] = { start: [], urls: [...(settings[name]?.urls ?? []), url] }
  }
  return servicesOf(settings, cwd, () => undefined)
}

export function runWorldFor({ env, ...context }: Context, onEvent: OnRuntimeEvent): RuntimeWorld {
  const session = runningSession({ env, ...context })
  return {
    chains: chainsOf(session?.nodes ?? {}),
    stateFolder: path.join(userFolderOf(env), 'state'),
    now: Date.now,
    resolveHost,
    wallet: session === undefined ? undefined : servingWalletDoor(serverFile(session.folder)),
    onPlacement: (event) => onEvent({ event: 'notice', message: placementText(event) }),
    onLog: ({ level, line }) =>
      onEvent({ event: 'log', node: 'dapp', line: `${level}: ${line}`, at: Date.now() }),
  }
}

async function askerOf(context: Context) {
  if (!context.interactive) return undefined
  const { askOnTerminal } = await import('./grant-questions.ts')
  return askOnTerminal
}

/** Where the decisions go: nowhere, to stderr, or to a file of their own. */
function auditTo({ audit, auditFile }: RunFlags, { cwd, printer }: Context) {
  if (auditFile !== undefined) {
    const file = path.resolve(cwd, auditFile)
    return (entry: AuditEntry) => {
      try {
        appendFileSync(file, `${auditLine(entry)}\n`, { mode: 0o600 })
      } catch (error) {
        printer.warn(`${file} cannot be written: ${messageOf(error)}.`)
      }
    }
  }
  return audit === true ? (entry: AuditEntry) => printer.say(auditLine(entry)) : () => undefined
}

function portOf(typed: string | undefined): number {
  if (typed === undefined) return 0
  const port = Number(typed)
  if (!/^\d+$/.test(typed) || port > 65_535) throw CommandError.badNumber('--port', typed)
  return port
}
