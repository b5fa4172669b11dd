/** The small parts of the jail: limits, libraries, usage, sockets and the profile for macOS. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { portOf } from '../../../src/base/loopback-server.ts'
import { enclose, placesInside } from '../../../src/runtime/jail/enclosure.ts'
import { knownLibraries } from '../../../src/runtime/jail/known-libraries.ts'
import { librariesOf, parseList } from '../../../src/runtime/jail/libraries.ts'
import { allowedFiles, limitArguments } from '../../../src/runtime/jail/limits.ts'
import { listenOnPort, listenOnSocket } from '../../../src/runtime/jail/listener.ts'
import { sandboxProfile } from '../../../src/runtime/jail/macos-profile.ts'
import { parsePs, parseStat, usageOf } from '../../../src/runtime/jail/usage.ts'
import { fails } from '../../support/fails.ts'
import { temporaryFolder } from '../../support/folder.ts'

const test = suite('runtime/jail: parts')
const onLinux = process.platform === 'linux' ? test : test.skip

const places = {
  ...{ program: '/opt/a "b"\\c/workerd', config: '/tmp/e/engine', modules: '/tmp/e/dapp' },
  ...{ assets: '/tmp/e/dapp/assets', gateway: '/tmp/e/gate' },
}

test('limits are soft and hard, and open files no more than the user may have', () => {
  const [core, files, data] = limitArguments(1024)
  assert.is(core, '--core=0:0')
  assert.match(files ?? '', /^--nofile=(\d+):\1$/)
  assert.is(data, '--data=1024:1024')
  assert.is(
    allowedFiles('Max open files            1024                 4096                 files'),
    4096,
  )
  assert.is(
    allowedFiles('Max open files            1024            unlimited            files'),
    4_096,
  )
  assert.is(allowedFiles(''), 4_096)
})

test('the list of the loader is read, whatever the distribution', () => {
  const list = [
    '\tlinux-vdso.so.1 (0x00007fff)',
    '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f00)',
    '\tlibc.so.6 => /nix/store/abc-glibc-2.39/lib/libc.so.6 (0x00007f01)',
    '\tlibgone.so => not found',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007f02)',
  ].join('\n')
  assert.equal(parseList(list), [
    ...['/lib/x86_64-linux-gnu/libm.so.6', '/nix/store/abc-glibc-2.39/lib/libc.so.6'],
    '/lib64/ld-linux-x86-64.so.2',
  ])
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const file of parseList(text)) assert.ok(file.startsWith('/'))
    }),
  )
})

onLinux('the libraries of a program are files; what is no program is refused', async () => {
  const libraries = await librariesOf(process.execPath)
  assert.ok(libraries.length >= 2)
  for (const file of libraries) assert.ok(existsSync(file), file)
  await fails('runtime/notAProgram', () => librariesOf(import.meta.filename))
})

onLinux('the list of libraries is remembered while it holds', async () => {
  using folder = temporaryFolder()
  const cache = folder.join('cache')
  const libraries = await knownLibraries(process.execPath, cache)
  assert.equal(libraries, await librariesOf(process.execPath))
  const file = path.join(cache, 'engine-libraries')
  const { key } = JSON.parse(readFileSync(file, 'utf8')) as { key: string }
  writeFileSync(file, JSON.stringify({ key, libraries: ['/etc/hostname'] }))
  assert.equal(await knownLibraries(process.execPath, cache), ['/etc/hostname'])
  for (const wrong of [
    ...['', '[]', 'null', JSON.stringify({ key: 'other', libraries: ['/etc/hostname'] })],
    ...[JSON.stringify({ key, libraries: ['/gone'] }), JSON.stringify({ key, libraries: [1] })],
  ]) {
    writeFileSync(file, wrong)
    assert.equal(await knownLibraries(process.execPath, cache), libraries)
  }
})

test('usage is read from what the system writes', () => {
  const stat = '42 (a) b (c) S 1 42 42 0 -1 4194304 1 0 0 0 150 50 0 0 20 0 9 0 1 2 300 4 5'
  assert.equal(parseStat(stat), { cpuMs: 2_000, rssBytes: 300 * 4096 })
  assert.is(parseStat(stat.replace(') S', ') Z')), undefined)
  assert.is(parseStat('nothing'), undefined)
  assert.equal(parsePs('  1-02:03:04 2048\n'), { cpuMs: 93_784_000, rssBytes: 2_097_152 })
  assert.equal(parsePs('0:01.50 10'), { cpuMs: 1_500, rssBytes: 10_240 })
  assert.is(parsePs(''), undefined)
  assert.ok((usageOf(process.pid)?.rssBytes ?? 0) > 0)
})

test('a busy port is refused by name, a free one is listened on until it is released', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { exit } = await fails('runtime/portBusy', () => listenOnPort(portOf(server)))
  assert.is(exit, 'environment')
  await new Promise((resolve) => server.close(resolve))
  const listener = await listenOnPort(0)
  assert.ok(listener.fd > 2 && listener.port > 0)
  listener.release()
})

test('the file of a released socket stays, for the one who inherited it', async () => {
  using folder = temporaryFolder()
  const file = folder.join('ctl')
  writeFileSync(folder.join('.ctl'), 'left over by a crash')
  const listener = await listenOnSocket(file)
  listener.release()
  await new Promise(setImmediate)
  assert.ok(existsSync(file))
  const failure = await new Promise((resolve) => connect(file).once('error', resolve))
  assert.is((failure as NodeJS.ErrnoException).code, 'ECONNREFUSED')
})

test('the profile for macOS denies by default, and quotes every path', () => {
  const lines = sandboxProfile(places).split('\n')
  assert.is(lines[1], '(deny default)')
  const text = lines.join('\n')
  for (const word of ['process-fork', 'file-write', 'network-bind', 'mach-lookup', 'network*']) {
    assert.not(text.includes(word), word)
  }
  assert.ok(text.includes('(allow process-exec (literal "/opt/a \\"b\\"\\\\c/workerd"))'))
  assert.ok(
    text.includes('(allow network-outbound (remote unix-socket (path-literal "/tmp/e/gate")))'),
  )
  // Brackets outside of strings are balanced: nothing of a path is read as a rule.
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '')
  assert.is(bare.split('(').length, bare.split(')').length)
})

test('level A sees only its own paths; the others see those of the host', async () => {
  assert.equal(placesInside('A', places), {
    ...{ program: '/workerd', config: '/config', modules: '/d', assets: '/assets' },
    gateway: '/run/gw.sock',
  })
  assert.equal(placesInside('C', places), places)
  const { file, args, watchesInput, filter } = await enclose('B', places, {
    ...{ engine: ['serve'], dataBytes: 1, config: '' },
  })
  assert.is(file, '/bin/sh')
  assert.ok(watchesInput && filter === undefined)
  assert.equal(args.slice(-5, -3), ['/usr/bin/sandbox-exec', '-p'])
  assert.equal(args.slice(-2), [places.program, 'serve'])
})

test.run()
