/** Names of projects: they become package names, so they follow npm's rules for new packages. */
import { builtinModules } from 'node:module'
import { ScaffoldError } from './errors.ts'

const LONGEST = 214
const reserved: readonly string[] = ['node_modules', 'favicon.ico', 'ela', ...builtinModules]

/**
 * Throws `scaffold/wrongName` with a name that would do.
 *
 * @see https://docs.npmjs.com/cli/configuring-npm/package-json#name
 */
export function checkProjectName(name: string): void {
  const why = whyWrong(name)
  if (why !== undefined) throw ScaffoldError.wrongName(name, why, projectNameFrom(name))
}

function whyWrong(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.length > LONGEST) return `it is longer than ${LONGEST} characters`
  if (name !== name.toLowerCase()) return 'it has capital letters'
  if (reserved.includes(name)) return 'the name is taken by Node or by `ela` itself'
  const bare = name.replace(/^@[a-z0-9~-][a-z0-9._~-]*\//, '')
  if (/^[._-]/.test(bare)) return 'it begins with a dot, a line or a dash'
  if (!/^[a-z0-9._~-]+$/.test(bare)) return 'only a-z, 0-9, -, _ and . are allowed'
  return undefined
}

/** A valid name that resembles `text`, such as the name of a folder. */
export function projectNameFrom(text: string): string {
  const name = text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, LONGEST)
  if (name === '') return 'my-dapp'
  return reserved.includes(name) ? `${name}-dapp` : name
}
