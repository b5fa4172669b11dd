/** What an instance inherits, and that it ends with the one who started it. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { handedDown } from '../../../src/runtime/jail/handed-down.ts'
import { endStrays } from '../../../src/runtime/jail/strays.ts'
import { markOf } from '../../../src/supervisor/process-table.ts'
import { until } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { level, startInstance } from '../../support/instance.ts'
import { startSupervisor } from '../../support/supervisor.ts'

const test = suite('runtime/jail: spawn')
const MAIN = { 'main.js': "export default { fetch: () => new Response('hello') }" }
const onLinux = process.platform === 'linux' ? test : test.skip
const levels = level === 'A' ? (['A', 'C'] as const) : (['C'] as const)

/** Where the descriptors of a process lead, without numbers. */
function descriptorsOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
}

/** Inodes of our own sockets and pipes. */
function ownInodes(): ReadonlySet<string> {
  const links = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return []
    }
  })
  return new Set(links.filter((link) => /^(?:socket|pipe):/.test(link)))
}

for (const one of levels) {
  onLinux(
    `attack 40: at level ${one} an instance has no descriptor of the one who started it`,
    async () => {
      await using instance = await startInstance({ modules: MAIN, options: { level: one } })
      const links = descriptorsOf(instance.engine.pid)
      const ours = ownInodes()
      assert.equal(
        links.filter((link) => ours.has(link)),
        [],
      )
      // Its listeners and pipes, its own event queues, and the root folder of what it sees.
      const strange = links.filter(
        (link) => !/^(?:socket:|anon_inode:|\/dev\/null$|\/$)/.test(link),
      )
      assert.equal(strange, [])
    },
  )

  onLinux(
    `attack 40: a descriptor that a shell left open in us is not handed on at level ${one}`,
    async () => {
      using folder = temporaryFolder()
      // A shell gives its child descriptor 9; what runs here is the same test program as below.
      await using supervisor = await startSupervisor([one, folder.path], { leaks: true })
      const links = descriptorsOf(supervisor.engine.pid)
      assert.ok(descriptorsOf(supervisor.pid).some((link) => link.endsWith('/leaked')))
      assert.not(links.some((link) => link.endsWith('/leaked')))
    },
  )

  onLinux(
    `attack 41: at level ${one} an instance ends with a supervisor that is killed`,
    async () => {
      using folder = temporaryFolder()
      await using supervisor = await startSupervisor([one, folder.path])
      const { pid, port, answer } = supervisor.engine
      assert.is(answer, '200 hello')
      const began = performance.now()
      await supervisor.kill()
      await until('the end of the engine', () => markOf(pid) === undefined)
      assert.ok(performance.now() - began < 2_000)
      await until('a free port', () =>
        fetch(`http://127.0.0.1:${port}`).then(
          () => false,
          () => true,
        ),
      )
    },
  )
}

onLinux(
  'attack 42: what a killed supervisor left of a jail is found by its folder and ended',
  async () => {
    using folder = temporaryFolder()
    const [stray, other] = [folder.join('run-1', 'ctl'), folder.join('run-12', 'ctl')].map((file) =>
      spawn('sh', ['-c', 'read line', 'sh', file]),
    )
    assert.ok(stray !== undefined && other !== undefined)
    await until('its end', () => {
      endStrays(folder.join('run-1'))
      return stray.signalCode === 'SIGKILL'
    })
    assert.is(other.exitCode, null)
    other.kill('SIGKILL')
  },
)

onLinux('what is opened here is not inheritable', () => {
  for (const fd of handedDown()) {
    assert.not.match(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'), /^flags:\s+0?2\d{6}$/m)
  }
})

test.run()
