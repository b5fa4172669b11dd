/** Where a user's installed DApps and what is remembered of them lie. */
import { homedir } from 'node:os'
import path from 'node:path'

/** Full path of the folder that holds everything of one user. */
export type UserFolder = string

/** `ela` in XDG_DATA_HOME, or `~/.ela`: beside the keystore. */
export function userFolderOf(env: Readonly<Record<string, string | undefined>>): UserFolder {
  const set = (name: string) => (env[name] === '' ? undefined : env[name])
  const data = set('XDG_DATA_HOME')
  return path.resolve(
    data === undefined ? path.join(set('HOME') ?? homedir(), '.ela') : path.join(data, 'ela'),
  )
}

/** `did:elastos:iX…` → `iX…`, which is a name for a folder everywhere. */
export function folderNameOf(app: string): string {
  const name = /^did:elastos:([A-Za-z0-9]{1,128})$/.exec(app)?.[1]
  if (name === undefined) throw new Error(`${app} is no DID of an app`)
  return name
}
