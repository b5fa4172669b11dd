/**
 * The sandbox profile of level B, in the language of `sandbox-exec`. Everything is denied that is not
 * in here: no other program can be started, nothing written, and of the network only the gateway's
 * socket is reachable; the listening sockets were made before.
 *
 * @see man 7 sandbox, man 1 sandbox-exec; /System/Library/Sandbox/Profiles for the words
 */
import path from 'node:path'
import type { JailPlaces } from './jail.ts'

const systemFolders = ['/usr/lib', '/System/Library', '/private/var/db/dyld']
const devices = ['/dev/urandom', '/dev/random', '/dev/null']

export function sandboxProfile(places: JailPlaces): string {
  const { program, config, modules, assets, gateway } = places
  const folders = [...systemFolders, modules, ...(assets === undefined ? [] : [assets])]
  const files = [program, config, ...devices]
  const above = [...new Set([...folders, ...files, gateway].flatMap(ancestors))]
  return [
    '(version 1)',
    '(deny default)',
    `(allow process-exec ${literal(program)})`,
    '(allow sysctl-read)',
    '(allow signal (target self))',
    `(allow file-read* ${[...folders.map(subpath), ...files.map(literal)].join(' ')})`,
    `(allow file-read-metadata ${above.map(literal).join(' ')})`,
    `(allow network-outbound (remote unix-socket (path-literal ${quoted(gateway)})))`,
  ].join('\n')
}

function ancestors(file: string): readonly string[] {
  const parent = path.posix.dirname(file)
  return parent === file ? [] : [parent, ...ancestors(parent)]
}

const subpath = (folder: string) => `(subpath ${quoted(folder)})`
const literal = (file: string) => `(literal ${quoted(file)})`

/** A string of the profile language: only the quote and the backslash are special in it. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
