import { readFileSync } from 'node:fs'

declare const ELA_VERSION: string | undefined

/** The version of this `ela`: written in by the build, read from package.json when run from source. */
export const version: string =
  typeof ELA_VERSION === 'string'
    ? ELA_VERSION
    : fromPackage(new URL('../../package.json', import.meta.url))

function fromPackage(file: URL): string {
  const { version: found } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  return found
}
