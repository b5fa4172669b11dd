/** Arguments of bubblewrap for one instance: they are the policy of level A. */
import path from 'node:path'
import type { JailPlaces } from './jail.ts'

/** Where things are inside. The filter lets connect only to an address as long as this one's. */
export const inside = {
  program: '/workerd',
  config: '/config',
  modules: '/d',
  assets: '/assets',
  gateway: '/run/gw.sock',
} as const

/** Bytes of the gateway's address: the family, the path, a NUL. */
export const GATEWAY_ADDRESS_LENGTH = 2 + inside.gateway.length + 1

export interface Descriptors {
  readonly filter: number
  readonly info: number
}

/**
 * Every namespace of its own, no capability, and of the file system only what is listed, read-only:
 * no /proc, no /tmp, nothing that can be written. The engine is process 1 of its namespace: when it
 * ends, so does whatever else were in there. It needs `/dev/urandom` and no other device. Its
 * configuration comes through a descriptor, and is on no disk.
 */
export function bubblewrapArguments(
  places: JailPlaces & { readonly libraries: readonly string[] },
  { filter, info, config }: Descriptors & { readonly config: number },
): readonly string[] {
  const readable = (from: string, to: string) => ['--ro-bind', from, to]
  return [
    // `--unshare-all` goes on without a user namespace where there is none; this does not.
    ...['--unshare-all', '--unshare-user'],
    ...['--die-with-parent', '--new-session', '--as-pid-1'],
    ...['--clearenv', '--cap-drop', 'ALL', '--uid', '65534', '--gid', '65534'],
    ...['--hostname', 'dapp'],
    ...places.libraries.flatMap((file) => readable(file, path.posix.normalize(file))),
    ...readable(places.program, inside.program),
    ...['--ro-bind-data', String(config), inside.config],
    ...readable(places.modules, inside.modules),
    ...(places.assets === undefined ? [] : readable(places.assets, inside.assets)),
    ...['--dir', path.posix.dirname(inside.gateway)],
    ...readable(places.gateway, inside.gateway),
    ...['--dev-bind', '/dev/urandom', '/dev/urandom'],
    ...['--remount-ro', '/', '--chdir', '/'],
    ...['--seccomp', String(filter), '--info-fd', String(info), '--'],
  ]
}
