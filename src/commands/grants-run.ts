/** `ela grants list` and `revoke`. */
import path from 'node:path'
import type { Paint } from '../base/printer.ts'
import { userFolderOf } from '../releases/user-folder.ts'
import { grantFileIn, readGrants } from '../runtime/grants/grant-file.ts'
import { type AppRow, appsOf, findApp, revokeGrants } from '../runtime/grants/review.ts'
import type { Context } from './context.ts'

export function runList(typed: string | undefined, context: Context): void {
  const file = fileFor(context)
  const all = readGrants(file)
  const apps = typed === undefined ? appsOf(all) : [findApp(all, typed)]
  context.printer.answer('grants list', { file, apps }, (data, paint) =>
    data.apps.map((app) => appText(app, paint)).join('\n'),
  )
  if (apps.length === 0) context.printer.say('Nothing was granted to any app.')
}

export async function runRevoke(
  typed: string,
  names: readonly string[],
  context: Context,
): Promise<void> {
  const revoked = await revokeGrants(fileFor(context), typed, names)
  context.printer.answer('grants revoke', revoked, ({ name, capabilities }) =>
    capabilities.map((capability) => `${capability} of ${name} is revoked`).join('\n'),
  )
}

function fileFor({ env }: Context): string {
  return grantFileIn(path.join(userFolderOf(env), 'state'))
}

function appText({ name, app, isUnsigned, grants }: AppRow, paint: Paint): string {
  const title = `${paint('bold', name)}  ${app}${isUnsigned ? '  signed by nobody' : ''}`
  const rows = grants.flatMap(({ capability, mode, since, lines }) => [
    `  ${capability}  ${paint(mode === 'never' ? 'red' : 'green', mode)}  since ${since}`,
    ...lines.map((line) => `    ${line}`),
  ])
  return [title, ...rows].join('\n')
}
