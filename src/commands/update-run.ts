import { ElaError } from '../base/errors.ts'
import { exitCodes } from '../base/exit-codes.ts'
import type { Paint } from '../base/printer.ts'
import { plainDidOfName } from '../identity/did-keys.ts'
import type { InstallWorld } from '../releases/install.ts'
import { type InstalledApp, installedApps } from '../releases/installed.ts'
import { checkUpdate, chosenApps, type UpdateCheck, update } from '../releases/update.ts'
import type { Registry } from '../wallet/registry/call.ts'
import type { Context } from './context.ts'
import { keyPlaceOf } from './did-place.ts'
import { type InstallFlags, installedData, installWorldOf } from './install-run.ts'
import { waiting } from './release-place.ts'

export interface UpdateFlags extends Omit<InstallFlags, 'offline'> {
  readonly check?: boolean
}

interface Row {
  readonly app: string
  readonly name: string
  readonly version: string
  readonly seq: number
  readonly channel: string | null
  readonly status: 'current' | 'updated' | 'available' | 'failed' | 'pinned'
  /** Release it is at now, or could be. */
  readonly to: { readonly version: string; readonly seq: number } | null
  readonly fetchedBytes: number
  /** Why the release in use must not run, or why it could not be updated. */
  readonly error: { readonly code: string; readonly message: string } | null
}

export async function runUpdate(
  typed: readonly string[],
  flags: UpdateFlags,
  context: Context,
): Promise<void> {
  const world = await installWorldOf(flags, context)
  const { registry } = world
  if (registry === undefined) throw new Error('updating without a registry')
  const chosen = chosenApps(
    world.user,
    typed.map((one) => appNamed(one, world, context)),
  )
  const failures: ElaError[] = []
  const rows: Row[] = []
  for (const app of chosen) {
    const { row, failure } = await updateOne(app, { registry, world, flags, context })
    rows.push(row)
    if (failure !== undefined) failures.push(failure)
  }
  const [first] = failures
  // Of one app that was named the failure is the answer.
  if (first !== undefined && chosen.length === 1) throw first
  context.printer.answer('update', rows, textOf)
  if (first !== undefined) context.exitWith(exitCodes[first.exit])
}

/** A DID, a name of the devnet, or the name of an installed app. */
function appNamed(typed: string, { user }: InstallWorld, context: Context): string {
  const known = installedApps(user).filter(({ name }) => name === typed)
  const [only] = known
  if (only !== undefined && known.length === 1) return only.app
  return plainDidOfName(typed, keyPlaceOf(context))
}

interface Doing {
  readonly registry: Registry
  readonly world: InstallWorld
  readonly flags: UpdateFlags
  readonly context: Context
}

async function updateOne(
  app: InstalledApp,
  { registry, world, flags, context }: Doing,
): Promise<{ readonly row: Row; readonly failure: ElaError | undefined }> {
  let check: UpdateCheck = { app, found: undefined, fault: undefined }
  try {
    check = await checkUpdate(app, registry)
    if (flags.check === true) return { row: checkedRow(check), failure: check.fault }
    const done = await waiting(`Updating ${app.name}`, context, () => update(check, world))
    if (done === undefined) return { row: checkedRow(check), failure: check.fault }
    const { version, seq, fetched } = installedData(done)
    const bytes = fetched?.fetchedBytes ?? 0
    const row = { ...rowOf(check), status: 'updated' as const, to: { version, seq } }
    return { row: { ...row, fetchedBytes: bytes }, failure: undefined }
  } catch (error) {
    if (!(error instanceof ElaError)) throw error
    return { row: { ...rowOf(check), status: 'failed', error: told(error) }, failure: error }
  }
}

function checkedRow(check: UpdateCheck): Row {
  const { app, found, fault } = check
  const row = rowOf(check)
  if (fault !== undefined) return { ...row, status: 'failed', error: told(fault) }
  if (found === undefined) return { ...row, status: 'pinned' }
  const isCurrent = found.release.bundle === app.bundle
  return { ...row, status: isCurrent ? 'current' : 'available' }
}

function rowOf({ app, found }: UpdateCheck): Row {
  const { name, version, seq, channel = null } = app
  const to = found === undefined ? null : { version: found.version, seq: found.release.seq }
  const rest = { to, fetchedBytes: 0, error: null }
  return { app: app.app, name, version, seq, channel, status: 'current', ...rest }
}

function told({ code, message }: ElaError): Row['error'] {
  return { code, message }
}

function textOf(rows: readonly Row[], paint: Paint): string {
  if (rows.length === 0) return 'Nothing is installed.'
  return rows
    .map(({ name, version, status, to, error, app }) => {
      const next = to === null || status === 'current' ? '' : ` → ${to.version}`
      const color = status === 'failed' ? 'red' : 'green'
      const why = error === null ? '' : `\n  ${error.message}`
      return `${paint('bold', name)} ${version}${next}  ${paint(color, status)}  ${app}${why}`
    })
    .join('\n')
}
