/**
 * What native code can do in the jail, as after an escape from the engine: nothing but call its own
 * gateway. The program is compiled here; without a compiler these tests are skipped, visibly.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findLevel } from '../../../src/runtime/jail/find-level.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { type Attempts, compileHostile, runHostile } from '../../support/hostile.ts'
import { startSupervisor } from '../../support/supervisor.ts'

const test = suite('runtime/jail: hostile')

const EPERM = 1
const ENOENT = 2
const ESRCH = 3
const ENOMEM = 12
const EACCES = 13
const EMFILE = 24
const ETXTBSY = 26
const EROFS = 30
const ENOSYS = 38
const EAFNOSUPPORT = 97
const ECONNREFUSED = 111

/** Attempt → the errors that refuse it. */
type Expected = Readonly<Record<string, readonly number[]>>

const groups: Readonly<Record<string, Expected>> = {
  'attack 34: native code makes no process, and runs no other program': {
    ...{ do_fork: [EPERM], do_vfork: [EPERM], do_clone3: [ENOSYS] },
    ...{ thread_with_namespace: [EPERM], shell: [ENOENT] },
  },
  'attack 35: it has no socket but Unix ones, and reaches none but its gateway': {
    ...{ inet: [EAFNOSUPPORT], udp: [EAFNOSUPPORT], inet6: [EAFNOSUPPORT] },
    ...{ netlink: [EAFNOSUPPORT], packet: [EAFNOSUPPORT], vsock: [EAFNOSUPPORT] },
    ...{ inet_pair: [EAFNOSUPPORT], other_gateway: [EPERM, ENOENT], traversal: [ENOENT] },
    ...{ docker: [EPERM], x11: [EPERM], ssh_agent: [EPERM] },
    ...{ abstract_same_length: [ECONNREFUSED] },
  },
  'attack 40: it cannot turn its listening socket into a connection of the host': {
    ...{ listener_becomes_client: [EPERM], listener_fast_open: [EPERM] },
    ...{ listener_fast_open_message: [EPERM], listener_fast_open_option: [EPERM] },
    ...{ accepted_becomes_client: [EPERM], accepted_listens_anew: [EPERM] },
    ...{ attach_filter: [EPERM] },
  },
  'attack 36: it cannot trace, mount, or enter the kernel by a side door': {
    ...{ traces: [EPERM], reads_process: [EPERM], mounts: [EPERM], unshares: [EPERM] },
    ...{ enters: [EPERM], bpf: [EPERM], io_uring: [ENOSYS], userfault: [EPERM], keys: [EPERM] },
    ...{ perf: [EPERM], changes_root: [EPERM], becomes_root: [EPERM], own_filter: [EPERM] },
    ...{ dumpable: [EPERM], pidfd: [ENOSYS] },
  },
  'attack 37: it cannot signal the supervisor or another instance': {
    ...{ kills: [EPERM, ESRCH], kills_thread: [ESRCH], kills_all: [EPERM, ESRCH] },
  },
  'attack 38: it sees no file and no device of the host': {
    ...{ passwd: [ENOENT], proc: [ENOENT], sys: [ENOENT], root_home: [ENOENT] },
    ...{ memory_device: [ENOENT], disk: [EPERM] },
  },
  'attack 39: it has no terminal to type into': { terminal: [ENOENT], terminal_input: [EPERM] },
  'attack 25: it can write nothing, its configuration and modules included': {
    ...{ creates: [EROFS], creates_in_run: [EROFS], creates_in_dev: [EROFS] },
    ...{ shared_memory: [ENOENT, EROFS], anonymous_file: [EPERM], writes_config: [EROFS] },
    ...{ writes_module: [EROFS], writes_itself: [EROFS, ETXTBSY, EACCES] },
  },
  'attack 44: it cannot raise its limits, nor pass them': {
    ...{ more_memory: [EPERM], more_files: [EPERM], allocates: [ENOMEM], many_files: [EMFILE] },
    ...{ allocates_shared: [EPERM] },
  },
}

/** A user that needs no entry anywhere. */
const NOBODY_ELSE = 61_234
const isRoot = process.getuid?.() === 0
const folder = temporaryFolder()
const { level } = await findLevel()
const program = level === 'A' ? compileHostile(folder.path) : undefined
const skips = program === undefined
if (skips) {
  const why = level === 'A' ? 'no C compiler' : `level ${level} is all that this machine has`
  process.stdout.write(`\nskipped: hostile native code (${why})\n`)
}
const byUser = new Map<string, Attempts>()

test.before(async () => {
  if (program === undefined) return
  const hostPid = process.pid
  byUser.set(
    isRoot ? 'root' : 'a user',
    await runHostile({ program, folder: folder.path, hostPid }),
  )
  if (!isRoot || !canRead(NOBODY_ELSE)) return
  const own = folder.join('own')
  mkdirSync(own)
  chownSync(own, NOBODY_ELSE, NOBODY_ELSE)
  chmodSync(folder.path, 0o755)
  await using supervisor = await startSupervisor(['A', own, program], {
    user: NOBODY_ELSE,
  })
  assert.is(supervisor.engine.answer, '200 hello')
  const { hostile } = supervisor.engine
  if (hostile !== undefined) byUser.set('a user', hostile)
})

test.after(() => folder[Symbol.dispose]())

/** Whether that user can read this repository at all. */
function canRead(user: number): boolean {
  const look = `require('node:fs').readFileSync(${JSON.stringify(import.meta.filename)})`
  const { status } = spawnSync(process.execPath, ['-e', look], { uid: user, gid: user, cwd: '/' })
  return status === 0
}

const only = skips ? test.skip : test

test('in CI, where there is a compiler, none of this is skipped', () => {
  const hasCompiler = spawnSync('gcc', ['--version']).status === 0
  if (process.env['CI'] !== 'true' || process.platform !== 'linux' || !hasCompiler) return
  assert.is(level, 'A')
  assert.not(skips)
})

only('the program could call its gateway, so it did run', () => {
  assert.ok(byUser.size > 0)
  for (const [user, { results, ending }] of byUser) {
    assert.is(results['gateway'], 'REACHED', user)
    assert.equal(ending, { code: 0, signal: null }, user)
  }
})

for (const [what, expected] of Object.entries(groups)) {
  only(what, () => {
    for (const [user, { results }] of byUser) {
      const wrong = Object.entries(expected)
        .filter(([name, codes]) => !codes.some((code) => results[name] === `refused ${code}`))
        .map(([name]) => `${user}: ${name} ${results[name]}`)
      assert.equal(wrong, [])
    }
  })
}

only('every attempt of the program is expected', () => {
  const known = Object.values(groups).flatMap((group) => Object.keys(group))
  for (const { results } of byUser.values()) {
    assert.equal(Object.keys(results).sort(), [...known, 'gateway', 'done'].sort())
  }
})

only('nothing reached a server of the host', () => {
  for (const [user, { stolen }] of byUser) assert.is(stolen, 0, user)
})

only('calls of the other tables of the processor end the process', async () => {
  if (program === undefined || process.arch !== 'x64') return
  for (const name of ['x32', 'ia32']) {
    const { results, ending } = await runHostile({
      ...{ program, folder: folder.path, hostPid: process.pid, names: [name] },
    })
    assert.equal(results, {}, name)
    assert.is(ending.code, 128 + 31, name)
  }
})

only(
  'without the filter a listening socket is a way out, so the filter is what closes it',
  async () => {
    if (program === undefined) return
    for (const name of ['listener_becomes_client', 'accepted_becomes_client']) {
      const { results, stolen } = await runHostile({
        ...{ program, folder: folder.path, hostPid: process.pid, names: [name] },
        withoutFilter: true,
      })
      assert.is(results[name], 'REACHED')
      assert.is(stolen, 1)
    }
  },
)

test.run()
