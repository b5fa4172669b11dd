/** Arguments of bubblewrap for a Java virtual machine: the policy of level A, without any socket. */
import path from 'node:path'
import type { Descriptors } from './bubblewrap.ts'

export interface JavaPlaces {
  /** Full path of the JDK; it has the same inside. */
  readonly home: string
  readonly java: string
  /** Full paths of shared libraries and settings; they have the same inside. */
  readonly files: readonly string[]
  /** Full path of the jar. */
  readonly jar: string
}

export const JAR_INSIDE = '/d/app.jar'

/**
 * Like the engine's (`bubblewrap.ts`), with the JDK to read and nothing else: no socket, no folder
 * that can be written, no /proc. The loader finds the JDK's own libraries by `LD_LIBRARY_PATH`,
 * because it can not see where its program lies.
 */
export function javaJailArguments(
  { home, java, files, jar }: JavaPlaces,
  { filter, info }: Descriptors,
): readonly string[] {
  const readable = (from: string, to: string) => ['--ro-bind', from, to]
  const libraries = [path.join(home, 'lib'), path.join(home, 'lib', 'server')].join(':')
  return [
    ...['--unshare-all', '--unshare-user'],
    ...['--die-with-parent', '--new-session', '--as-pid-1'],
    ...['--clearenv', '--setenv', 'LD_LIBRARY_PATH', libraries],
    ...['--cap-drop', 'ALL', '--uid', '65534', '--gid', '65534', '--hostname', 'dapp'],
    ...[home, ...files].flatMap((file) => readable(file, file)),
    ...readable(jar, JAR_INSIDE),
    ...['--dev-bind', '/dev/urandom', '/dev/urandom'],
    ...['--remount-ro', '/', '--chdir', '/'],
    ...['--seccomp', String(filter), '--info-fd', String(info), '--', java],
  ]
}
