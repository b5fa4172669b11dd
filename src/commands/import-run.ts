import path from 'node:path'
import type { Paint } from '../base/printer.ts'
import { openEpk } from '../bundle/epk/epk.ts'
import { EpkError } from '../bundle/epk/errors.ts'
import { projectOf, writeProject } from '../bundle/epk/import-epk.ts'
import { projectNameFrom } from '../scaffold/project-name.ts'
import type { Context } from './context.ts'

/** Names of bundles are stricter than those of packages. */
const NAME = /^[a-z0-9-]{2,64}$/

/** Throws `epk/…`, `bundle/targetExists`; then nothing was written. */
export async function importEpk(
  file: string,
  typed: string | undefined,
  flags: { readonly name?: string },
  context: Context,
) {
  const epk = await openEpk(file)
  const wanted = flags.name ?? nameFrom(String(epk.manifest['name']))
  if (!NAME.test(wanted)) throw EpkError.noName(wanted)
  const folder = path.resolve(context.cwd, typed ?? wanted)
  const { files, version, lost } = projectOf(epk, wanted)
  writeProject(folder, files)
  return {
    folder,
    name: wanted,
    version,
    id: String(epk.manifest['id']),
    files: files.size,
    signedBy: epk.signature?.kid ?? '',
    lost,
  }
}

function nameFrom(text: string): string {
  return projectNameFrom(text)
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 64)
    .replace(/-+$/, '')
}

type Imported = Awaited<ReturnType<typeof importEpk>>

export function importText(data: Imported, paint: Paint): string {
  const { name, version, folder, files, signedBy, lost } = data
  return [
    `${paint('bold', `${name} ${version}`)}, ${files} files in ${folder}`,
    signedBy === '' ? paint('yellow', 'nobody signed the EPK') : `signed by ${signedBy}`,
    ...lost.map((what) => `${paint('yellow', 'not carried over:')} ${what}`),
    'Try it with `ela dev`, pack it with `ela pack`.',
  ].join('\n')
}
