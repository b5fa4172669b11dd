/** Which level this machine can have, and what is missing for a better one. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { messageOf } from '../../base/errors.ts'
import { RuntimeError } from '../errors.ts'
import { isAtLeast, type Level } from './level.ts'
import { systemProgram } from './limits.ts'

const run = promisify(execFile)
const PROBE_WITHIN_MS = 5_000
const RESTRICTION = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'

export interface JailCheck {
  readonly name: 'bubblewrap' | 'prlimit' | 'namespaces' | 'sandbox-exec'
  readonly ok: boolean
  /** What is there, or what is wrong. */
  readonly found: string
  /** What to do about it, one line each; empty when all is well. */
  readonly cure: readonly string[]
}

export interface FoundLevel {
  readonly level: Level
  readonly checks: readonly JailCheck[]
}

/**
 * Takes a few milliseconds: it starts a namespace and leaves it.
 *
 * @param find full path of a system program; tests hand in their own
 */
export async function findLevel(
  platform: string = process.platform,
  find: (name: string) => string | undefined = systemProgram,
): Promise<FoundLevel> {
  if (platform === 'linux') return linuxLevel(find('bwrap'), find('prlimit'))
  if (platform !== 'darwin') return { level: 'C', checks: [] }
  const check = await sandboxExec()
  return { level: check.ok ? 'B' : 'C', checks: [check] }
}

/** Throws `runtime/levelTooLow` when `found` is weaker than `wanted`. */
export function requireLevel({ level, checks }: FoundLevel, wanted: Level): void {
  if (isAtLeast(level, wanted)) return
  const missing = checks.filter(({ ok }) => !ok).map(({ found }) => found)
  throw RuntimeError.levelTooLow(level, wanted, missing)
}

async function linuxLevel(
  bwrap: string | undefined,
  prlimit: string | undefined,
): Promise<FoundLevel> {
  const checks = [bubblewrap(bwrap), limits(prlimit)]
  if (bwrap !== undefined) checks.push(await namespaces(bwrap))
  return { level: checks.every(({ ok }) => ok) ? 'A' : 'C', checks }
}

function bubblewrap(file: string | undefined): JailCheck {
  const name = 'bubblewrap'
  if (file !== undefined) return { name, ok: true, found: file, cure: [] }
  const cure = ['Debian, Ubuntu: apt-get install bubblewrap', 'Fedora: dnf install bubblewrap']
  return { name, ok: false, found: '`bwrap` is not installed.', cure }
}

function limits(file: string | undefined): JailCheck {
  const name = 'prlimit'
  if (file !== undefined) return { name, ok: true, found: file, cure: [] }
  const cure = ['Install `util-linux`; on Alpine it is a package of its own.']
  return { name, ok: false, found: '`prlimit` is not installed.', cure }
}

async function namespaces(bwrap: string): Promise<JailCheck> {
  const name = 'namespaces'
  const args = ['--unshare-all', '--unshare-user', '--cap-drop', 'ALL', '--ro-bind', '/', '/']
  const program = systemProgram('true') ?? '/bin/true'
  try {
    await run(bwrap, [...args, program], { env: {}, timeout: PROBE_WITHIN_MS })
    return { name, ok: true, found: 'user namespaces work', cure: [] }
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || messageOf(error)
    const found = `Namespaces cannot be made: ${said.split('\n').at(-1)}`
    return { name, ok: false, found, cure: namespaceCure(bwrap) }
  }
}

function namespaceCure(bwrap: string): readonly string[] {
  if (readSetting(RESTRICTION) === '1') return appArmorCure(bwrap)
  if (readSetting('/proc/sys/kernel/unprivileged_userns_clone') === '0') {
    return ['Allow them: sysctl -w kernel.unprivileged_userns_clone=1']
  }
  if (readSetting('/proc/sys/user/max_user_namespaces') === '0') {
    return ['Allow them: sysctl -w user.max_user_namespaces=15000']
  }
  return ['In a container, start it with `--security-opt seccomp=unconfined`, or as privileged.']
}

/**
 * Since Ubuntu 23.10 AppArmor lets only programs with a profile make user namespaces.
 *
 * @see https://ubuntu.com/blog/ubuntu-23-10-restricted-unprivileged-user-namespaces
 */
export function appArmorCure(bwrap: string): readonly string[] {
  return [
    'AppArmor lets only programs with a profile make user namespaces. As root, write',
    '/etc/apparmor.d/bwrap with this in it, and run `apparmor_parser -r /etc/apparmor.d/bwrap`:',
    '',
    'abi <abi/4.0>,',
    'include <tunables/global>',
    `profile bwrap ${bwrap} flags=(unconfined) {`,
    '  userns,',
    '  include if exists <local/bwrap>',
    '}',
  ]
}

async function sandboxExec(): Promise<JailCheck> {
  const name = 'sandbox-exec'
  const file = '/usr/bin/sandbox-exec'
  try {
    const args = ['-p', '(version 1)(allow default)', '/usr/bin/true']
    await run(file, args, { env: {}, timeout: PROBE_WITHIN_MS })
    return { name, ok: true, found: file, cure: [] }
  } catch (error) {
    return { name, ok: false, found: `${file} does not work: ${messageOf(error)}`, cure: [] }
  }
}

function readSetting(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
