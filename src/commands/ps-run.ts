import type { Paint } from '../base/printer.ts'
import { askDoor, askToStop } from '../runtime/door.ts'
import type { InstanceStatus } from '../runtime/instance-status.ts'
import { plainLine } from '../runtime/plain-line.ts'
import { liveRunFolders, runRoot } from '../runtime/run-folders.ts'
import type { Context } from './context.ts'
import { CommandError } from './errors.ts'

const LONGEST_NAME = 40
const GONE_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 20

interface Found {
  /** Full path of its run folder. */
  readonly folder: string
  readonly status: InstanceStatus
}

export async function runPs(context: Context): Promise<void> {
  const { printer } = context
  const dapps = (await findDapps(context)).map(({ status }) => status)
  printer.answer('ps', { dapps }, (_, paint) =>
    dapps.map((one) => linesOf(one, paint).join('\n')).join('\n'),
  )
  if (dapps.length === 0) printer.say('No DApp runs.')
}

/** Throws `command/dappNotRunning`, `command/dappStays`. */
export async function runStop(typed: string, context: Context): Promise<void> {
  const found = await findDapps(context)
  const meant = typed === 'all' ? found : found.filter((one) => isMeant(typed, one))
  if (meant.length === 0 && typed !== 'all') {
    throw CommandError.dappNotRunning(
      typed,
      found.map(({ status }) => status.name),
    )
  }
  await Promise.all(meant.map(({ folder }) => askToStop(folder)))
  for (const { folder, status } of meant) await untilGone(folder, status, context)
  const stopped = meant.map(({ status: { name, instance, app } }) => ({ name, instance, app }))
  context.printer.answer('stop', { stopped }, () =>
    stopped.map(({ name, instance }) => `${name} (${instance}) stopped`).join('\n'),
  )
}

async function findDapps({ env }: Context): Promise<readonly Found[]> {
  const folders = liveRunFolders(runRoot(env))
  const asked = await Promise.all(
    folders.map(async ({ path: folder }) => ({ folder, status: await askDoor(folder) })),
  )
  return asked
    .flatMap(({ folder, status }) => (status === undefined ? [] : [{ folder, status }]))
    .sort((one, other) => one.status.startedAt - other.status.startedAt)
}

function isMeant(typed: string, { status }: Found): boolean {
  const { name, app, instance } = status
  return name === typed || app === typed || (typed.length >= 4 && instance.startsWith(typed))
}

async function untilGone(
  folder: string,
  { name }: InstanceStatus,
  { env }: Context,
): Promise<void> {
  const deadline = performance.now() + GONE_WITHIN_MS
  while (liveRunFolders(runRoot(env)).some((one) => one.path === folder)) {
    if (performance.now() > deadline) throw CommandError.dappStays(name)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

function linesOf(one: InstanceStatus, paint: Paint): readonly string[] {
  const { status, level, url, granted, denied, signature } = one
  const name = plainLine(one.name, LONGEST_NAME)
  const state = paint(status === 'ready' ? 'green' : 'yellow', status)
  const list = (names: readonly string[]) => (names.length === 0 ? '–' : names.join(', '))
  return [
    `${paint('bold', name)} ${one.version}  ${state}  level ${level}  ${url ?? ''}`,
    `  instance ${one.instance}, pid ${one.pid ?? '–'}, ${usageText(one)}`,
    `  app ${one.app}, ${signature}${signature === 'unsigned' ? '' : `, publisher ${one.publisher}`}`,
    `  granted ${granted.length}: ${list(granted)}; denied ${denied.length}: ${list(denied)}`,
  ]
}

function usageText(one: InstanceStatus): string {
  const { cpuMs, memoryBytes, memoryMiB, calls, callsDenied, restarts } = one
  const memory = memoryBytes === undefined ? '–' : `${Math.round(memoryBytes / 1_048_576)} MiB`
  const cpu = cpuMs === undefined ? '–' : `${(cpuMs / 1_000).toFixed(1)} s CPU`
  const again = restarts === 0 ? '' : `, restarted ${restarts}×`
  return `${cpu}, ${memory} of ${memoryMiB} MiB, ${calls} calls (${callsDenied} refused)${again}`
}
